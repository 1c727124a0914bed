//! How fast a Link is, and how much may be under way on it.
//!
//! The receiver reports the bytes it has received; the rate is what those reports say while there was always more to
//! send. The cap on unacknowledged bytes, not the Log, decides how long a keystroke waits behind a flood.

use std::time::Duration;

use crate::limits::{
    ACK_LATE, ACK_SOON_BYTES, BULK_ENOUGH, BULK_MAX, BULK_MIN, BULK_SOON, BULK_WITHIN, CALM_WITHIN,
    COMPRESS_BELOW_RATE, IN_FLIGHT_FIRST, IN_FLIGHT_MAX, IN_FLIGHT_MIN, INTERACTIVE_MAX, LEAST_FOR,
    REPLAY_ALWAYS, REPLAY_UNKNOWN_RATE, REPLAY_WITHIN,
};
use crate::time::Time;

/// Reports closer together than this are taken as one sample.
const SAMPLE_MIN: Duration = Duration::from_millis(10);
/// With this much still under way, the link and not the sender was what limited a sample.
const BUSY_MIN: u64 = 4 << 10;
/// Assumed until a round trip was measured.
const SRTT_FIRST: Duration = Duration::from_millis(100);
/// A stream that is not compressed, in wire bytes a thousand.
const DENSE: u64 = 1000;
/// A stream that is compressed better than this may not go on like that.
const DENSITY_MIN: u64 = 50;
/// Queueing allowed beyond the round trip.
const SLACK: Duration = Duration::from_millis(100);

/// The measured speed of one direction of one Link.
#[derive(Debug, Clone)]
pub struct Flow {
    sent: u64,
    received: u64,
    rate: Option<u64>,
    srtt: Option<Duration>,
    least: Option<Least>,
    sample_from: Option<(Time, u64)>,
    sent_at: Time,
    /// Wire bytes that a thousand bytes of a stream have come to.
    density: u64,
}

impl Flow {
    /// A Link of which nothing is known.
    pub const fn new() -> Self {
        Self {
            sent: 0,
            received: 0,
            rate: None,
            srtt: None,
            least: None,
            sample_from: None,
            sent_at: Time::ZERO,
            density: DENSE,
        }
    }

    /// A packet of so many bytes was handed to the socket.
    pub fn sent(&mut self, now: Time, bytes: usize) {
        if self.is_idle(now) {
            self.sample_from = Some((now, self.sent));
        }
        self.sent += bytes as u64;
        self.sent_at = now;
    }

    /// Whether nothing is under way: all is reported, or the rest is so little that nobody reports it alone, and had the
    /// time to come.
    fn is_idle(&self, now: Time) -> bool {
        let is_late = now.since(self.sent_at) > self.srtt() + ACK_LATE;
        self.in_flight() == 0 || (self.in_flight() < ACK_SOON_BYTES && is_late)
    }

    /// So many bytes of a stream became so many wire bytes.
    pub fn packed(&mut self, bytes: usize, wire: usize) {
        if bytes >= BUSY_MIN as usize / 4 {
            let sample = (wire as u64 * DENSE / bytes as u64).clamp(DENSITY_MIN, DENSE);
            self.density = (self.density * 3 + sample) / 4;
        }
    }

    /// The peer reports how many bytes it has received in all. False if that cannot be true.
    pub fn reported(&mut self, now: Time, received: u64) -> bool {
        if received > self.sent {
            return false;
        }
        self.received = self.received.max(received);
        self.sample(now);
        true
    }

    /// A round trip was measured.
    pub fn measured(&mut self, now: Time, round_trip: Duration) {
        self.least = Some(Least::with(self.least, now, round_trip));
        self.srtt = Some(self.srtt.map_or(round_trip, |srtt| (srtt * 7 + round_trip) / 8));
    }

    fn sample(&mut self, now: Time) {
        let Some((from, base)) = self.sample_from else { return };
        let elapsed = now.since(from);
        let delivered = self.received.saturating_sub(base);
        if elapsed < SAMPLE_MIN || delivered == 0 {
            return;
        }
        let sample = (u128::from(delivered) * 1_000_000 / elapsed.as_micros().max(1)) as u64;
        let busy = self.in_flight() >= BUSY_MIN || delivered >= IN_FLIGHT_MIN;
        self.rate = match self.rate {
            Some(rate) if sample >= rate => Some(sample),
            Some(rate) if busy => Some((rate * 3 + sample) / 4),
            None if busy => Some(sample),
            unchanged => unchanged,
        };
        self.sample_from = (self.sent > self.received).then_some((now, self.received));
    }

    /// Smoothed round trip; 100 ms until measured.
    pub fn srtt(&self) -> Duration {
        self.srtt.unwrap_or(SRTT_FIRST)
    }

    /// Whether the round trip was ever measured.
    pub const fn is_measured(&self) -> bool {
        self.srtt.is_some()
    }

    /// Bytes under way.
    pub const fn in_flight(&self) -> u64 {
        self.sent - self.received
    }

    /// Whether bulk may be sent: clamp(1.25 × rate × (round trip + 100 ms), 16 KiB, 512 KiB) is not reached. The smoothed
    /// one has our own queue in it: a cap that follows it grows with what it allows.
    pub fn has_room(&self) -> bool {
        self.in_flight() < self.in_flight_max()
    }

    /// Whether an echo may be sent: it may go a little beyond what bulk has filled.
    pub fn has_room_for_echo(&self) -> bool {
        self.in_flight() < self.in_flight_max() + 2 * INTERACTIVE_MAX
    }

    fn in_flight_max(&self) -> u64 {
        let Some(rate) = self.rate else { return IN_FLIGHT_FIRST };
        // Half the smoothed one, should the path have become that much longer: a cap below it lowers the rate, and so itself.
        let path = self.least.map_or(SRTT_FIRST, Least::least).max(self.srtt() / 2);
        (within(rate, path + SLACK) * 5 / 4).clamp(IN_FLIGHT_MIN, IN_FLIGHT_MAX)
    }

    /// Payload bytes of the next bulk frame: at most 50 ms of the rate, and 2 ms of it where that is 4 KiB or more.
    pub fn bulk_max(&self) -> usize {
        let Some(rate) = self.rate else { return BULK_MAX };
        let soon = (within(rate, BULK_SOON) as usize).clamp(BULK_ENOUGH, BULK_MAX);
        (within(rate, BULK_WITHIN) as usize).clamp(BULK_MIN, soon)
    }

    /// Units of a gap that are replayed rather than replaced by a Snapshot.
    pub fn replay_max(&self) -> u64 {
        self.stream_within(REPLAY_WITHIN).map_or(REPLAY_UNKNOWN_RATE, |max| max.max(REPLAY_ALWAYS))
    }

    /// Units with which the link keeps up.
    pub fn calm_max(&self) -> u64 {
        self.stream_within(CALM_WITHIN).unwrap_or(REPLAY_ALWAYS)
    }

    /// Bytes of a stream that the link delivers in this time, compressed as the last ones were.
    fn stream_within(&self, time: Duration) -> Option<u64> {
        self.rate.map(|rate| within(rate, time) * DENSE / self.density)
    }

    /// Whether compressing is worth it on a link this fast.
    pub fn wants_compression(&self) -> bool {
        self.rate.is_none_or(|rate| rate < COMPRESS_BELOW_RATE)
    }
}

/// The least round trip of late: what the path takes without our queue.
#[derive(Debug, Clone, Copy)]
struct Least {
    since: Time,
    now: Duration,
    before: Duration,
}

impl Least {
    fn with(known: Option<Self>, now: Time, round_trip: Duration) -> Self {
        match known {
            Some(known) if now.since(known.since) < LEAST_FOR => {
                Self { now: known.now.min(round_trip), ..known }
            }
            Some(known) if now.since(known.since) < LEAST_FOR * 2 => {
                Self { since: now, now: round_trip, before: known.now }
            }
            Some(_) | None => Self { since: now, now: round_trip, before: round_trip },
        }
    }

    fn least(self) -> Duration {
        self.now.min(self.before)
    }
}

impl Default for Flow {
    fn default() -> Self {
        Self::new()
    }
}

fn within(rate: u64, time: Duration) -> u64 {
    (u128::from(rate) * time.as_micros() / 1_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as allowed over a link of `rate` bytes/s and `delay` one way, reporting each 50 ms; returns the Flow after 10 s.
    fn run(rate: u64, delay: Duration) -> (Flow, u64) {
        let mut flow = Flow::new();
        let mut delivered = 0.0;
        let (mut reports, mut worst) = (std::collections::VecDeque::new(), 0);
        for tick in 0..10_000u64 {
            let now = Time::from_micros(tick * 1000);
            while flow.has_room() {
                flow.sent(now, flow.bulk_max());
            }
            delivered = f64::min(flow.sent as f64, delivered + rate as f64 / 1000.0);
            if tick % 50 == 0 {
                reports.push_back((now + delay * 2, delivered as u64));
            }
            while reports.front().is_some_and(|(at, _)| *at <= now) {
                let (_, received) = reports.pop_front().unwrap();
                assert!(flow.reported(now, received));
            }
            if tick > 5000 {
                worst = worst.max(flow.in_flight());
            }
        }
        flow.measured(Time::from_micros(10_000_000), delay * 2);
        (flow, worst)
    }

    #[test]
    fn a_slow_link_is_found_and_its_queue_kept_short() {
        let (flow, worst) = run(100_000, Duration::from_millis(50));
        let rate = flow.rate.unwrap();
        assert!((60_000..=130_000).contains(&rate), "{rate}");
        assert!(worst <= 48 << 10, "{worst}");
        assert!(flow.bulk_max() <= 6500);
    }

    #[test]
    fn a_fast_link_is_used() {
        let (flow, _) = run(2_000_000, Duration::from_millis(20));
        let rate = flow.rate.unwrap();
        assert!(rate > 1_400_000, "{rate}");
        assert!(flow.bulk_max() >= BULK_ENOUGH);
    }

    #[test]
    fn our_own_queue_allows_no_longer_one_and_a_longer_path_does_after_a_while() {
        let (mut flow, _) = run(100_000, Duration::from_millis(50));
        let at = |ms: u64| Time::from_micros((10_000 + ms) * 1000);
        let allowed = flow.in_flight_max();
        (1..20).for_each(|n| flow.measured(at(n * 1000), Duration::from_millis(200)));
        assert_eq!(flow.in_flight_max(), allowed);
        assert!(flow.srtt() > Duration::from_millis(180));
        (20..80).for_each(|n| flow.measured(at(n * 1000), Duration::from_millis(800)));
        assert!(flow.in_flight_max() > 3 * allowed);
    }

    #[test]
    fn a_frame_is_as_short_as_the_link_is_slow() {
        let max = |rate| Flow { rate: Some(rate), ..Flow::new() }.bulk_max();
        assert_eq!(max(10_000), BULK_MIN);
        assert_eq!(max(50_000), 2500);
        assert_eq!(max(125_000), BULK_ENOUGH);
        assert_eq!(max(2_500_000), 5000);
        assert_eq!(max(100_000_000), BULK_MAX);
    }

    #[test]
    fn a_report_beyond_what_was_sent_is_refused() {
        let mut flow = Flow::new();
        flow.sent(Time::ZERO, 10);
        assert!(!flow.reported(Time::ZERO, 11));
        assert!(flow.reported(Time::ZERO, 10));
    }

    #[test]
    fn what_was_sent_long_before_a_flood_does_not_make_a_link_look_slow() {
        let mut flow = Flow::new();
        // A Pong: it alone is worth no Window.
        flow.sent(Time::ZERO, 20);
        let flood = Time::from_micros(10_000_000);
        flow.sent(flood, 64 << 10);
        assert!(flow.reported(flood + Duration::from_millis(20), 20 + (32 << 10)));
        assert!(flow.rate.is_some_and(|rate| rate > 1_000_000), "{:?}", flow.rate);
    }

    #[test]
    fn a_few_typed_bytes_do_not_make_a_link_look_slow() {
        let mut flow = Flow::new();
        for n in 0..100 {
            flow.sent(Time::from_micros(n * 200_000), 10);
            assert!(flow.reported(Time::from_micros(n * 200_000 + 150_000), (n + 1) * 10));
        }
        assert_eq!(flow.rate, None);
    }
}
