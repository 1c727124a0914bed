//! The Outbox: what a client typed, said or saved, kept until it is settled.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::limits::{INPUT_IN_FLIGHT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX};
use crate::wire::OutboxRange;

/// The Outbox is full: the person must wait, nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "1 MiB of input is waiting for the connection. Nothing of this was taken; try again when it is back."
)]
pub struct OutboxFull;

/// One channel's numbered inputs, from the oldest unsettled to the newest.
#[derive(Debug)]
pub struct Outbox {
    /// Number of the first entry.
    first: u64,
    entries: VecDeque<Bytes>,
    bytes: usize,
    /// How many of the entries were sent on this Link.
    sent: usize,
    sent_bytes: usize,
}

impl Outbox {
    /// An empty Outbox whose first input will be number 1.
    pub const fn new() -> Self {
        Self { first: 1, entries: VecDeque::new(), bytes: 0, sent: 0, sent_bytes: 0 }
    }

    /// Numbers an input and keeps it.
    ///
    /// # Errors
    /// [`OutboxFull`] if it would not fit; nothing is kept then.
    pub fn push(&mut self, input: Bytes) -> Result<u64, OutboxFull> {
        if self.bytes + input.len() > OUTBOX_MAX || self.entries.len() >= OUTBOX_ENTRIES_MAX {
            return Err(OutboxFull);
        }
        self.bytes += input.len();
        self.entries.push_back(input);
        Ok(self.next() - 1)
    }

    /// The next input to send, if one waits and the flight is not full; it counts as sent.
    pub fn send_next(&mut self) -> Option<(u64, Bytes)> {
        if !self.has_unsent() || self.sent_bytes >= INPUT_IN_FLIGHT_MAX {
            return None;
        }
        let input = self.entries[self.sent].clone();
        let seq = self.first + self.sent as u64;
        self.sent += 1;
        self.sent_bytes += input.len().max(1);
        Some((seq, input))
    }

    /// Whether an input waits that may be sent now.
    pub fn can_send(&self) -> bool {
        self.has_unsent() && self.sent_bytes < INPUT_IN_FLIGHT_MAX
    }

    /// Drops everything up to `applied`, which numbering then follows; returns how many inputs that settled.
    pub fn settle(&mut self, applied: u64) -> u64 {
        let mut settled = 0;
        while self.first <= applied && !self.entries.is_empty() {
            let Some(input) = self.entries.pop_front() else { break };
            self.first += 1;
            self.bytes -= input.len();
            if self.sent > 0 {
                self.sent -= 1;
                self.sent_bytes -= input.len().max(1);
            }
            settled += 1;
        }
        self.first = self.first.max(applied + 1);
        settled
    }

    /// The Link is gone: what is not settled will be sent again, if the other side says so.
    pub const fn rewind(&mut self) {
        self.sent = 0;
        self.sent_bytes = 0;
    }

    /// The numbers still unsettled.
    pub fn range(&self) -> OutboxRange {
        OutboxRange { first: self.first, next: self.next() }
    }

    /// Inputs not yet settled.
    pub fn waiting(&self) -> usize {
        self.entries.len()
    }

    /// Bytes not yet settled.
    pub const fn waiting_bytes(&self) -> usize {
        self.bytes
    }

    fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn has_unsent(&self) -> bool {
        self.sent < self.entries.len()
    }
}

impl Default for Outbox {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_kept_until_it_is_settled_and_sent_once_a_link() {
        let mut outbox = Outbox::new();
        assert_eq!(outbox.push(Bytes::from_static(b"a")), Ok(1));
        assert_eq!(outbox.push(Bytes::from_static(b"b")), Ok(2));
        assert_eq!(outbox.send_next().map(|(seq, _)| seq), Some(1));
        assert_eq!(outbox.send_next().map(|(seq, _)| seq), Some(2));
        assert_eq!(outbox.send_next(), None);
        outbox.rewind();
        assert_eq!(outbox.settle(1), 1);
        assert_eq!(outbox.send_next().map(|(seq, _)| seq), Some(2));
        assert_eq!(outbox.range(), OutboxRange { first: 2, next: 3 });
    }

    #[test]
    fn a_full_outbox_refuses_and_keeps_what_it_has() {
        let mut outbox = Outbox::new();
        for _ in 0..64 {
            outbox.push(Bytes::from(vec![0; 16 << 10])).unwrap();
        }
        assert_eq!(outbox.push(Bytes::from_static(b"x")), Err(OutboxFull));
        assert_eq!(outbox.waiting(), 64);
    }

    #[test]
    fn no_more_is_in_flight_than_the_other_side_takes() {
        let mut outbox = Outbox::new();
        for _ in 0..64 {
            outbox.push(Bytes::from(vec![0; 16 << 10])).unwrap();
        }
        assert_eq!(std::iter::from_fn(|| outbox.send_next()).count(), 4);
        outbox.settle(2);
        assert_eq!(std::iter::from_fn(|| outbox.send_next()).count(), 2);
    }
}
