//! Streaming zstd, one context a trust class, flushed at each packet.

use std::io;

use bytes::{Bytes, BytesMut};
use zstd::stream::raw::{CParameter, DParameter, Decoder, Encoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::{ParamSwitch, compress_bound};

use crate::fault::{Code, Fault};
use crate::limits::{DECOMPRESSED_FREE, DECOMPRESSED_MAX, DECOMPRESSED_RATIO_MAX};

/// Level 6 with small tables and blocks: 155 kB a context where the defaults take 3.7 MB.
const LEVEL: i32 = 6;
const HASH_LOG: u32 = 12;
const CHAIN_LOG: u32 = 13;
/// Escape sequences repeat in fours.
const MATCH_MIN: u32 = 4;
/// Chains are followed this far, as log2.
const SEARCH_LOG: u32 = 5;
/// A packet is rarely larger, and every buffer of a context grows with it.
const BLOCK_MAX: u32 = 8 << 10;
/// zstd is given room for so much at a time, and for less where less is expected: a key's echo clears no large buffer.
const STEP: usize = 16 << 10;
/// What expands less than this many times is expanded in one step.
const EXPANDS_TO: usize = 8;
const STEP_MIN: usize = 256;

/// One outgoing stream.
pub(super) struct Compressor(Encoder<'static>);

impl Compressor {
    pub(super) fn new(window_log: u32) -> Self {
        let mut encoder = Encoder::new(LEVEL).expect("a level within zstd's range");
        for parameter in [
            CParameter::WindowLog(window_log),
            CParameter::HashLog(HASH_LOG),
            CParameter::ChainLog(CHAIN_LOG),
            CParameter::MinMatch(MATCH_MIN),
            CParameter::SearchLog(SEARCH_LOG),
            CParameter::MaxBlockSize(BLOCK_MAX),
            // Chains find more than rows in tables this small.
            CParameter::UseRowMatchFinder(ParamSwitch::Disable),
            CParameter::ContentSizeFlag(false),
            CParameter::ChecksumFlag(false),
            CParameter::DictIdFlag(false),
        ] {
            encoder.set_parameter(parameter).expect("a parameter within zstd's range");
        }
        Self(encoder)
    }

    /// Appends `plain` to the stream and to `out` what the stream then holds, flushed.
    ///
    /// # Errors
    /// zstd found no memory: the stream is of no use any more.
    pub(super) fn append(&mut self, plain: &[u8], out: &mut BytesMut) -> io::Result<()> {
        let mut input = InBuffer::around(plain);
        let mut step = Vec::with_capacity(compress_bound(plain.len()).min(STEP));
        while input.pos() < plain.len() {
            let mut output = OutBuffer::around(&mut step);
            self.0.run(&mut input, &mut output)?;
            out.extend_from_slice(output.as_slice());
        }
        loop {
            let mut output = OutBuffer::around(&mut step);
            let left = self.0.flush(&mut output)?;
            out.extend_from_slice(output.as_slice());
            if left == 0 {
                return Ok(());
            }
        }
    }
}

/// One incoming stream.
pub(super) struct Decompressor(Decoder<'static>);

impl Decompressor {
    pub(super) fn new(window_log_max: u32) -> Self {
        let mut decoder = Decoder::new().expect("zstd makes a decoder");
        decoder
            .set_parameter(DParameter::WindowLogMax(window_log_max.max(10)))
            .expect("a window within zstd's range");
        Self(decoder)
    }

    /// Decompresses one packet's part of the stream.
    ///
    /// # Errors
    /// [`Code::TooLarge`] above the limits, before more is produced; [`Code::BadPacket`] if it is not zstd.
    pub(super) fn expand(&mut self, packed: &[u8]) -> Result<Bytes, Fault> {
        let max = DECOMPRESSED_FREE
            .max(packed.len().saturating_mul(DECOMPRESSED_RATIO_MAX))
            .min(DECOMPRESSED_MAX);
        let mut input = InBuffer::around(packed);
        let mut out = BytesMut::new();
        let room = packed.len().saturating_mul(EXPANDS_TO).clamp(STEP_MIN, STEP);
        let mut step = Vec::with_capacity(room);
        loop {
            let mut output = OutBuffer::around(&mut step);
            self.0.run(&mut input, &mut output).map_err(|error| {
                Fault::new(
                    Code::BadPacket,
                    format!("A compressed packet cannot be read: {error}. Reconnect."),
                )
            })?;
            let produced = output.as_slice();
            if out.len() + produced.len() > max {
                return Err(Fault::new(
                    Code::TooLarge,
                    format!("A packet of {} bytes expands beyond {max} bytes.", packed.len()),
                ));
            }
            out.extend_from_slice(produced);
            if input.pos() == packed.len() && produced.len() < room {
                return Ok(out.freeze());
            }
        }
    }
}
