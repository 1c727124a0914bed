//! The Outbox: what a client typed, said or saved, kept until it is settled.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;

use crate::limits::{INPUT_COST, INPUT_IN_FLIGHT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX};
use crate::resume::OutboxRange;

/// The Outbox is full: the person must wait, nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "1 MiB of input is waiting for the connection. Nothing of this was taken; try again when it is back."
)]
pub struct OutboxFull;

/// One channel's numbered inputs, from the oldest unsettled to the newest.
///
/// Its numbers begin at 1. On the wire they follow those that the client has used in this channel before: the first
/// `Opened` says how many, and until then nothing is sent.
#[derive(Debug)]
pub struct Outbox {
    /// What the wire's numbers are ahead of ours; `None` until the channel was opened once.
    ahead: Option<u64>,
    /// Number of the first entry.
    first: u64,
    entries: VecDeque<Bytes>,
    bytes: usize,
    /// How many of the entries were sent on this Link.
    sent: usize,
    sent_cost: usize,
    /// Behind the newest number that was sent on any Link.
    risked: u64,
}

impl Outbox {
    /// An empty Outbox whose first input will be number 1.
    pub const fn new() -> Self {
        Self {
            ahead: None,
            first: 1,
            entries: VecDeque::new(),
            bytes: 0,
            sent: 0,
            sent_cost: 0,
            risked: 1,
        }
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

    /// The next input to send under its number on the wire, if one waits and the flight is not full; it counts as sent.
    pub fn send_next(&mut self) -> Option<(u64, Bytes)> {
        let ahead = self.ahead.filter(|_| self.can_send())?;
        let input = self.entries[self.sent].clone();
        let number = self.first + self.sent as u64;
        self.sent += 1;
        self.sent_cost += input.len() + INPUT_COST;
        self.risked = self.risked.max(number + 1);
        Some((ahead + number, input))
    }

    /// Whether an input waits that may be sent now.
    pub fn can_send(&self) -> bool {
        self.sent < self.entries.len() && self.sent_cost < INPUT_IN_FLIGHT_MAX
    }

    /// The channel was opened: the owner has settled everything up to `applied`. Returns our numbers that this settles.
    pub fn opened(&mut self, applied: u64) -> Range<u64> {
        if self.ahead.is_none() {
            self.ahead = Some(applied.min(u64::MAX / 2));
            return self.first..self.first;
        }
        self.settle(applied)
    }

    /// Drops everything up to `applied` on the wire; returns our numbers that this settles.
    pub fn settle(&mut self, applied: u64) -> Range<u64> {
        let from = self.first;
        let applied = applied.saturating_sub(self.ahead.unwrap_or(u64::MAX));
        while self.first <= applied
            && let Some(input) = self.entries.pop_front()
        {
            self.first += 1;
            self.bytes -= input.len();
            if self.sent > 0 {
                self.sent -= 1;
                self.sent_cost -= input.len() + INPUT_COST;
            }
        }
        from..self.first
    }

    /// Our number of an input that has this one on the wire; `None` if it was none of ours.
    pub fn ours(&self, seq: u64) -> Option<u64> {
        let number = seq.checked_sub(self.ahead?)?;
        (1..self.risked).contains(&number).then_some(number)
    }

    /// The Link is gone: what is not settled will be sent again, if the other side says so.
    pub const fn rewind(&mut self) {
        self.sent = 0;
        self.sent_cost = 0;
    }

    /// The numbers on the wire that were sent and are not settled; `None` before the channel was opened once.
    pub fn range(&self) -> Option<OutboxRange> {
        let ahead = self.ahead?;
        let (first, next) = (ahead + self.first, ahead + self.first.max(self.risked));
        Some(OutboxRange { first, next })
    }

    /// Whether the channel was opened once: the numbers on the wire are known.
    pub const fn is_numbered(&self) -> bool {
        self.ahead.is_some()
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
}

impl Default for Outbox {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Outbox {
        let mut outbox = Outbox::new();
        outbox.opened(0);
        outbox
    }

    #[test]
    fn an_input_is_kept_until_it_is_settled_and_sent_once_a_link() {
        let mut outbox = opened();
        assert_eq!(outbox.push(Bytes::from_static(b"a")), Ok(1));
        assert_eq!(outbox.push(Bytes::from_static(b"b")), Ok(2));
        assert_eq!(outbox.send_next().map(|(seq, _)| seq), Some(1));
        assert_eq!(outbox.send_next().map(|(seq, _)| seq), Some(2));
        assert_eq!(outbox.send_next(), None);
        outbox.rewind();
        assert_eq!(outbox.opened(1), 1..2);
        assert_eq!(outbox.send_next().map(|(seq, _)| seq), Some(2));
        assert_eq!(outbox.range(), Some(OutboxRange { first: 2, next: 3 }));
    }

    #[test]
    fn what_was_never_sent_is_not_in_doubt() {
        let mut outbox = opened();
        assert_eq!(outbox.range(), Some(OutboxRange { first: 1, next: 1 }));
        outbox.push(Bytes::from_static(b"a")).unwrap();
        outbox.push(Bytes::from_static(b"b")).unwrap();
        assert_eq!(outbox.range(), Some(OutboxRange { first: 1, next: 1 }));
        outbox.send_next();
        outbox.rewind();
        assert_eq!(outbox.range(), Some(OutboxRange { first: 1, next: 2 }));
    }

    #[test]
    fn a_channel_opened_again_goes_on_behind_the_numbers_it_used() {
        let mut outbox = Outbox::new();
        assert_eq!(outbox.push(Bytes::from_static(b"a")), Ok(1));
        assert_eq!(outbox.send_next(), None);
        assert_eq!(outbox.opened(10), 1..1);
        assert_eq!(outbox.send_next().map(|(seq, _)| seq), Some(11));
        assert_eq!(outbox.settle(10), 1..1);
        assert_eq!(outbox.settle(11), 1..2);
        assert_eq!(outbox.range(), Some(OutboxRange { first: 12, next: 12 }));
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
        let mut outbox = opened();
        for _ in 0..64 {
            outbox.push(Bytes::from(vec![0; 16 << 10])).unwrap();
        }
        assert_eq!(std::iter::from_fn(|| outbox.send_next()).count(), 4);
        outbox.settle(2);
        assert_eq!(std::iter::from_fn(|| outbox.send_next()).count(), 2);
    }

    #[test]
    fn small_inputs_in_flight_are_bounded_by_what_they_cost() {
        let mut outbox = opened();
        for _ in 0..OUTBOX_ENTRIES_MAX {
            outbox.push(Bytes::from_static(b"k")).unwrap();
        }
        let flight = std::iter::from_fn(|| outbox.send_next()).count();
        assert!(flight * (1 + INPUT_COST) <= INPUT_IN_FLIGHT_MAX + 1 + INPUT_COST, "{flight}");
    }
}
