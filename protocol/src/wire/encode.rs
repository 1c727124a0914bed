//! Typed frames → generated messages.

use bytes::Bytes;

use super::frame::{Credit, Frame, Hello, InputAck, Open, Opened, Priority};
use super::generated as pb;
use super::generated::frame::Kind;
use crate::fault::{Culprit, Fault};
use crate::id::ClientId;
use crate::position::{Loss, Unit};
use crate::resume::{Inputs, Outcome, Resume};

pub(super) fn encode(frame: &Frame) -> pb::Frame {
    let kind = match frame {
        Frame::Hello(hello) => Kind::Hello(encode_hello(hello)),
        Frame::Welcome(welcome) => Kind::Welcome(pb::Welcome {
            version: welcome.version,
            boot: welcome.boot.0,
            zstd_window_log: welcome.zstd_window_log,
        }),
        Frame::Open(open) => Kind::Open(encode_open(open)),
        Frame::Opened(opened) => Kind::Opened(encode_opened(opened)),
        Frame::Close(ch, client) => {
            Kind::Close(pb::Close { ch: ch.0, client: client_bytes(*client) })
        }
        Frame::Data(data) => {
            Kind::Data(pb::Data { ch: data.ch.0, off: data.off, bytes: data.bytes.clone() })
        }
        Frame::Snapshot(snapshot) => Kind::Snapshot(pb::Snapshot {
            ch: snapshot.ch.0,
            at: snapshot.at,
            state: snapshot.state.clone(),
        }),
        Frame::Window { credits, rx_bytes, client } => Kind::Window(pb::Window {
            credits: credits.iter().map(encode_credit).collect(),
            rx_bytes: *rx_bytes,
            client: client_bytes(*client),
        }),
        Frame::Input(input) => Kind::Input(pb::Input {
            ch: input.ch.0,
            seq: input.seq,
            bytes: input.bytes.clone(),
            client: client_bytes(input.client),
        }),
        Frame::InputAck(ack) => Kind::InputAck(encode_ack(ack)),
        Frame::Fetch { req, kind, query } => {
            Kind::Fetch(pb::Fetch { req: *req, kind: kind.clone(), query: query.clone() })
        }
        Frame::Fetched { req, answer } => Kind::Fetched(encode_fetched(*req, answer)),
        Frame::Ping(id) => Kind::Ping(pb::Ping { id: *id }),
        Frame::Pong(id) => Kind::Pong(pb::Pong { id: *id }),
        Frame::GoAway(reconnect_after_ms) => {
            Kind::GoAway(pb::GoAway { reconnect_after_ms: *reconnect_after_ms })
        }
        Frame::Bye => Kind::Bye(pb::Bye {}),
        Frame::Fault(fault, client) => Kind::Fault(encode_fault(fault, *client)),
        Frame::Refresh(ch, min_unsent) => {
            Kind::Refresh(pb::Refresh { ch: ch.0, min_unsent: *min_unsent })
        }
        Frame::End(end) => {
            Kind::End(pb::End { ch: end.ch.0, at: end.at, status: end.status.clone() })
        }
        Frame::Echo(echo) => Kind::Echo(pb::Echo {
            ch: echo.ch.0,
            seq: echo.seq,
            at: echo.at,
            client: client_bytes(echo.client),
        }),
        Frame::Notice(ch, bytes) => Kind::Notice(pb::Notice { ch: ch.0, bytes: bytes.clone() }),
        Frame::Unknown => return pb::Frame { kind: None },
    };
    pb::Frame { kind: Some(kind) }
}

fn encode_hello(hello: &Hello) -> pb::Hello {
    pb::Hello {
        version_min: hello.version_min,
        version_max: hello.version_max,
        client: client_bytes(Some(hello.client)),
        generation: hello.generation,
        last_boot: hello.last_boot.map_or(0, |boot| boot.0),
        zstd_window_log: hello.zstd_window_log,
        channels: hello.channels.iter().map(encode_open).collect(),
        agent: hello.agent.clone(),
    }
}

fn encode_open(open: &Open) -> pb::Open {
    pb::Open {
        ch: open.ch.0,
        id: Bytes::copy_from_slice(&open.id.0),
        kind: open.kind.clone(),
        spec: open.spec.clone(),
        have: open.have.map(|have| pb::Position { epoch: have.epoch.0, offset: have.offset }),
        window: open.window,
        priority: encode_priority(open.priority),
        outbox: open.outbox.map(|range| pb::OutboxRange { first: range.first, next: range.next }),
        client: client_bytes(open.client),
        reader: open.reader.clone(),
    }
}

fn encode_opened(opened: &Opened) -> pb::Opened {
    pb::Opened {
        ch: opened.ch.0,
        epoch: opened.epoch.0,
        head: opened.head,
        resume: match opened.resume {
            Resume::Exact => pb::Resume::Exact,
            Resume::Fresh => pb::Resume::Fresh,
            Resume::Epoch => pb::Resume::Epoch,
            Resume::Behind => pb::Resume::Behind,
            Resume::Ahead => pb::Resume::Ahead,
        }
        .into(),
        inputs: match opened.inputs {
            Inputs::Known => pb::Inputs::Known,
            Inputs::Unknown => pb::Inputs::Unknown,
        }
        .into(),
        applied: opened.applied,
        unit: match opened.unit {
            Unit::Bytes => pb::Unit::Bytes,
            Unit::Records => pb::Unit::Records,
        }
        .into(),
        client: client_bytes(opened.client),
        base: opened.base,
        every_unit: opened.loss == Loss::Never,
    }
}

fn encode_credit(credit: &Credit) -> pb::Credit {
    pb::Credit {
        ch: credit.ch.0,
        consumed: credit.consumed,
        limit: credit.limit,
        priority: encode_priority(credit.priority),
    }
}

fn encode_ack(ack: &InputAck) -> pb::InputAck {
    let (outcome, reason) = match &ack.outcome {
        Outcome::Applied => (pb::Outcome::Applied, String::new()),
        Outcome::Refused(reason) => (pb::Outcome::Refused, reason.clone()),
    };
    pb::InputAck {
        ch: ack.ch.0,
        applied: ack.applied,
        outcome: outcome.into(),
        client: client_bytes(ack.client),
        reason,
    }
}

fn encode_fetched(req: u32, answer: &Result<Bytes, Fault>) -> pb::Fetched {
    match answer {
        Ok(answer) => pb::Fetched { req, answer: answer.clone(), fault: None },
        Err(fault) => {
            pb::Fetched { req, answer: Bytes::new(), fault: Some(encode_fault(fault, None)) }
        }
    }
}

fn encode_fault(fault: &Fault, client: Option<ClientId>) -> pb::Fault {
    pb::Fault {
        code: fault.code.number(),
        culprit: match fault.code.culprit() {
            Culprit::Peer => pb::Culprit::Peer,
            Culprit::Us => pb::Culprit::Us,
            Culprit::Caller => pb::Culprit::Caller,
        }
        .into(),
        retry: fault.should_retry(),
        sign_in: fault.must_sign_in(),
        message: fault.message.clone(),
        ch: fault.ch.map_or(0, |ch| ch.0),
        client: client_bytes(client),
    }
}

fn encode_priority(priority: Priority) -> i32 {
    match priority {
        Priority::Background => pb::Priority::Background,
        Priority::Visible => pb::Priority::Visible,
        Priority::Focused => pb::Priority::Focused,
    }
    .into()
}

fn client_bytes(client: Option<ClientId>) -> Bytes {
    client.map_or_else(Bytes::new, |id| Bytes::copy_from_slice(&id.0))
}
