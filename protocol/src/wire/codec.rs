//! Packets: one flag byte, then frames behind their lengths, perhaps compressed.
//!
//! ```text
//! flag: bit 0 zstd · bits 1-2 context · bit 3 the encoder began a new stream · bits 4-7 zero
//! ```

use std::io;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;
use prost::encoding::{decode_varint, encode_varint, encoded_len_varint};

use super::compress::{Compressor, Decompressor};
use super::decode::decode;
use super::encode::encode;
use super::frame::Frame;
use super::generated as pb;
use crate::fault::{Code, Fault};
use crate::limits::{
    COMPRESS_IDLE, COMPRESS_MIN, DECOMPRESSED_FREE, FRAME_PLAIN_MAX, FRAMES_PER_PACKET_MAX,
    HELLO_MAX, PACKET_MAX, ZSTD_WINDOW_LOG,
};
use crate::time::Time;

const ZSTD: u8 = 1;
const CONTEXT_SHIFT: u8 = 1;
const RESET: u8 = 1 << 3;
const FLAGS: u8 = 0b1111;
const CONTEXTS: usize = 4;

/// Whether and in which context a packet may be compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// As it is: control frames, credentials, payloads that are compressed already.
    Plain,
    /// In this context, 0 to 3. Contexts are never shared between kinds that do not trust each other.
    Context(u8),
}

/// Frames → packets, for one Link.
pub struct Encoder {
    window_log: u32,
    contexts: [Option<Stream>; CONTEXTS],
}

struct Stream {
    compressor: Compressor,
    used: Time,
}

impl Encoder {
    /// An encoder that never compresses, until [`Self::allow_zstd`].
    pub const fn new() -> Self {
        Self { window_log: 0, contexts: [const { None }; CONTEXTS] }
    }

    /// Allows compression with the largest window both sides take, log2 of bytes; 0 keeps it off.
    pub fn allow_zstd(&mut self, window_log_max: u32) -> u32 {
        self.window_log = if window_log_max < 10 { 0 } else { window_log_max.min(ZSTD_WINDOW_LOG) };
        self.window_log
    }

    /// The packet of these frames.
    pub fn seal(&mut self, now: Time, frames: &[Frame], sealed: Sealed) -> Bytes {
        let frames: Vec<pb::Frame> = frames.iter().map(encode).collect();
        let plain_len =
            frames.iter().map(|frame| delimited_len(frame.encoded_len())).sum::<usize>();
        let mut packet = BytesMut::with_capacity(1 + plain_len);
        packet.put_u8(0);
        for frame in &frames {
            encode_varint(frame.encoded_len() as u64, &mut packet);
            frame.encode_raw(&mut packet);
        }
        match sealed {
            Sealed::Context(context) if self.compresses(plain_len) => {
                // Without memory it goes as it is, and the next begins a new stream.
                self.compress(now, usize::from(context), &packet[1..])
                    .unwrap_or_else(|_| packet.freeze())
            }
            Sealed::Context(_) | Sealed::Plain => packet.freeze(),
        }
    }

    /// Drops the contexts that were idle too long; returns when to call again.
    pub fn drop_idle(&mut self, now: Time) -> Option<Time> {
        for context in &mut self.contexts {
            context.take_if(|stream| now.since(stream.used) >= COMPRESS_IDLE);
        }
        self.contexts.iter().flatten().map(|stream| stream.used + COMPRESS_IDLE).min()
    }

    const fn compresses(&self, plain_len: usize) -> bool {
        self.window_log != 0 && plain_len >= COMPRESS_MIN && plain_len <= DECOMPRESSED_FREE
    }

    fn compress(&mut self, now: Time, context: usize, plain: &[u8]) -> io::Result<Bytes> {
        let slot = &mut self.contexts[context % CONTEXTS];
        let reset = if slot.is_none() { RESET } else { 0 };
        let stream = slot.get_or_insert_with(|| Stream {
            compressor: Compressor::new(self.window_log),
            used: now,
        });
        stream.used = now;
        let mut packet = BytesMut::with_capacity(1 + plain.len() / 2);
        packet.put_u8(ZSTD | reset | ((context % CONTEXTS) as u8) << CONTEXT_SHIFT);
        if let Err(error) = stream.compressor.append(plain, &mut packet) {
            *slot = None;
            return Err(error);
        }
        Ok(packet.freeze())
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("window_log", &self.window_log).finish_non_exhaustive()
    }
}

/// Packets → frames, for one Link.
pub struct Decoder {
    window_log_max: u32,
    contexts: [Option<Decompressor>; CONTEXTS],
}

impl Decoder {
    /// A decoder that takes zstd windows up to this, log2 of bytes; 0: it refuses compressed packets.
    pub const fn new(window_log_max: u32) -> Self {
        Self { window_log_max, contexts: [const { None }; CONTEXTS] }
    }

    /// The frames of a packet. Every length is checked before anything is allocated for it.
    ///
    /// # Errors
    /// [`Code::TooLarge`] above a limit; [`Code::BadPacket`] for anything that is not a packet.
    pub fn open(&mut self, packet: Bytes) -> Result<Vec<Frame>, Fault> {
        if packet.len() > PACKET_MAX {
            return Err(too_large("packet", packet.len(), PACKET_MAX));
        }
        read_frames(self.unseal(packet)?)
    }

    /// The frames of a Link's first packet, which is small and never compressed.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_first(packet: Bytes) -> Result<Vec<Frame>, Fault> {
        if packet.len() > HELLO_MAX {
            return Err(too_large("first packet", packet.len(), HELLO_MAX));
        }
        Self::new(0).open(packet)
    }

    fn unseal(&mut self, mut packet: Bytes) -> Result<Bytes, Fault> {
        if !packet.has_remaining() {
            return Err(bad("it is empty"));
        }
        let flag = packet.get_u8();
        if flag & !FLAGS != 0 || (flag & ZSTD == 0 && flag != 0) {
            return Err(bad("its flag byte is unknown"));
        }
        if flag & ZSTD == 0 {
            return Ok(packet);
        }
        if self.window_log_max == 0 {
            return Err(bad("it is compressed, which was not agreed"));
        }
        let slot = &mut self.contexts[usize::from(flag >> CONTEXT_SHIFT & 0b11)];
        if flag & RESET != 0 {
            *slot = Some(Decompressor::new(self.window_log_max));
        }
        let Some(stream) = slot else {
            return Err(bad("it goes on a compression stream that never began"));
        };
        stream.expand(&packet)
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("window_log_max", &self.window_log_max)
            .finish_non_exhaustive()
    }
}

fn read_frames(mut plain: Bytes) -> Result<Vec<Frame>, Fault> {
    let mut frames = Vec::new();
    while plain.has_remaining() {
        if frames.len() == FRAMES_PER_PACKET_MAX {
            return Err(too_large(
                "count of frames in a packet",
                frames.len() + 1,
                FRAMES_PER_PACKET_MAX,
            ));
        }
        let length =
            decode_varint(&mut plain).map_err(|_| bad("a frame's length cannot be read"))?;
        if length > plain.len() as u64 {
            return Err(bad("a frame is longer than its packet"));
        }
        let frame = plain.split_to(length as usize);
        if frame.len() > FRAME_PLAIN_MAX && !carries_payload(&frame) {
            return Err(too_large("frame", frame.len(), FRAME_PLAIN_MAX));
        }
        let frame = pb::Frame::decode(frame).map_err(|_| bad("a frame is not protobuf"))?;
        frames.push(decode(frame)?);
    }
    Ok(frames)
}

/// Whether the frame is Data, Snapshot, Input or Fetched, whose one large field is a slice of the packet.
fn carries_payload(frame: &Bytes) -> bool {
    const LENGTH_DELIMITED: u64 = 2;
    let key = decode_varint(&mut frame.clone()).unwrap_or(0);
    key & 7 == LENGTH_DELIMITED && matches!(key >> 3, 6 | 7 | 9 | 12)
}

const fn delimited_len(len: usize) -> usize {
    len + encoded_len_varint(len as u64)
}

fn too_large(what: &str, size: usize, max: usize) -> Fault {
    Fault::new(Code::TooLarge, format!("A {what} of {size} is above the limit of {max}."))
}

fn bad(why: &str) -> Fault {
    Fault::new(Code::BadPacket, format!("A packet cannot be read: {why}."))
}
