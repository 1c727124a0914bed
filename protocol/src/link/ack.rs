//! When a Window is due: soon under load, late for a lone echo, never when idle.

use crate::limits::{ACK_BYTES, ACK_LATE, ACK_SOON, ACK_SOON_BYTES};
use crate::time::Time;

/// Counts what was received or consumed and not yet reported.
#[derive(Debug, Default, Clone, Copy)]
pub struct AckClock {
    unreported: u64,
    since: Option<Time>,
}

impl AckClock {
    /// So many more bytes or units are to be reported.
    pub fn note(&mut self, now: Time, amount: u64) {
        if amount > 0 {
            self.unreported += amount;
            self.since.get_or_insert(now);
        }
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
}
