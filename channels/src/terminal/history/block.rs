//! Rows that are kept, and packed, together.

use std::borrow::Cow;

use crate::terminal::limits::HISTORY_BLOCK_BYTES;
use crate::terminal::screen::rows;

/// zstd's fastest level that is worth it: a level more packs a tenth better, in half as long again.
const LEVEL: i32 = 1;

/// Rows without a gap.
#[derive(Debug)]
pub(super) struct Block {
    first: u64,
    count: u64,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Plain(Vec<u8>),
    Packed { bytes: Box<[u8]>, plain_len: usize },
}

/// Of a text of so many rows those that go into a block together: the text, and how many.
pub(super) fn part(text: &[u8], count: u64) -> (&[u8], u64) {
    if text.len() <= HISTORY_BLOCK_BYTES {
        return (text, count);
    }
    let (mut len, mut taken) = (0, 0);
    for row in rows(text) {
        let row_len = row.vt.len() + 1;
        if taken > 0 && len + row_len > HISTORY_BLOCK_BYTES {
            break;
        }
        len += row_len;
        taken += 1;
    }
    (&text[..len], taken)
}

impl Block {
    /// One that begins with this row, in memory that is used anew.
    pub(super) fn new(first: u64, mut memory: Vec<u8>) -> Self {
        memory.clear();
        Self { first, count: 0, body: Body::Plain(memory) }
    }

    /// Its memory, if it is worth keeping.
    pub(super) fn into_memory(self) -> Vec<u8> {
        match self.body {
            Body::Plain(text) if text.capacity() <= 2 * HISTORY_BLOCK_BYTES => text,
            Body::Plain(_) | Body::Packed { .. } => Vec::new(),
        }
    }

    /// Number of its first row.
    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    /// Number behind its last row.
    pub(super) const fn end(&self) -> u64 {
        self.first + self.count
    }

    pub(super) fn has_room(&self) -> bool {
        matches!(&self.body, Body::Plain(text) if text.len() < HISTORY_BLOCK_BYTES)
    }

    pub(super) fn is_plain(&self) -> bool {
        matches!(self.body, Body::Plain(_))
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        match &self.body {
            Body::Plain(text) => text.len(),
            Body::Packed { bytes, .. } => bytes.len(),
        }
    }

    /// Adds whole rows, so many. To be asked only of one that has room.
    pub(super) fn append(&mut self, text: &[u8], count: u64) {
        if let Body::Plain(plain) = &mut self.body {
            plain.extend_from_slice(text);
            self.count += count;
        }
    }

    pub(super) fn pack(&mut self) {
        let Body::Plain(text) = &self.body else { return };
        let packed = zstd::bulk::compress(text, LEVEL);
        let bytes = packed.expect("memory is there, and nothing else can fail").into();
        self.body = Body::Packed { bytes, plain_len: text.len() };
    }

    /// Its rows, each with its end.
    pub(super) fn text(&self) -> Cow<'_, [u8]> {
        match &self.body {
            Body::Plain(text) => text.into(),
            Body::Packed { bytes, plain_len } => zstd::bulk::decompress(bytes, *plain_len)
                .expect("what was packed here is whole")
                .into(),
        }
    }
}
