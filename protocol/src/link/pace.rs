//! A Pace: whether a reader is sent the stream, or states of it.
//!
//! ```text
//!            falls more behind than is replayed
//!   STREAM ───────────────────────────────────► STATE: a Snapshot at most every so often
//!      ▲                                          │
//!      └──────────────────────────────────────────┘ for a second nothing more came than the link takes
//! ```
//!
//! Over a link slower than the writer the newest state wins: what lies between two Snapshots is not sent at all, so that
//! the link stays free for keys and their echo.

use std::time::Duration;

use crate::limits::{
    INTERACTIVE_MAX, STATE_CALM, STATE_EVERY, STATE_EVERY_ANSWER, STATE_EVERY_BACKGROUND,
    STATE_EVERY_VISIBLE,
};
use crate::time::Time;
use crate::wire::Priority;

/// What a reader may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// What comes next in the Log.
    Stream,
    /// A Snapshot, if there is news.
    State,
    /// Nothing before then.
    Wait(Time),
}

/// How one reader is served.
#[derive(Debug, Default)]
pub struct Pace {
    states: Option<States>,
}

#[derive(Debug)]
struct States {
    /// When the last Snapshot was sent, and where it stood.
    sent_at: Time,
    at: u64,
    /// Up to where no Snapshot is newer: `at`, or the Log's head behind it if the one before stood there as well.
    head: u64,
    /// Since when no more came than the link takes.
    calm_since: Option<Time>,
}

impl Pace {
    /// What to send now. `head` is the Log's, `unsent` what the reader has not been sent of it, `calm_max` how much of that
    /// the link takes in a moment; `is_answer`: the reader has just typed.
    pub fn turn(
        &mut self,
        now: Time,
        head: u64,
        unsent: u64,
        calm_max: u64,
        every: Duration,
        is_answer: bool,
    ) -> Turn {
        let Some(states) = &mut self.states else { return Turn::Stream };
        let is_old = head == states.head;
        if is_old || unsent <= calm_max {
            let since = *states.calm_since.get_or_insert(now);
            if now >= since + STATE_CALM {
                self.states = None;
                return Turn::Stream;
            }
            // The flood has stopped: what comes now may be a key's echo, which waits for no frame.
            let may_answer = is_answer || now >= since + every;
            if may_answer && unsent <= INTERACTIVE_MAX && !is_old {
                return Turn::Stream;
            }
            if is_old && unsent > 0 {
                // The last Snapshot stands before something incomplete.
                return Turn::Wait(since + STATE_CALM);
            }
        } else {
            states.calm_since = None;
        }
        let due = states.sent_at + every;
        if now < due && !is_old { Turn::Wait(due) } else { Turn::State }
    }

    /// A Snapshot bound to `at` was sent because the reader fell behind, or instead of the stream. Of two bound to one place
    /// the second says that there is none newer: what is behind it, up to the Log's `head`, is incomplete.
    pub fn state_sent(&mut self, now: Time, at: u64, head: u64) {
        match &mut self.states {
            Some(states) => {
                let head = if states.at == at { head } else { at };
                (states.sent_at, states.at, states.head) = (now, at, head);
            }
            None => self.states = Some(States { sent_at: now, at, head: at, calm_since: None }),
        }
    }

    /// Whether the reader is sent states.
    pub const fn is_state(&self) -> bool {
        self.states.is_some()
    }
}

/// The least time between two Snapshots of a reader: ten a second, two a round trip, and fewer of what is not looked at; more
/// while they may be the answer to a key.
pub fn state_every(priority: Priority, srtt: Duration, is_answer: bool) -> Duration {
    match priority {
        Priority::Focused if is_answer => STATE_EVERY_ANSWER,
        Priority::Focused => STATE_EVERY.max(srtt / 2),
        Priority::Visible => STATE_EVERY_VISIBLE,
        Priority::Background => STATE_EVERY_BACKGROUND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(100);
    const CALM: u64 = 1000;

    fn at(ms: u64) -> Time {
        Time::from_micros(ms * 1000)
    }

    fn turn(pace: &mut Pace, ms: u64, head: u64, unsent: u64) -> Turn {
        pace.turn(at(ms), head, unsent, CALM, EVERY, false)
    }

    #[test]
    fn what_follows_a_key_at_once_and_is_little_waits_for_no_frame() {
        let mut pace = Pace::default();
        pace.state_sent(at(0), 50_000, 50_000);
        assert_eq!(pace.turn(at(1), 50_020, 20, CALM, EVERY, true), Turn::Stream, "a prompt");
        assert_eq!(pace.turn(at(2), 90_000, 40_000, CALM, EVERY, true), Turn::Wait(at(100)));
    }

    #[test]
    fn a_reader_that_fell_behind_is_sent_ten_states_a_second() {
        let mut pace = Pace::default();
        assert_eq!(turn(&mut pace, 0, 50_000, 50_000), Turn::Stream);
        pace.state_sent(at(0), 50_000, 50_000);
        assert_eq!(turn(&mut pace, 10, 60_000, 10_000), Turn::Wait(at(100)));
        assert_eq!(turn(&mut pace, 100, 90_000, 40_000), Turn::State);
        pace.state_sent(at(100), 90_000, 90_000);
        assert_eq!(turn(&mut pace, 199, 95_000, 5_000), Turn::Wait(at(200)));
    }

    #[test]
    fn it_is_sent_the_stream_again_after_a_calm_second() {
        let mut pace = Pace::default();
        pace.state_sent(at(0), 50_000, 50_000);
        assert_eq!(turn(&mut pace, 300, 50_400, 400), Turn::State);
        pace.state_sent(at(300), 50_400, 50_400);
        assert_eq!(turn(&mut pace, 900, 60_000, 9_600), Turn::State, "not calm any more");
        pace.state_sent(at(900), 60_000, 60_000);
        assert_eq!(turn(&mut pace, 1000, 60_001, 1), Turn::State);
        assert_eq!(turn(&mut pace, 1100, 60_001, 1), Turn::Stream, "a key's echo");
        assert!(pace.is_state(), "the next flood is drawn as states at once");
        assert_eq!(turn(&mut pace, 2000, 60_002, 2), Turn::Stream);
        assert!(!pace.is_state());
    }

    #[test]
    fn a_snapshot_before_something_incomplete_is_sent_twice_and_not_again_and_again() {
        let mut pace = Pace::default();
        pace.state_sent(at(0), 30_000, 50_000);
        assert_eq!(turn(&mut pace, 100, 50_000, 20_000), Turn::State, "there may be a newer one");
        pace.state_sent(at(100), 30_000, 50_000);
        assert_eq!(turn(&mut pace, 500, 50_000, 20_000), Turn::Wait(at(1500)));
        assert_eq!(turn(&mut pace, 1500, 50_000, 20_000), Turn::Stream);
    }

    #[test]
    fn what_is_not_looked_at_is_drawn_seldom_and_a_long_way_twice_a_round_trip() {
        assert_eq!(state_every(Priority::Focused, Duration::from_millis(50), false), STATE_EVERY);
        let far = Duration::from_millis(600);
        assert_eq!(state_every(Priority::Focused, far, false), Duration::from_millis(300));
        assert_eq!(state_every(Priority::Focused, far, true), STATE_EVERY_ANSWER);
        assert!(
            state_every(Priority::Background, far, false)
                > state_every(Priority::Visible, far, false)
        );
    }
}
