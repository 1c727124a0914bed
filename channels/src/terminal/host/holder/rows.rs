//! The rows that left the screen: kept as they leave, and told to who asks.

use super::Holder;
use crate::terminal::message::{Answer, Query};

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

    /// What this terminal has to say to a question.
    pub(super) fn answer(&self, query: &Query) -> Answer {
        let screen = self.source.screen();
        match query {
            Query::List => Answer::List(vec![self.line()]),
            Query::Rows(wanted) => {
                Answer::Rows(self.history.rows(screen, wanted.first, wanted.count))
            }
            Query::Search(search) => Answer::Found(self.history.search(screen, search)),
        }
    }
}
