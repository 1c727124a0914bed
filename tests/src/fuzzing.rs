//! What the fuzzer throws bytes at. Each target says in its asserts what must hold whatever comes; the same functions
//! replay the corpora on stable (tests/tests/corpora.rs), so a find stays found.

mod session;

use bytes::Bytes;
use devtail_channels::terminal::{Scanner, Screen, Segment, Size};
use devtail_protocol::Time;
use devtail_protocol::limits::{DECOMPRESSED_MAX, FRAMES_PER_PACKET_MAX, ZSTD_WINDOW_LOG};
use devtail_protocol::wire::{Decoder, Encoder, Frame, Sealed};

pub use session::session;

/// A target: bytes in, and nothing or a panic out.
pub type Target = fn(&[u8]);

/// The targets by name: the fuzzer's own programs, and the folders of the corpora.
pub const TARGETS: [(&str, Target); 4] =
    [("packet", packet), ("frame", frame), ("session", session), ("screen", screen)];

/// Packets of one stream, as [`pieces`] cuts them: a decoder reads or refuses, and what it reads can be written again.
pub fn packet(data: &[u8]) {
    let mut decoder = Decoder::new(ZSTD_WINDOW_LOG);
    for piece in pieces(data) {
        let Ok(frames) = decoder.open(Bytes::copy_from_slice(piece)) else { return };
        assert!(frames.len() <= FRAMES_PER_PACKET_MAX, "a packet is bounded in frames");
        reads_as_written(&frames);
    }
}

/// One plain packet after the flag byte: the frames alone, so that the fuzzer need not find the framing.
pub fn frame(data: &[u8]) {
    let packet = [&[0], data].concat();
    if let Ok(frames) = Decoder::new(0).open(packet.into()) {
        reads_as_written(&frames);
    }
    let _first = Decoder::open_first([&[0], data].concat().into());
}

/// A program's output: cut anywhere, it is the same output, and a Snapshot is the same screen.
pub fn screen(data: &[u8]) {
    let Some((&first, rest)) = data.split_first() else { return };
    let size = Size::clamped(u32::from(first & 0x0f) * 9 + 2, u32::from(first >> 4) * 4 + 2);
    let log = clean(rest, usize::from(first) + 1);
    assert_eq!(
        log,
        clean(rest, rest.len().max(1)),
        "what enters the Log hangs on where a read was cut"
    );
    assert!(
        log.len() <= rest.len() + 8,
        "the scanner takes away, and adds no more than the end of a string"
    );
    let mut screen = Screen::new(size);
    for piece in log.chunks(usize::from(first) + 1) {
        screen.feed(piece);
    }
    let mut whole = Screen::new(size);
    whole.feed(&log);
    assert_eq!(screen.digest(), whole.digest(), "a Screen hangs on where its Log was cut");
    let mut restored = Screen::new(Size::default());
    restored.restore(&whole.snapshot("a name"), whole.ground_offset());
    assert_eq!(
        restored.digest(),
        whole.digest(),
        "a Snapshot is another screen: {}",
        whole.describe()
    );
}

/// What the scanner lets into the Log, read in pieces of this length.
fn clean(output: &[u8], piece: usize) -> Vec<u8> {
    let mut scanner = Scanner::new();
    let mut log = Vec::new();
    let mut each = |segment: Segment<'_>| {
        if let Segment::Clean(bytes) = segment {
            log.extend(bytes);
        }
    };
    output.chunks(piece).for_each(|piece| scanner.scan(piece, &mut each));
    scanner.finish(&mut each);
    log
}

/// Packets written one behind the other: two bytes of length (little end first), then the packet.
pub fn pieces(mut data: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while let Some((length, rest)) = data.split_first_chunk::<2>() {
        let length = usize::from(u16::from_le_bytes(*length)).min(rest.len());
        let (piece, rest) = rest.split_at(length);
        pieces.push(piece);
        data = rest;
    }
    pieces
}

/// The other way round, for seeds.
pub fn joined(pieces: &[Bytes]) -> Vec<u8> {
    let join =
        |piece: &Bytes| [&(piece.len().min(0xffff) as u16).to_le_bytes()[..], piece].concat();
    pieces.iter().flat_map(join).collect()
}

fn reads_as_written(frames: &[Frame]) {
    let packet = Encoder::new().seal(Time::ZERO, frames, Sealed::Plain);
    assert!(packet.len() <= DECOMPRESSED_MAX + 1, "what was read is bounded");
    // Frames in their shortest form may still be more than a plain packet holds.
    if packet.len() <= devtail_protocol::limits::PACKET_MAX {
        assert_eq!(
            Decoder::new(0).open(packet).as_deref(),
            Ok(frames),
            "what was read is not what is written"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_packets_come_apart_again() {
        let packets = [Bytes::from_static(b"one"), Bytes::new(), Bytes::from_static(b"three")];
        assert_eq!(pieces(&joined(&packets)), [&b"one"[..], b"", b"three"]);
        assert_eq!(pieces(&[9, 0, 1]), [&[1]], "a length that lies is cut to what there is");
    }
}
