//! Packets of several frames, and compressed streams: several flushes in one context, two contexts, a reset.

use bytes::Bytes;
use devtail_protocol::limits::{COMPRESS_IDLE, ZSTD_WINDOW_LOG};
use devtail_protocol::wire::{Data, Encoder, Frame, Sealed};
use devtail_protocol::{Ch, Time};

use super::{Content, Vector};

pub(super) fn all() -> Vec<Vector> {
    vec![several(), no_frames(), one_stream(), two_contexts(), begun_again()]
}

fn several() -> Vector {
    let frames = vec![Frame::Ping(1), data(0, "two frames"), Frame::Pong(2)];
    let packet = Encoder::new().seal(Time::ZERO, &frames, Sealed::Plain);
    let note = "three frames in one packet";
    Vector {
        name: "packet-plain",
        note,
        packets: vec![packet],
        content: Content::Plain(vec![frames]),
    }
}

fn no_frames() -> Vector {
    let packets = vec![Bytes::from_static(&[0])];
    Vector {
        name: "packet-no-frames",
        note: "a packet may be without frames",
        packets,
        content: Content::Plain(vec![vec![]]),
    }
}

fn one_stream() -> Vector {
    let mut stream = Stream::new();
    stream.send(0, vec![data(0, &line(1))]);
    stream.send(0, vec![data(line(1).len() as u64, &line(2))]);
    stream.send(0, vec![data(200, &line(3)), Frame::Ping(9)]);
    stream.vector(
        "zstd-stream",
        "one context, flushed three times: later packets refer to earlier ones",
    )
}

fn two_contexts() -> Vector {
    let mut stream = Stream::new();
    stream.send(0, vec![data(0, &line(1))]);
    stream.send(3, vec![data(0, &line(2))]);
    stream.plain(vec![Frame::Pong(1)]);
    stream.send(0, vec![data(100, &line(3))]);
    stream.send(3, vec![data(100, &line(4))]);
    stream.vector("zstd-two-contexts", "contexts 0 and 3 in turn, with a plain packet between")
}

fn begun_again() -> Vector {
    let mut stream = Stream::new();
    stream.send(1, vec![data(0, &line(1))]);
    stream.now = stream.now + COMPRESS_IDLE;
    stream.encoder.drop_idle(stream.now);
    stream.send(1, vec![data(100, &line(2))]);
    stream.send(1, vec![data(200, &line(3))]);
    stream.vector("zstd-reset", "the encoder dropped context 1 and began it again: bit 3 says so")
}

struct Stream {
    encoder: Encoder,
    now: Time,
    packets: Vec<Bytes>,
    frames: Vec<Vec<Frame>>,
}

impl Stream {
    fn new() -> Self {
        let mut encoder = Encoder::new();
        encoder.allow_zstd(ZSTD_WINDOW_LOG);
        Self { encoder, now: Time::ZERO, packets: Vec::new(), frames: Vec::new() }
    }

    fn send(&mut self, context: u8, frames: Vec<Frame>) {
        self.packets.push(self.encoder.seal(self.now, &frames, Sealed::Context(context)));
        self.frames.push(frames);
    }

    fn plain(&mut self, frames: Vec<Frame>) {
        self.packets.push(self.encoder.seal(self.now, &frames, Sealed::Plain));
        self.frames.push(frames);
    }

    fn vector(self, name: &'static str, note: &'static str) -> Vector {
        Vector { name, note, packets: self.packets, content: Content::Read(self.frames) }
    }
}

fn data(off: u64, text: &str) -> Frame {
    Frame::Data(Data { ch: Ch(1), off, bytes: Bytes::copy_from_slice(text.as_bytes()) })
}

/// A line long enough to be compressed, that differs from the others in a few bytes.
fn line(number: u32) -> String {
    format!(
        "\u{1b}[32mok\u{1b}[0m test number {number:04} of the suite of the terminal that this vector was made of\r\n"
    )
}
