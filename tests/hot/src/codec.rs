//! Frames to packets and back, and packets through zstd and back.

use bytes::Bytes;
use devtail_protocol::limits::ZSTD_WINDOW_LOG;
use devtail_protocol::wire::{
    Credit, Data, Decoder, Encoder, Frame, Input, InputAck, Outcome, Priority, Sealed,
};
use devtail_protocol::{Ch, Time};

use crate::{hot_path, lines};

const CH: Ch = Ch(1);
/// Bytes of one frame that is compressed: what a busy terminal's packet holds.
const PIECE: usize = 1 << 10;

/// Packets as a typist's Link has them.
pub(crate) fn encode(packets: u64) {
    let packets_of_frames: Vec<Vec<Frame>> = (0..packets).map(frames).collect();
    let mut encoder = Encoder::new();
    let bytes: usize = hot_path(|| {
        packets_of_frames
            .iter()
            .map(|frames| encoder.seal(Time::ZERO, frames, Sealed::Plain).len())
            .sum()
    });
    assert!(bytes > 0, "a packet has bytes");
}

/// The same packets, read.
pub(crate) fn decode(packets: u64) {
    let mut encoder = Encoder::new();
    let packets: Vec<Bytes> = (0..packets)
        .map(|number| encoder.seal(Time::ZERO, &frames(number), Sealed::Plain))
        .collect();
    let mut decoder = Decoder::new(0);
    let frames: usize =
        hot_path(|| packets.iter().map(|packet| opened(&mut decoder, packet.clone()).len()).sum());
    assert!(frames > packets.len(), "some packets hold two frames");
}

/// A terminal's output, compressed as it goes out.
pub(crate) fn seal(mebibytes: u64) {
    let mut encoder = zstd();
    let frames = output(mebibytes);
    let packed: usize =
        hot_path(|| frames.iter().map(|frame| sealed(&mut encoder, frame).len()).sum());
    assert!(packed < frames.len() * PIECE, "zstd makes it smaller");
}

/// The same packets, expanded and read.
pub(crate) fn open(mebibytes: u64) {
    let mut encoder = zstd();
    let packets: Vec<Bytes> =
        output(mebibytes).iter().map(|frame| sealed(&mut encoder, frame)).collect();
    let mut decoder = Decoder::new(ZSTD_WINDOW_LOG);
    let frames: usize =
        hot_path(|| packets.iter().map(|packet| opened(&mut decoder, packet.clone()).len()).sum());
    assert_eq!(frames, packets.len(), "one frame a packet");
}

fn zstd() -> Encoder {
    let mut encoder = Encoder::new();
    encoder.allow_zstd(ZSTD_WINDOW_LOG);
    encoder
}

fn sealed(encoder: &mut Encoder, frame: &Frame) -> Bytes {
    encoder.seal(Time::ZERO, std::slice::from_ref(frame), Sealed::Context(0))
}

fn opened(decoder: &mut Decoder, packet: Bytes) -> Vec<Frame> {
    decoder.open(packet).expect("it was sealed here")
}

fn output(mebibytes: u64) -> Vec<Frame> {
    let text = Bytes::from(lines::sample());
    let pieces = text.len() / PIECE;
    let piece = |number: usize| {
        let at = number % pieces * PIECE;
        text.slice(at..at + PIECE)
    };
    (0..mebibytes << 10)
        .map(|number| data(number * PIECE as u64, piece(usize::try_from(number).unwrap_or(0))))
        .collect()
}

fn data(off: u64, bytes: Bytes) -> Frame {
    Frame::Data(Data { ch: CH, off, bytes })
}

/// A key, its acknowledgement with its echo, a Window, a screenful: one of them.
fn frames(number: u64) -> Vec<Frame> {
    let key = Bytes::from_static(b"\x0a\x01l");
    match number % 4 {
        0 => vec![Frame::Input(Input { ch: CH, seq: number + 1, bytes: key, client: None })],
        1 => {
            let ack = InputAck { ch: CH, applied: number, outcome: Outcome::Applied, client: None };
            vec![Frame::InputAck(ack), data(number, Bytes::from_static(b"l"))]
        }
        2 => {
            let credit = Credit {
                ch: CH,
                consumed: number,
                limit: number + 4096,
                priority: Priority::Focused,
            };
            vec![Frame::Window { credits: vec![credit], rx_bytes: number, client: None }]
        }
        _ => vec![data(number, Bytes::from_static(&[b'x'; 2048]))],
    }
}
