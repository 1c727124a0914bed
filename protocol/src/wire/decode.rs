//! Generated messages → typed frames. Everything a frame promises by its type is checked here, once.

use super::frame::{
    Credit, Data, Echo, End, Frame, Hello, Input, InputAck, Open, Opened, Priority, Snapshot,
    Welcome,
};
use super::generated as pb;
use super::generated::frame::Kind;
use crate::fault::{Code, Fault};
use crate::id::{Boot, Ch, ChannelId, ClientId};
use crate::limits::{
    AGENT_NAME_MAX, CHANNELS_MAX, INPUT_MAX, KIND_NAME_MAX, MESSAGE_MAX, READER_NAME_MAX,
};
use crate::position::{Epoch, Loss, Position, Unit};
use crate::resume::{Inputs, OutboxRange, Outcome, Resume};

pub(super) fn decode(frame: pb::Frame) -> Result<Frame, Fault> {
    let Some(kind) = frame.kind else { return Ok(Frame::Unknown) };
    Ok(match kind {
        Kind::Hello(hello) => Frame::Hello(decode_hello(hello)?),
        Kind::Welcome(welcome) => Frame::Welcome(Welcome {
            version: welcome.version,
            boot: boot(welcome.boot).ok_or_else(|| bad("Welcome.boot is 0"))?,
            zstd_window_log: welcome.zstd_window_log,
        }),
        Kind::Open(open) => Frame::Open(decode_open(open)?),
        Kind::Opened(opened) => Frame::Opened(decode_opened(&opened)?),
        Kind::Close(close) => Frame::Close(ch(close.ch)?, client(&close.client)?),
        Kind::Data(data) => {
            Frame::Data(Data { ch: ch(data.ch)?, off: data.off, bytes: data.bytes })
        }
        Kind::Snapshot(snapshot) => Frame::Snapshot(Snapshot {
            ch: ch(snapshot.ch)?,
            at: snapshot.at,
            state: snapshot.state,
        }),
        Kind::Window(window) => Frame::Window {
            credits: decode_credits(&window.credits)?,
            rx_bytes: window.rx_bytes,
            client: client(&window.client)?,
        },
        Kind::Input(input) => Frame::Input(decode_input(input)?),
        Kind::InputAck(ack) => Frame::InputAck(decode_ack(ack)?),
        Kind::Fetch(fetch) => Frame::Fetch {
            req: fetch.req,
            kind: text(fetch.kind, KIND_NAME_MAX, "Fetch.kind")?,
            query: fetch.query,
        },
        Kind::Fetched(fetched) => Frame::Fetched {
            req: fetched.req,
            answer: match fetched.fault {
                Some(fault) => Err(decode_fault(fault)?),
                None => Ok(fetched.answer),
            },
        },
        Kind::Ping(ping) => Frame::Ping(ping.id),
        Kind::Pong(pong) => Frame::Pong(pong.id),
        Kind::GoAway(go_away) => Frame::GoAway(go_away.reconnect_after_ms),
        Kind::Bye(pb::Bye {}) => Frame::Bye,
        Kind::Fault(fault) => {
            let whom = client(&fault.client)?;
            Frame::Fault(decode_fault(fault)?, whom)
        }
        Kind::Refresh(refresh) => Frame::Refresh(ch(refresh.ch)?, refresh.min_unsent),
        Kind::End(end) => Frame::End(End { ch: ch(end.ch)?, at: end.at, status: end.status }),
        Kind::Echo(echo) => Frame::Echo(Echo {
            ch: ch(echo.ch)?,
            seq: echo.seq,
            at: echo.at,
            client: client(&echo.client)?,
        }),
        Kind::Notice(notice) => Frame::Notice(ch(notice.ch)?, notice.bytes),
    })
}

fn decode_hello(hello: pb::Hello) -> Result<Hello, Fault> {
    if hello.channels.len() > CHANNELS_MAX {
        return Err(limit("channels of a Session", CHANNELS_MAX));
    }
    if hello.generation == 0 {
        return Err(bad("Hello.generation is 0"));
    }
    Ok(Hello {
        version_min: hello.version_min,
        version_max: hello.version_max,
        client: client(&hello.client)?.ok_or_else(|| bad("Hello.client is missing"))?,
        generation: hello.generation,
        last_boot: boot(hello.last_boot),
        zstd_window_log: hello.zstd_window_log,
        channels: hello.channels.into_iter().map(decode_open).collect::<Result<_, _>>()?,
        agent: text(hello.agent, AGENT_NAME_MAX, "Hello.agent")?,
    })
}

fn decode_open(open: pb::Open) -> Result<Open, Fault> {
    Ok(Open {
        ch: ch(open.ch)?,
        id: ChannelId(sixteen(&open.id).ok_or_else(|| bad("Open.id is not 16 bytes"))?),
        priority: priority(open.priority),
        kind: text(open.kind, KIND_NAME_MAX, "Open.kind")?,
        spec: open.spec,
        have: open.have.map(decode_position).transpose()?,
        window: open.window,
        outbox: open.outbox.map(decode_range).transpose()?,
        client: client(&open.client)?,
        reader: text(open.reader, READER_NAME_MAX, "Open.reader")?,
    })
}

fn decode_position(position: pb::Position) -> Result<Position, Fault> {
    Ok(Position { epoch: epoch(position.epoch)?, offset: position.offset })
}

fn decode_range(range: pb::OutboxRange) -> Result<OutboxRange, Fault> {
    if range.first == 0 || range.next < range.first {
        return Err(bad("Open.outbox is no range"));
    }
    Ok(OutboxRange { first: range.first, next: range.next })
}

fn decode_opened(opened: &pb::Opened) -> Result<Opened, Fault> {
    Ok(Opened {
        ch: ch(opened.ch)?,
        epoch: epoch(opened.epoch)?,
        head: opened.head,
        resume: match pb::Resume::try_from(opened.resume) {
            Ok(pb::Resume::Exact) => Resume::Exact,
            Ok(pb::Resume::Fresh) => Resume::Fresh,
            Ok(pb::Resume::Epoch) => Resume::Epoch,
            Ok(pb::Resume::Ahead) => Resume::Ahead,
            Ok(pb::Resume::Behind) | Err(_) => Resume::Behind,
        },
        inputs: match pb::Inputs::try_from(opened.inputs) {
            Ok(pb::Inputs::Known) => Inputs::Known,
            Ok(pb::Inputs::Unknown) | Err(_) => Inputs::Unknown,
        },
        applied: opened.applied,
        unit: match pb::Unit::try_from(opened.unit) {
            Ok(pb::Unit::Bytes) => Unit::Bytes,
            Ok(pb::Unit::Records) => Unit::Records,
            Err(_) => return Err(bad("Opened.unit is unknown")),
        },
        client: client(&opened.client)?,
        base: opened.base,
        loss: if opened.every_unit { Loss::Never } else { Loss::Snapshot },
    })
}

fn decode_credits(credits: &[pb::Credit]) -> Result<Vec<Credit>, Fault> {
    if credits.len() > CHANNELS_MAX {
        return Err(limit("credits in a Window", CHANNELS_MAX));
    }
    credits
        .iter()
        .map(|credit| {
            Ok(Credit {
                ch: ch(credit.ch)?,
                consumed: credit.consumed,
                limit: credit.limit,
                priority: priority(credit.priority),
            })
        })
        .collect()
}

fn decode_input(input: pb::Input) -> Result<Input, Fault> {
    if input.seq == 0 {
        return Err(bad("Input.seq is 0"));
    }
    if input.bytes.len() > INPUT_MAX {
        return Err(Fault::new(
            Code::TooLarge,
            format!("An Input has {} bytes, {INPUT_MAX} are allowed.", input.bytes.len()),
        ));
    }
    Ok(Input {
        ch: ch(input.ch)?,
        seq: input.seq,
        bytes: input.bytes,
        client: client(&input.client)?,
    })
}

fn decode_ack(ack: pb::InputAck) -> Result<InputAck, Fault> {
    Ok(InputAck {
        ch: ch(ack.ch)?,
        applied: ack.applied,
        outcome: match pb::Outcome::try_from(ack.outcome) {
            Ok(pb::Outcome::Applied) => Outcome::Applied,
            Ok(pb::Outcome::Refused) | Err(_) => {
                Outcome::Refused(text(ack.reason, MESSAGE_MAX, "InputAck.reason")?)
            }
        },
        client: client(&ack.client)?,
    })
}

fn decode_fault(fault: pb::Fault) -> Result<Fault, Fault> {
    let code = Code::from_wire(fault.code).unwrap_or(Code::Failed);
    let message = text(fault.message, MESSAGE_MAX, "Fault.message")?;
    Ok(Fault { code, ch: (fault.ch != 0).then_some(Ch(fault.ch)), message })
}

fn priority(number: i32) -> Priority {
    match pb::Priority::try_from(number) {
        Ok(pb::Priority::Focused) => Priority::Focused,
        Ok(pb::Priority::Visible) => Priority::Visible,
        Ok(pb::Priority::Background) | Err(_) => Priority::Background,
    }
}

fn ch(number: u32) -> Result<Ch, Fault> {
    if number == 0 || number > u32::from(u16::MAX) {
        return Err(bad("a channel number is not within 1 to 65535"));
    }
    Ok(Ch(number))
}

fn epoch(number: u64) -> Result<Epoch, Fault> {
    if number == 0 { Err(bad("an epoch is 0")) } else { Ok(Epoch(number)) }
}

fn boot(number: u64) -> Option<Boot> {
    (number != 0).then_some(Boot(number))
}

fn sixteen(bytes: &[u8]) -> Option<[u8; 16]> {
    bytes.try_into().ok()
}

fn client(bytes: &[u8]) -> Result<Option<ClientId>, Fault> {
    if bytes.is_empty() {
        return Ok(None);
    }
    sixteen(bytes).map(|id| Some(ClientId(id))).ok_or_else(|| bad("a client id is not 16 bytes"))
}

fn text(text: String, max: usize, field: &str) -> Result<String, Fault> {
    if text.len() > max {
        return Err(Fault::new(
            Code::TooLarge,
            format!("{field} has {} bytes, {max} are allowed.", text.len()),
        ));
    }
    Ok(text)
}

fn bad(what: &str) -> Fault {
    Fault::new(
        Code::BadPacket,
        format!("A frame is not valid: {what}. The peer's software needs an update."),
    )
}

fn limit(what: &str, max: usize) -> Fault {
    Fault::new(Code::Limit, format!("Too many {what}: {max} are allowed."))
}
