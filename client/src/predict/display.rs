//! Whether guesses are shown, and whether they are underlined: only where the wait can be felt. Mosh's numbers.

use std::time::Duration;

use devtail_protocol::Time;

/// Guesses are shown once a round trip takes longer than this.
const SHOW_ABOVE: Duration = Duration::from_millis(60);
/// And no longer once it takes at most this, and none is pending.
const HIDE_AT: Duration = Duration::from_millis(40);
/// They are underlined once it takes longer than this.
const UNDERLINE_ABOVE: Duration = Duration::from_millis(160);
/// And no longer once it takes at most this.
const PLAIN_AT: Duration = Duration::from_millis(100);
/// A guess that waits this long is a glitch: guesses are shown, however quick the Link was.
const GLITCH_AFTER: Duration = Duration::from_millis(250);
/// A guess that waits this long: they are also underlined.
const LONG_GLITCH_AFTER: Duration = Duration::from_secs(5);
/// So many quick confirmations end a glitch.
const GLITCH_CURE: u32 = 10;
/// Of which at most one counts in this time.
const CURE_EVERY: Duration = Duration::from_millis(150);

/// Decides what is shown of the guesses of proven epochs.
#[derive(Debug, Default, Clone)]
pub(super) struct Display {
    srtt: Duration,
    is_slow: bool,
    is_very_slow: bool,
    /// Quick confirmations still missing after a glitch.
    glitch: u32,
    cured: Option<Time>,
}

impl Display {
    /// A round trip takes this long.
    pub(super) fn measured(&mut self, srtt: Option<Duration>, is_active: bool) {
        self.srtt = srtt.unwrap_or_default();
        self.adapt(is_active);
    }

    /// What is pending may keep guesses on show.
    pub(super) fn adapt(&mut self, is_active: bool) {
        if self.srtt > SHOW_ABOVE {
            self.is_slow = true;
        } else if self.srtt <= HIDE_AT && !is_active {
            self.is_slow = false;
        }
        if self.srtt > UNDERLINE_ABOVE {
            self.is_very_slow = true;
        } else if self.srtt <= PLAIN_AT {
            self.is_very_slow = false;
        }
    }

    /// A guess made then is still pending.
    pub(super) fn pending(&mut self, now: Time, made: Time) {
        let waited = now.since(made);
        if waited >= LONG_GLITCH_AFTER {
            self.glitch = 2 * GLITCH_CURE;
        } else if waited >= GLITCH_AFTER {
            self.glitch = self.glitch.max(GLITCH_CURE);
        }
    }

    /// A guess made then came true.
    pub(super) fn confirmed(&mut self, now: Time, made: Time) {
        let is_quick = now.since(made) < GLITCH_AFTER;
        let may_count = self.cured.is_none_or(|cured| now.since(cured) >= CURE_EVERY);
        if is_quick && may_count && self.glitch > 0 {
            self.glitch -= 1;
            self.cured = Some(now);
        }
    }

    /// When a guess made then changes what is shown, if it is pending for so long.
    pub(super) fn due(&self, made: Time) -> Option<Time> {
        if self.glitch < GLITCH_CURE {
            Some(made + GLITCH_AFTER)
        } else if self.glitch < 2 * GLITCH_CURE {
            Some(made + LONG_GLITCH_AFTER)
        } else {
            None
        }
    }

    pub(super) const fn shows(&self) -> bool {
        self.is_slow || self.glitch > 0
    }

    pub(super) const fn underlines(&self) -> bool {
        self.is_very_slow || self.glitch > GLITCH_CURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Time {
        Time::from_micros(ms * 1000)
    }

    fn at(display: &mut Display, srtt_ms: u64, is_active: bool) -> (bool, bool) {
        display.measured(Some(Duration::from_millis(srtt_ms)), is_active);
        (display.shows(), display.underlines())
    }

    #[test]
    fn slowness_shows_and_underlines_with_hysteresis() {
        let mut display = Display::default();
        assert_eq!(at(&mut display, 60, false), (false, false));
        assert_eq!(at(&mut display, 61, false), (true, false));
        assert_eq!(at(&mut display, 41, false), (true, false));
        assert_eq!(at(&mut display, 40, true), (true, false));
        assert_eq!(at(&mut display, 40, false), (false, false));
        assert_eq!(at(&mut display, 161, false), (true, true));
        assert_eq!(at(&mut display, 101, false), (true, true));
        assert_eq!(at(&mut display, 100, false), (true, false));
    }

    #[test]
    fn a_glitch_shows_a_long_one_underlines_and_quick_ones_cure_slowly() {
        let mut display = Display::default();
        display.pending(ms(249), ms(0));
        assert!(!display.shows());
        display.pending(ms(250), ms(0));
        assert!(display.shows() && !display.underlines());
        display.pending(ms(5000), ms(0));
        assert!(display.underlines());
        for tick in 0..10 {
            display.confirmed(ms(6000 + 150 * tick), ms(6000 + 150 * tick));
            display.confirmed(ms(6149 + 150 * tick), ms(6149 + 150 * tick));
        }
        assert!(display.shows() && !display.underlines());
        display.confirmed(ms(9000), ms(8750));
        assert_eq!(display.glitch, 10);
    }
}
