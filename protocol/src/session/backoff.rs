//! When to dial again: 0, 0.5, 1, 2 … 30 s with full jitter, for ever; any sign of a better network starts over.

use std::time::Duration;

use crate::limits::BACKOFF_MAX;

const FIRST: Duration = Duration::from_millis(500);

/// Counts failed dials.
#[derive(Debug, Default, Clone, Copy)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait before the next dial, given a uniformly random number. The first is at once.
    pub fn next(&mut self, random: u64) -> Duration {
        let failures = self.failures;
        self.failures = failures.saturating_add(1);
        let Some(doublings) = failures.checked_sub(1) else { return Duration::ZERO };
        let ceiling = FIRST.saturating_mul(1 << doublings.min(6)).min(BACKOFF_MAX);
        ceiling.mul_f64((random >> 11) as f64 / (1u64 << 53) as f64)
    }

    /// A Link was welcomed. Until it has lived it may be one that dies each time: the next dial waits, but never long.
    pub const fn welcomed(&mut self) {
        if self.failures > 1 {
            self.failures = 1;
        }
    }

    /// The network changed, the app came to the front, or a Link has lived.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute_and_never_end() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..12).map(|_| backoff.next(u64::MAX).as_millis() as u64).collect();
        assert_eq!(waits[..8], [0, 500, 1000, 2000, 4000, 8000, 16000, 30000]);
        assert_eq!(waits[11], 30_000);
        backoff.reset();
        assert_eq!(backoff.next(u64::MAX), Duration::ZERO);
    }

    #[test]
    fn the_jitter_is_full() {
        let mut backoff = Backoff { failures: 5 };
        assert_eq!(backoff.next(0), Duration::ZERO);
    }
}
