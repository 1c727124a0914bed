//! A Coalescer: what a program prints by itself in small pieces goes together; the answer to a key waits for nothing.
//!
//! A redraw comes from a PTY in pieces of some tens of bytes, milliseconds apart. Each piece alone would cost a packet of
//! IP, a frame of the wire and a block of zstd: more than itself.

use crate::limits::{ANSWER_PIECES, ANSWER_WITHIN, COALESCE_BYTES, COALESCE_FOR};
use crate::time::Time;

/// What one reader waits for.
#[derive(Debug, Default)]
pub struct Coalescer {
    /// When the reader last typed, or began to read, and how many pieces of the answer may still go at once.
    asked: Option<(Time, u32)>,
    /// Since when there is something to send.
    since: Option<Time>,
}

impl Coalescer {
    /// The reader typed or began to read: what comes now is what it waits for.
    pub const fn asked(&mut self, now: Time) {
        self.asked = Some((now, ANSWER_PIECES));
    }

    /// Whether what is sent now is the answer to what the reader typed.
    pub fn answers(&self, now: Time) -> bool {
        self.asked.is_some_and(|(at, left)| left > 0 && now.since(at) <= ANSWER_WITHIN)
    }

    /// When `unsent` units may go; `None`: now.
    pub fn hold(&mut self, now: Time, unsent: u64) -> Option<Time> {
        if unsent == 0 {
            self.since = None;
            return None;
        }
        let until = *self.since.get_or_insert(now) + COALESCE_FOR;
        (unsent < COALESCE_BYTES && !self.answers(now) && now < until).then_some(until)
    }

    /// Something was sent: what comes next is gathered anew.
    pub fn sent(&mut self) {
        self.since = None;
        self.asked = self.asked.map(|(at, left)| (at, left.saturating_sub(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Time {
        Time::from_micros(ms * 1000)
    }

    #[test]
    fn what_comes_by_itself_in_pieces_goes_together_after_8_ms() {
        let mut coalescer = Coalescer::default();
        assert_eq!(coalescer.hold(at(100), 27), Some(at(108)));
        assert_eq!(coalescer.hold(at(103), 54), Some(at(108)));
        assert_eq!(coalescer.hold(at(108), 81), None);
        coalescer.sent();
        assert_eq!(coalescer.hold(at(109), 5), Some(at(117)));
    }

    #[test]
    fn what_was_asked_for_waits_for_nothing() {
        let mut coalescer = Coalescer::default();
        coalescer.asked(at(100));
        assert_eq!(coalescer.hold(at(101), 1), None);
        coalescer.sent();
        assert_eq!(coalescer.hold(at(350), 1), None);
        coalescer.sent();
        assert_eq!(coalescer.hold(at(351), 1), Some(at(359)));
    }

    #[test]
    fn a_redraw_in_many_pieces_is_no_echo() {
        let mut coalescer = Coalescer::default();
        coalescer.asked(at(100));
        for _ in 0..ANSWER_PIECES {
            assert_eq!(coalescer.hold(at(101), 1), None);
            coalescer.sent();
        }
        assert_eq!(coalescer.hold(at(102), 1), Some(at(110)));
        coalescer.asked(at(103));
        assert_eq!(coalescer.hold(at(104), 2), None, "another key");
    }

    #[test]
    fn what_fills_a_frame_waits_for_nothing() {
        let mut coalescer = Coalescer::default();
        assert_eq!(coalescer.hold(at(100), COALESCE_BYTES - 1), Some(at(108)));
        assert_eq!(coalescer.hold(at(101), COALESCE_BYTES), None);
    }

    #[test]
    fn a_wait_ends_where_all_was_sent_by_other_means() {
        let mut coalescer = Coalescer::default();
        assert_eq!(coalescer.hold(at(100), 10), Some(at(108)));
        assert_eq!(coalescer.hold(at(101), 0), None, "a Snapshot had it");
        assert_eq!(coalescer.hold(at(120), 10), Some(at(128)));
    }
}
