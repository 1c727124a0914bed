//! The Log: what was written, addressed by absolute offsets, bounded by dropping its oldest units.

mod cursor;
mod inbox;
mod outbox;

pub use cursor::{Cursor, Step};
pub use inbox::{Inbox, Verdict};
pub use outbox::{Outbox, OutboxFull};

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

pub use crate::position::Loss;
use crate::position::{Epoch, Position, Unit};

/// Small appends are joined into chunks of at least this many bytes, so that a byte costs a byte.
const CHUNK: usize = 4 << 10;
/// And at most about this many, so that little more than the bound is ever kept.
const CHUNK_MAX: usize = 16 << 10;

/// Where a Log begins and ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// This life of the Log.
    pub epoch: Epoch,
    /// The oldest offset still kept.
    pub base: u64,
    /// The offset the next unit will have.
    pub head: u64,
    /// Whether nothing more will come.
    pub ended: bool,
    /// Whether a reader must be given every unit, and no Snapshot in place of some.
    pub loss: Loss,
}

/// A bounded run of bytes (or records) with absolute offsets.
#[derive(Debug)]
pub struct Log {
    epoch: Epoch,
    unit: Unit,
    bytes_max: usize,
    base: u64,
    head: u64,
    bytes: usize,
    /// In a byte log, adjacent runs; in a record log, one record each. The first begins at `base`.
    chunks: VecDeque<Bytes>,
    /// A byte log's newest bytes, not yet a chunk. Always empty in a record log.
    tail: BytesMut,
    ended: bool,
    loss: Loss,
}

impl Log {
    /// An empty Log at offset 0 that keeps its newest `bytes_max` bytes, and up to 20 KiB more.
    pub fn new(epoch: Epoch, unit: Unit, bytes_max: usize, loss: Loss) -> Self {
        Self::starting_at(Position { epoch, offset: 0 }, unit, bytes_max, loss)
    }

    /// An empty Log whose first unit will have the given offset: a copy of another Log's end.
    pub fn starting_at(start: Position, unit: Unit, bytes_max: usize, loss: Loss) -> Self {
        Self {
            epoch: start.epoch,
            unit,
            bytes_max,
            base: start.offset,
            head: start.offset,
            bytes: 0,
            chunks: VecDeque::new(),
            tail: BytesMut::new(),
            ended: false,
            loss,
        }
    }

    /// Where it begins and ends.
    pub const fn extent(&self) -> Extent {
        Extent {
            epoch: self.epoch,
            base: self.base,
            head: self.head,
            ended: self.ended,
            loss: self.loss,
        }
    }

    /// What its offsets count.
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// Bytes held.
    pub fn len_bytes(&self) -> usize {
        self.bytes + self.tail.len()
    }

    /// Bytes that still fit without dropping one at or after `kept`.
    pub fn room_after(&self, kept: u64) -> usize {
        let needed =
            usize::try_from(self.head.saturating_sub(kept.max(self.base))).unwrap_or(usize::MAX);
        self.bytes_max.saturating_sub(needed)
    }

    /// Appends a record, or any number of bytes; drops the oldest above the bound.
    pub fn append(&mut self, data: &[u8]) {
        debug_assert!(!self.ended, "an ended Log grows no more");
        match self.unit {
            Unit::Records => {
                self.head += 1;
                self.bytes += data.len();
                self.chunks.push_back(Bytes::copy_from_slice(data));
            }
            Unit::Bytes => {
                self.head += data.len() as u64;
                data.chunks(CHUNK_MAX).for_each(|part| self.append_part(part));
            }
        }
        self.trim();
    }

    /// Says that nothing more will come.
    pub const fn end(&mut self) {
        self.ended = true;
    }

    /// Up to `bytes_max` bytes from `from`: a run of bytes, or one record. Empty at the head; `None` if not kept.
    pub fn read(&self, from: u64, bytes_max: usize) -> Option<Bytes> {
        if from < self.base || from > self.head {
            return None;
        }
        match self.unit {
            Unit::Records => {
                let index = usize::try_from(from - self.base).ok()?;
                Some(self.chunks.get(index).cloned().unwrap_or_default())
            }
            Unit::Bytes => {
                Some(self.read_bytes(usize::try_from(from - self.base).ok()?, bytes_max))
            }
        }
    }

    fn read_bytes(&self, mut skip: usize, bytes_max: usize) -> Bytes {
        let mut parts = self.chunks.iter().map(|chunk| &chunk[..]).chain([&self.tail[..]]);
        let mut out = BytesMut::new();
        for chunk in &self.chunks {
            if skip >= chunk.len() {
                skip -= chunk.len();
                parts.next();
                continue;
            }
            if chunk.len() - skip >= bytes_max {
                return chunk.slice(skip..skip + bytes_max);
            }
            break;
        }
        for part in parts {
            let part = &part[skip.min(part.len())..];
            skip = 0;
            out.extend_from_slice(&part[..part.len().min(bytes_max - out.len())]);
            if out.len() == bytes_max {
                break;
            }
        }
        out.freeze()
    }

    fn append_part(&mut self, part: &[u8]) {
        self.tail.extend_from_slice(part);
        if self.tail.len() >= CHUNK {
            let chunk = std::mem::take(&mut self.tail).freeze();
            self.bytes += chunk.len();
            self.chunks.push_back(chunk);
        }
    }

    /// Drops what is older than the bound, by whole chunks: the newest `bytes_max` bytes always stay.
    fn trim(&mut self) {
        while let Some(oldest) = self
            .chunks
            .pop_front_if(|oldest| self.bytes + self.tail.len() - oldest.len() >= self.bytes_max)
        {
            self.bytes -= oldest.len();
            self.base += match self.unit {
                Unit::Records => 1,
                Unit::Bytes => oldest.len() as u64,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(max: usize) -> Log {
        Log::new(Epoch(1), Unit::Bytes, max, Loss::Snapshot)
    }

    #[test]
    fn what_was_written_is_read_back_at_every_offset_and_length() {
        let mut log = bytes(1 << 20);
        let all: Vec<u8> = (0..40_000u32).map(|n| n as u8).collect();
        for part in all.chunks(777) {
            log.append(part);
        }
        for from in (0..all.len()).step_by(613) {
            for len in [1, 100, 5000, 100_000] {
                let read = log.read(from as u64, len).unwrap();
                assert_eq!(&read[..], &all[from..(from + len).min(all.len())]);
            }
        }
        assert_eq!(log.read(40_000, 10).unwrap().len(), 0);
        assert!(log.read(40_001, 10).is_none());
    }

    #[test]
    fn a_log_never_holds_more_than_its_bound_and_a_chunk() {
        let mut log = bytes(64 << 10);
        for _ in 0..1000 {
            log.append(&[7; 1500]);
            assert!(log.len_bytes() <= (64 << 10) + CHUNK + 1500);
        }
        let extent = log.extent();
        assert_eq!(extent.head, 1_500_000);
        assert!(extent.head - extent.base >= 64 << 10);
        assert!(log.read(extent.base - 1, 1).is_none());
        assert_eq!(log.read(extent.base, 1).unwrap().len(), 1);
    }

    #[test]
    fn a_record_log_counts_records() {
        let mut log = Log::new(Epoch(1), Unit::Records, 100, Loss::Snapshot);
        log.append(b"one");
        log.append(b"");
        log.append(b"three");
        assert_eq!(log.extent().head, 3);
        assert_eq!(&log.read(2, 1).unwrap()[..], b"three");
        log.append(&[0; 95]);
        assert_eq!(log.extent().base, 2);
    }

    #[test]
    fn room_is_what_fits_before_something_unread_is_lost() {
        let mut log = bytes(1000);
        log.append(&[0; 600]);
        assert_eq!(log.room_after(0), 400);
        assert_eq!(log.room_after(600), 1000);
    }
}
