//! One direction of a link, decided purely: which packet comes out, and when.
//!
//! ```text
//! packet ─► dark? ─► queue (bounded in time) ─► rate ─► loss ─► delay ± jitter ─► due
//! ```

use std::time::Duration;

use super::condition::Way;
use crate::chance::Chance;

/// What a lane loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Each packet alike.
    Even {
        /// In a million.
        ppm: u32,
    },
    /// In bursts (Gilbert and Elliott): nothing in the good state, `ppm` in the bad one.
    Bursts {
        /// Into the bad state, at each packet, in a million.
        enter_ppm: u32,
        /// Out of it.
        leave_ppm: u32,
        /// Lost while in it.
        ppm: u32,
    },
}

/// What became of the packets.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Came in.
    pub packets: u64,
    /// Bytes of them, IP headers included.
    pub bytes: u64,
    /// Came out.
    pub passed: u64,
    /// Bytes that came out.
    pub passed_bytes: u64,
    /// Lost in the air.
    pub lost: u64,
    /// Dropped because the queue was full.
    pub dropped: u64,
    /// Came in while it was dark.
    pub darkened: u64,
}

/// One direction.
#[derive(Debug)]
pub struct Lane {
    way: Way,
    chance: Chance,
    is_dark: bool,
    in_burst: bool,
    /// When the last packet of the queue has left it.
    free_at: Duration,
    /// When the last packet comes out.
    last_due: Duration,
    counts: Counts,
}

impl Lane {
    /// A lane like this; what chance decides follows from the seed.
    pub const fn new(way: Way, seed: u64) -> Self {
        Self {
            way,
            chance: Chance::new(seed),
            is_dark: false,
            in_burst: false,
            free_at: Duration::ZERO,
            last_due: Duration::ZERO,
            counts: Counts {
                packets: 0,
                bytes: 0,
                passed: 0,
                passed_bytes: 0,
                lost: 0,
                dropped: 0,
                darkened: 0,
            },
        }
    }

    /// It is like this from now on; what is under way comes as it would have.
    pub const fn change(&mut self, way: Way) {
        self.way = way;
    }

    /// Whether nothing passes.
    pub const fn darken(&mut self, is_dark: bool) {
        self.is_dark = is_dark;
    }

    /// What became of the packets so far.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// A packet comes in; when it comes out, if it does.
    pub fn take(&mut self, now: Duration, bytes: usize) -> Option<Duration> {
        self.counts.packets += 1;
        self.counts.bytes += bytes as u64;
        if self.is_dark {
            self.counts.darkened += 1;
            return None;
        }
        if self.free_at.saturating_sub(now) > self.way.queue {
            self.counts.dropped += 1;
            return None;
        }
        let left_at = self.free_at.max(now) + self.takes(bytes);
        self.free_at = left_at;
        if self.loses() {
            self.counts.lost += 1;
            return None;
        }
        let least = self.way.delay.saturating_sub(self.way.jitter);
        let mut due = left_at + least + self.spread();
        if !self.way.reorders {
            due = due.max(self.last_due);
        }
        self.last_due = due;
        self.counts.passed += 1;
        self.counts.passed_bytes += bytes as u64;
        Some(due)
    }

    fn takes(&self, bytes: usize) -> Duration {
        let Some(rate) = self.way.rate else { return Duration::ZERO };
        Duration::from_nanos((bytes as u64 * 8).saturating_mul(1_000_000_000) / rate.max(1))
    }

    fn loses(&mut self) -> bool {
        match self.way.loss {
            Loss::Even { ppm } => self.happens(ppm),
            Loss::Bursts { enter_ppm, leave_ppm, ppm } => {
                let turns = self.happens(if self.in_burst { leave_ppm } else { enter_ppm });
                self.in_burst ^= turns;
                self.in_burst && self.happens(ppm)
            }
        }
    }

    const fn happens(&mut self, ppm: u32) -> bool {
        self.chance.below(1_000_000) < ppm as u64
    }

    /// What the jitter adds to the least delay: up to twice as much.
    fn spread(&mut self) -> Duration {
        let span = self.way.jitter.as_micros() as u64 * 2;
        if span == 0 {
            return Duration::ZERO;
        }
        Duration::from_micros(self.chance.below(span + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Way = Way {
        delay: Duration::from_millis(25),
        jitter: Duration::ZERO,
        reorders: false,
        loss: Loss::Even { ppm: 0 },
        rate: Some(1_000_000),
        queue: Duration::from_millis(100),
    };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_packet_takes_the_rate_and_the_delay() {
        let mut lane = Lane::new(PLAIN, 1);
        assert_eq!(lane.take(ms(0), 125), Some(ms(26)));
        assert_eq!(lane.take(ms(0), 125), Some(ms(27)), "behind the one before");
        assert_eq!(lane.take(ms(1000), 1250), Some(ms(1035)));
    }

    #[test]
    fn a_full_queue_drops_what_comes_last() {
        let mut lane = Lane::new(PLAIN, 1);
        let passed = (0..200).filter(|_| lane.take(ms(0), 125).is_some()).count();
        assert_eq!(passed, 101, "a packet may begin to wait while less than 100 ms are queued");
        assert_eq!(lane.counts().dropped, 99);
        assert!(lane.take(ms(50), 125).is_some(), "half of it has gone");
    }

    #[test]
    fn loss_is_as_often_as_it_says() {
        let mut lane = Lane::new(Way { loss: Loss::Even { ppm: 30_000 }, rate: None, ..PLAIN }, 7);
        for packet in 0..100_000 {
            lane.take(ms(packet), 100);
        }
        assert!((2_800..3_200).contains(&lane.counts().lost), "{:?}", lane.counts());
    }

    #[test]
    fn bursts_lose_several_in_a_row() {
        let loss = Loss::Bursts { enter_ppm: 10_000, leave_ppm: 200_000, ppm: 1_000_000 };
        let mut lane = Lane::new(Way { loss, rate: None, ..PLAIN }, 7);
        let lost: Vec<bool> =
            (0..100_000).map(|packet| lane.take(ms(packet), 100).is_none()).collect();
        let all = lost.iter().filter(|lost| **lost).count();
        let again = lost.windows(2).filter(|pair| pair[0] && pair[1]).count();
        assert!((4_000..5_600).contains(&all), "{all}");
        assert!(again * 10 > all * 7, "{again} of {all} were followed by another");
    }

    #[test]
    fn order_is_kept_unless_it_says_otherwise() {
        let swaps = |reorders| {
            let mut lane = Lane::new(Way { jitter: ms(20), reorders, rate: None, ..PLAIN }, 3);
            let due: Vec<_> = (0..1000).filter_map(|packet| lane.take(ms(packet), 100)).collect();
            due.windows(2).filter(|pair| pair[1] < pair[0]).count()
        };
        assert_eq!(swaps(false), 0);
        assert!(swaps(true) > 100);
    }

    #[test]
    fn nothing_passes_in_the_dark() {
        let mut lane = Lane::new(PLAIN, 1);
        lane.darken(true);
        assert_eq!(lane.take(ms(0), 100), None);
        lane.darken(false);
        assert!(lane.take(ms(1), 100).is_some());
        assert_eq!((lane.counts().darkened, lane.counts().passed), (1, 1));
    }
}
