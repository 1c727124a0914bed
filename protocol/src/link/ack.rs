//! When a Window is due: soon under load, late for a lone echo, never when idle.

use crate::limits::{ACK_BYTES, ACK_LATE, ACK_SOON, ACK_SOON_BYTES};
use crate::time::Time;

/// Counts what was received or consumed and not yet reported.
#[derive(Debug, Default, Clone, Copy)]
pub struct AckClock {
    unreported: u64,
    since: Option<Time>,
    /// The driver was woken for it: it need not be woken again.
    woken: bool,
}

impl AckClock {
    /// So many more bytes or units are to be reported.
    pub fn note(&mut self, now: Time, amount: u64) {
        if amount > 0 {
            self.unreported += amount;
            self.since.get_or_insert(now);
        }
    }

    /// So many bytes came that carry nothing to parse: they are worth a Window only once they are many.
    pub fn note_aside(&mut self, now: Time, bytes: u64) {
        self.unreported += bytes;
        if self.unreported >= ACK_SOON_BYTES {
            self.since.get_or_insert(now);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        self.woken |= self.due_at().is_some_and(|due| due <= now);
    }

    /// When to be woken for a Window; `None` once that has happened, until it is reported.
    pub fn wake_at(&self) -> Option<Time> {
        self.due_at().filter(|_| !self.woken)
    }

    /// When the next Window is due; `None`: there is nothing to report.
    pub fn due_at(&self) -> Option<Time> {
        let since = self.since?;
        Some(match self.unreported {
            ACK_BYTES.. => since,
            ACK_SOON_BYTES.. => since + ACK_SOON,
            _ => since + ACK_LATE,
        })
    }

    /// Everything was reported.
    pub const fn reported(&mut self) {
        self.unreported = 0;
        self.since = None;
        self.woken = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_link_owes_nothing_and_a_busy_one_owes_at_once() {
        let mut clock = AckClock::default();
        let start = Time::from_micros(5);
        assert_eq!(clock.due_at(), None);
        clock.note(start, 1);
        assert_eq!(clock.due_at(), Some(start + ACK_LATE));
        clock.note(start + ACK_SOON, 4000);
        assert_eq!(clock.due_at(), Some(start + ACK_SOON));
        clock.note(start + ACK_SOON, ACK_BYTES);
        assert_eq!(clock.due_at(), Some(start));
        clock.reported();
        assert_eq!(clock.due_at(), None);
    }

    #[test]
    fn a_driver_is_woken_once_even_if_its_socket_takes_nothing() {
        let mut clock = AckClock::default();
        clock.note(Time::ZERO, ACK_BYTES);
        assert_eq!(clock.wake_at(), Some(Time::ZERO));
        clock.handle_timeout(Time::ZERO);
        assert_eq!((clock.wake_at(), clock.due_at()), (None, Some(Time::ZERO)));
        clock.reported();
        clock.note(Time::ZERO, 1);
        assert_eq!(clock.wake_at(), Some(Time::ZERO + ACK_LATE));
    }

    #[test]
    fn answers_alone_are_reported_only_once_they_are_many() {
        let mut clock = AckClock::default();
        clock.note_aside(Time::ZERO, ACK_SOON_BYTES - 1);
        assert_eq!(clock.due_at(), None);
        clock.note_aside(Time::ZERO, 1);
        assert_eq!(clock.due_at(), Some(Time::ZERO + ACK_SOON));
    }
}
