//! One vector for each kind of frame, with every field set, and one for each that has a second form.

use bytes::Bytes;
use devtail_protocol::log::Loss;
use devtail_protocol::position::Unit;
use devtail_protocol::wire::{
    Credit, Data, Echo, Encoder, End, Frame, Hello, Input, InputAck, Inputs, Open, Opened,
    OutboxRange, Outcome, Priority, Resume, Sealed, Snapshot, Welcome,
};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Code, Epoch, Fault, Position, Time};

use super::{Content, Vector, raw};

/// A channel id, client id and epoch that are easy to find in hex.
pub(super) const CHANNEL: ChannelId = ChannelId([0xc0; 16]);
const CLIENT: ClientId = ClientId([0xc1; 16]);
const EPOCH: Epoch = Epoch(0xe0e1_e2e3_e4e5_e6e7);
const BOOT: Boot = Boot(0xb0b1_b2b3_b4b5_b6b7);
const CH: Ch = Ch(1);

pub(super) fn all() -> Vec<Vector> {
    let mut all = vec![unknown(), unknown_code()];
    all.extend(beginnings().into_iter().chain(channel()).chain(inputs()).chain(link()).map(vector));
    all
}

fn vector((name, note, frame): (&'static str, &'static str, Frame)) -> Vector {
    let packet = Encoder::new().seal(Time::ZERO, std::slice::from_ref(&frame), Sealed::Plain);
    Vector { name, note, packets: vec![packet], content: Content::Plain(vec![vec![frame]]) }
}

/// A frame of a kind that version 1 does not have.
fn unknown() -> Vector {
    Vector {
        name: "frame-unknown",
        note: "a frame from a newer minor version is ignored, and the frame behind it is read",
        packets: vec![raw::packet(&[raw::block(900, b"news"), raw::block(13, &raw::number(1, 7))])],
        content: Content::Read(vec![vec![Frame::Unknown, Frame::Ping(7)]]),
    }
}

/// A fault that version 1 does not name.
fn unknown_code() -> Vector {
    let fault = [raw::number(1, 900), raw::block(5, b"Something new.")].concat();
    Vector {
        name: "fault-newer-code",
        note: "a code from a newer minor version reads as the sender's own failure (15)",
        packets: vec![raw::packet(&[raw::block(17, &fault)])],
        content: Content::Read(vec![vec![Frame::Fault(
            Fault::new(Code::Failed, "Something new."),
            None,
        )]]),
    }
}

fn beginnings() -> [(&'static str, &'static str, Frame); 6] {
    let first = Hello {
        version_min: 1,
        version_max: 1,
        client: CLIENT,
        generation: 1,
        last_boot: None,
        zstd_window_log: 14,
        channels: vec![],
        agent: "devtail-web 0.1.0".to_owned(),
    };
    let resumed = Hello {
        generation: 7,
        last_boot: Some(BOOT),
        channels: vec![
            open(None),
            Open { ch: Ch(2), have: None, outbox: None, priority: Priority::Visible, ..open(None) },
        ],
        ..first.clone()
    };
    let spec = Bytes::from_static(b"spec");
    let holder = Open { client: Some(CLIENT), reader: "Ann's phone".to_owned(), ..open(None) };
    [
        ("hello", "the first Hello of a client instance", Frame::Hello(first)),
        (
            "hello-resume",
            "a Hello that resumes two channels in one statement",
            Frame::Hello(resumed),
        ),
        (
            "welcome",
            "the answer to a Hello",
            Frame::Welcome(Welcome { version: 1, boot: BOOT, zstd_window_log: 14 }),
        ),
        ("open", "read a channel on, or create it", Frame::Open(open(Some(spec)))),
        (
            "open-empty-spec",
            "a spec that is present and empty creates",
            Frame::Open(open(Some(Bytes::new()))),
        ),
        ("open-holder", "on a holder's socket an Open says for whom", Frame::Open(holder)),
    ]
}

fn open(spec: Option<Bytes>) -> Open {
    Open {
        ch: CH,
        id: CHANNEL,
        kind: "terminal".to_owned(),
        spec,
        have: Some(Position { epoch: EPOCH, offset: 70_000 }),
        window: 262_144,
        priority: Priority::Focused,
        outbox: Some(OutboxRange { first: 41, next: 43 }),
        client: None,
        reader: String::new(),
    }
}

fn channel() -> Vec<(&'static str, &'static str, Frame)> {
    let opened = Opened {
        ch: CH,
        epoch: EPOCH,
        head: 70_005,
        resume: Resume::Exact,
        inputs: Inputs::Known,
        applied: 41,
        unit: Unit::Bytes,
        client: None,
        base: 0,
        loss: Loss::Snapshot,
    };
    let holder = Opened {
        client: Some(CLIENT),
        base: 65_536,
        loss: Loss::Never,
        unit: Unit::Records,
        ..opened
    };
    let mut all = vec![
        ("opened", "reading goes on where the client stood", Frame::Opened(opened)),
        ("opened-holder", "on a holder's socket: for whom, and from where", Frame::Opened(holder)),
        (
            "opened-unknown",
            "nobody knows what became of the inputs",
            Frame::Opened(Opened { inputs: Inputs::Unknown, ..opened }),
        ),
        ("close", "stop reading", Frame::Close(CH, None)),
        ("close-holder", "this client has left", Frame::Close(CH, Some(CLIENT))),
        (
            "data",
            "what came next",
            Frame::Data(Data { ch: CH, off: 70_000, bytes: Bytes::from_static(b"hello") }),
        ),
        (
            "data-empty",
            "nothing came next",
            Frame::Data(Data { ch: CH, off: 0, bytes: Bytes::new() }),
        ),
        (
            "snapshot",
            "the fold at an Offset",
            Frame::Snapshot(Snapshot { ch: CH, at: 70_000, state: Bytes::from_static(b"state") }),
        ),
        ("refresh", "a Snapshot instead of a long rest", Frame::Refresh(CH, 16_384)),
        (
            "end",
            "the Log ended",
            Frame::End(End { ch: CH, at: 70_005, status: Bytes::from_static(&[8, 0]) }),
        ),
    ];
    all.extend(predictions());
    let resumes = [
        ("opened-fresh", Resume::Fresh),
        ("opened-epoch", Resume::Epoch),
        ("opened-behind", Resume::Behind),
        ("opened-ahead", Resume::Ahead),
    ];
    all.extend(resumes.map(|(name, resume)| {
        (name, "a Snapshot follows", Frame::Opened(Opened { resume, ..opened }))
    }));
    all
}

fn predictions() -> [(&'static str, &'static str, Frame); 3] {
    [
        (
            "echo",
            "what input 42 and those before it bring about stands before 70,005",
            Frame::Echo(Echo { ch: CH, seq: 42, at: 70_005, client: None }),
        ),
        (
            "echo-holder",
            "whose, on a holder's socket",
            Frame::Echo(Echo { ch: CH, seq: 42, at: 70_005, client: Some(CLIENT) }),
        ),
        (
            "notice",
            "a holder tells its gateway something for a person",
            Frame::Notice(CH, Bytes::from_static(b"bell")),
        ),
    ]
}

fn inputs() -> [(&'static str, &'static str, Frame); 6] {
    let credit = Credit { ch: CH, consumed: 70_000, limit: 332_144, priority: Priority::Focused };
    let credits = vec![credit, Credit { ch: Ch(65_535), priority: Priority::Background, ..credit }];
    let input = Input { ch: CH, seq: 42, bytes: Bytes::from_static(b"ls\r"), client: None };
    let ack = InputAck { ch: CH, applied: 42, outcome: Outcome::Applied, client: None };
    let refused = Outcome::Refused("The terminal has ended. Open a new one.".to_owned());
    [
        (
            "window",
            "credit of two channels",
            Frame::Window { credits, rx_bytes: 123_456, client: None },
        ),
        (
            "window-holder",
            "whose, on a holder's socket",
            Frame::Window { credits: vec![], rx_bytes: u64::MAX, client: Some(CLIENT) },
        ),
        ("input", "something typed", Frame::Input(input.clone())),
        (
            "input-holder",
            "typed by this client",
            Frame::Input(Input { client: Some(CLIENT), ..input }),
        ),
        ("input-ack", "all up to 42 is settled", Frame::InputAck(ack.clone())),
        (
            "input-ack-refused",
            "42 was not done",
            Frame::InputAck(InputAck { outcome: refused, client: Some(CLIENT), ..ack }),
        ),
    ]
}

fn link() -> [(&'static str, &'static str, Frame); 10] {
    let gone = Fault::new(Code::Gone, "The terminal has ended. Open a new one.");
    let query = Bytes::from_static(&[0x0a, 0]);
    let answer = Bytes::from_static(&[0x0a, 0]);
    [
        (
            "fetch",
            "a question to a kind",
            Frame::Fetch { req: 3, kind: "terminal".to_owned(), query },
        ),
        ("fetched", "its answer", Frame::Fetched { req: 3, answer: Ok(answer) }),
        (
            "fetched-fault",
            "what went wrong instead",
            Frame::Fetched { req: 3, answer: Err(gone.clone()) },
        ),
        ("ping", "is anybody there", Frame::Ping(300)),
        ("pong", "yes", Frame::Pong(300)),
        ("go-away", "come back in 1.5 s", Frame::GoAway(1500)),
        ("bye", "the client leaves on purpose", Frame::Bye),
        (
            "fault-link",
            "the Link closes after it",
            Frame::Fault(Fault::new(Code::Revoked, "This device was revoked."), None),
        ),
        ("fault-channel", "one channel is concerned", Frame::Fault(gone.clone().on(CH), None)),
        (
            "fault-holder",
            "one client of a holder is concerned",
            Frame::Fault(gone.on(CH), Some(CLIENT)),
        ),
    ]
}
