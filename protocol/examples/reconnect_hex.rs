//! Prints the packets of PROTOCOL.md section 11, so that the hex there is never typed by hand.

#![allow(clippy::print_stdout, reason = "an example shows what it did")]

use bytes::Bytes;
use devtail_protocol::log::Loss;
use devtail_protocol::position::{Epoch, Position, Unit};
use devtail_protocol::wire::{
    Data, Encoder, Frame, Hello, Input, InputAck, Inputs, Open, Opened, OutboxRange, Outcome,
    Priority, Resume, Sealed, Welcome,
};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Time};

const CH: Ch = Ch(1);
const EPOCH: Epoch = Epoch(0x0807_0605_0403_0201);

fn main() {
    let open = Open {
        ch: CH,
        id: ChannelId([0x22; 16]),
        kind: "terminal".to_owned(),
        spec: None,
        have: Some(Position { epoch: EPOCH, offset: 300 }),
        window: 256 << 10,
        priority: Priority::Focused,
        outbox: Some(OutboxRange { first: 1, next: 4 }),
        client: None,
        reader: String::new(),
    };
    let hello = Hello {
        version_min: 1,
        version_max: 1,
        client: ClientId([0x11; 16]),
        generation: 2,
        last_boot: Some(Boot(0x77)),
        zstd_window_log: 0,
        channels: vec![open],
        agent: String::new(),
    };
    let welcome = Welcome { version: 1, boot: Boot(0x77), zstd_window_log: 0 };
    let opened = Opened {
        ch: CH,
        epoch: EPOCH,
        head: 301,
        resume: Resume::Exact,
        inputs: Inputs::Known,
        applied: 1,
        unit: Unit::Bytes,
        client: None,
        base: 0,
        loss: Loss::Snapshot,
    };
    let data = Data { ch: CH, off: 300, bytes: Bytes::from_static(b"l") };
    let key = |seq, key: &'static [u8]| {
        Frame::Input(Input { ch: CH, seq, bytes: Bytes::from_static(key), client: None })
    };
    let ack = InputAck { ch: CH, applied: 3, outcome: Outcome::Applied, client: None };
    let echo = Data { ch: CH, off: 301, bytes: Bytes::from_static(b"s\r\n") };

    show("client: Hello: I have 300; inputs 1 to 3 are unsettled", &[Frame::Hello(hello)]);
    show(
        "gateway: Welcome, Opened: exact, input 1 was applied; Data from 300",
        &[Frame::Welcome(welcome), Frame::Opened(opened), Frame::Data(data)],
    );
    show(
        "client: inputs 2 and 3 (the kind's own messages: keys \"s\" and CR)",
        &[key(2, b"\n\x01s"), key(3, b"\n\x01\r")],
    );
    show("gateway: all three settled; their echo", &[Frame::InputAck(ack), Frame::Data(echo)]);
}

fn show(what: &str, frames: &[Frame]) {
    let packet = Encoder::new().seal(Time::ZERO, frames, Sealed::Plain);
    println!("{what}");
    for line in packet.chunks(24) {
        println!(
            "  {}",
            line.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
        );
    }
}
