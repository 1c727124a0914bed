//! The rows that left the screen: kept as they leave, and told to who asks.

use super::Holder;
use crate::terminal::message::{Found, Rows, RowsWanted, Search};

/// Bytes of one read of the PTY from which on there is no time to pack rows: a flood drops most of them anyway.
const FLOOD_BYTES: usize = 16 << 10;

impl Holder {
    /// Keeps the rows that left since the last time.
    pub(super) fn keep_rows(&mut self) {
        self.source.take_left(|left| self.history.add(left));
        if self.output.len() < FLOOD_BYTES {
            self.history.pack();
        }
    }

    /// The rows that a question asks for.
    pub(super) fn rows(&self, wanted: &RowsWanted) -> Rows {
        self.history.rows(self.source.screen(), wanted.first, wanted.count)
    }

    /// Where its text stands.
    pub(super) fn search(&self, search: &Search) -> Found {
        self.history.search(self.source.screen(), search)
    }
}
