//! The rows that left a terminal's screen, kept to be read by number. Not part of the fold: only a holder has it.
//!
//! ```text
//!   Screen ─ rows that leave ─► [packed] [packed] [packed] [plain: the newest]
//!                                 └ the oldest go first, above 10,000 rows or 1 MiB
//! ```
//!
//! A flood writes plain text and drops it again; blocks are packed when there is time for it, or when the bytes run out.
//! Pure. Read first: [`History`].

mod block;
mod line;
mod reader;
mod search;

use std::collections::VecDeque;

use self::block::Block;
use self::reader::Reader;
use super::limits::{
    HISTORY_BLOCK_BYTES, HISTORY_BYTES_MAX, HISTORY_ROWS_DEFAULT, ROWS_ANSWER_BYTES_MAX,
    ROWS_ANSWER_MAX,
};
use super::message::{Found, Row, Rows, Search};
use super::screen::{Left, Screen};

/// Rows by number, the newest ten thousand.
#[derive(Debug, Default)]
pub struct History {
    /// Without a gap between them, each with a row at least.
    blocks: VecDeque<Block>,
    /// What they take together.
    bytes: usize,
    /// Number of the row that leaves next.
    next: u64,
    /// Memory of a block that was dropped, for the next: a flood asks for none.
    spare: Vec<u8>,
}

impl History {
    /// Takes what left the screen.
    pub fn add(&mut self, left: &Left) {
        if left.forgets {
            (self.blocks, self.bytes) = (VecDeque::new(), 0);
        }
        let (mut text, mut count) = (&left.text[..], left.count);
        self.next = left.first;
        while count > 0 {
            let (part, taken) = block::part(text, count);
            self.append(part, taken);
            text = &text[part.len()..];
            count -= taken;
        }
        self.drop_oldest();
    }

    /// Packs a block, if one is full and plain: at most 0.3 ms of work, for whoever has the time.
    pub fn pack(&mut self) {
        let Some(newest) = self.blocks.len().checked_sub(1) else { return };
        if let Some(block) = self.blocks.range_mut(..newest).rev().find(|block| block.is_plain()) {
            self.bytes -= block.bytes();
            block.pack();
            self.bytes += block.bytes();
        }
        self.spare = Vec::new();
    }

    /// Number of the oldest row kept.
    pub fn base(&self) -> u64 {
        let oldest = self.blocks.front().map_or(self.next, Block::first);
        oldest.max(self.next.saturating_sub(HISTORY_ROWS_DEFAULT as u64))
    }

    /// Number of the row that leaves next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Bytes the rows take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rows from `first` on, those of the screen behind the kept ones: as many as were asked for, and an answer holds.
    pub fn rows(&self, screen: &Screen, first: u64, count: u32) -> Rows {
        let mut reader = Reader::new(self, screen);
        let (base, top) = (self.base(), screen.rows_above());
        let first = first.clamp(base, reader.end());
        let count = ROWS_ANSWER_MAX.min(count as usize);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while let Some(row) = reader.row(first + rows.len() as u64) {
            bytes += row.vt.len();
            if rows.len() == count || (!rows.is_empty() && bytes > ROWS_ANSWER_BYTES_MAX) {
                break;
            }
            rows.push(Row::from(row));
        }
        Rows { first, base, top, rows }
    }

    /// Where a text stands, upwards.
    pub fn search(&self, screen: &Screen, search: &Search) -> Found {
        search::run(&mut Reader::new(self, screen), search, self.base(), screen.rows_above())
    }

    fn append(&mut self, text: &[u8], count: u64) {
        let block = match self.blocks.back_mut() {
            Some(newest) if newest.has_room() => newest,
            _ => {
                let memory = std::mem::take(&mut self.spare);
                self.blocks.push_back(Block::new(self.next, memory));
                self.blocks.back_mut().expect("one was just pushed")
            }
        };
        block.append(text, count);
        self.next += count;
        self.bytes += text.len();
    }

    fn drop_oldest(&mut self) {
        let base = self.base();
        while self.blocks.front().is_some_and(|block| block.end() <= base) {
            self.drop_block();
        }
        while self.bytes > HISTORY_BYTES_MAX {
            let newest = self.blocks.len() - 1;
            match self.blocks.iter_mut().take(newest).find(|block| block.is_plain()) {
                Some(block) => {
                    self.bytes -= block.bytes();
                    block.pack();
                    self.bytes += block.bytes();
                }
                None => self.drop_block(),
            }
        }
    }

    fn drop_block(&mut self) {
        if let Some(block) = self.blocks.pop_front() {
            self.bytes -= block.bytes();
            self.spare = block.into_memory();
        }
    }
}

// A part that fills a block, and one that fills the next: neither is ever dropped for the bytes of the other alone.
const _: () = assert!(4 * HISTORY_BLOCK_BYTES <= HISTORY_BYTES_MAX);

#[cfg(test)]
mod tests;
