//! Is the Link alive? Any frame is life; silence is asked about; only repeated silence is death.

use std::time::Duration;

use crate::limits::{
    DEAD_AFTER, FLOW_FOR, FLOW_GAP, FLOW_SILENCE, LATE_TICK, MEASURE_EVERY, PING_IDLE,
    PROBE_AFTER_SILENCE, PROBE_MISSES_MAX, PROBE_PATIENCE,
};
use crate::time::Time;

/// Between the second and later probes: long enough to outlast a short tunnel.
const PROBE_AGAIN: Duration = Duration::from_secs(15);

/// How a Link looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulse {
    /// Nothing suggests otherwise.
    Alive,
    /// A probe went unanswered; nothing was heard since the given moment. Dial another in parallel.
    Suspect(Time),
    /// Several went unanswered: give it up.
    Dead,
}

/// The liveness of one Link, from the side that asks.
#[derive(Debug, Clone)]
pub struct Liveness {
    heard: Time,
    /// Since when frames came close together.
    flowing_from: Time,
    srtt: Option<Duration>,
    state: State,
    next_id: u64,
    unsent: bool,
    asked: Option<(u64, Time)>,
    asked_last: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Quiet,
    Probing { since: Time, misses: u32, miss_at: Time },
    Dead,
}

impl Liveness {
    /// A Link that was just heard from.
    pub const fn new(now: Time, srtt: Option<Duration>) -> Self {
        Self {
            heard: now,
            flowing_from: now,
            srtt,
            state: State::Quiet,
            next_id: 1,
            unsent: false,
            asked: None,
            asked_last: None,
        }
    }

    /// A frame arrived.
    pub fn heard(&mut self, now: Time) {
        if now.since(self.heard) > FLOW_GAP {
            self.flowing_from = now;
        }
        self.heard = now;
        if self.state != State::Dead {
            self.state = State::Quiet;
            self.unsent = false;
        }
    }

    /// A Pong arrived.
    pub fn ponged(&mut self, now: Time, id: u64) {
        if let Some((asked, at)) = self.asked
            && asked == id
        {
            let sample = now.since(at);
            self.srtt = Some(self.srtt.map_or(sample, |srtt| (srtt * 7 + sample) / 8));
            self.asked = None;
        }
    }

    /// Asks at once: the app came to the front, the network changed.
    pub fn probe(&mut self, now: Time) {
        if self.state == State::Quiet {
            self.state = State::Probing { since: now, misses: 0, miss_at: now + self.patience() };
            self.unsent = true;
        }
    }

    /// A key is sent: after a silence that is a reason to ask, and now and then one to measure the round trip. A Ping that
    /// only measures is waited for by nobody.
    pub fn typed(&mut self, now: Time) {
        if now.since(self.heard) >= PROBE_AFTER_SILENCE {
            self.probe(now);
        }
        let is_due = self.asked_last.is_none_or(|at| now.since(at) >= MEASURE_EVERY);
        self.unsent |= self.state == State::Quiet && self.asked.is_none() && is_due;
    }

    /// Time has passed. A tick that comes late (the machine slept) charges no miss, it asks anew.
    pub fn handle_timeout(&mut self, now: Time) {
        match self.state {
            State::Quiet if now >= self.ask_at() => self.probe(now),
            State::Probing { since, misses, miss_at } if now >= miss_at => {
                let late = now.since(miss_at) > LATE_TICK;
                let misses = if late { misses } else { misses + 1 };
                let since = if late { now } else { since };
                self.unsent = true;
                self.state = if misses >= PROBE_MISSES_MAX || now.since(since) >= DEAD_AFTER {
                    State::Dead
                } else {
                    let wait = if misses == 0 { self.patience() } else { PROBE_AGAIN };
                    State::Probing { since, misses, miss_at: now + wait }
                };
            }
            State::Quiet | State::Probing { .. } | State::Dead => {}
        }
    }

    /// The number of a Ping to send now, if one is wanted.
    pub fn poll_ping(&mut self, now: Time) -> Option<u64> {
        if !std::mem::take(&mut self.unsent) {
            return None;
        }
        let id = self.next_id;
        self.next_id += 1;
        self.asked = Some((id, now));
        self.asked_last = Some(now);
        Some(id)
    }

    /// Whether a Ping waits to be sent.
    pub const fn wants_ping(&self) -> bool {
        self.unsent
    }

    /// When to be woken.
    pub fn poll_timeout(&self) -> Option<Time> {
        match self.state {
            State::Quiet => Some(self.ask_at()),
            State::Probing { miss_at, .. } => Some(miss_at),
            State::Dead => None,
        }
    }

    /// How the Link looks.
    pub const fn pulse(&self) -> Pulse {
        match self.state {
            State::Quiet | State::Probing { misses: 0, .. } => Pulse::Alive,
            State::Probing { .. } => Pulse::Suspect(self.heard),
            State::Dead => Pulse::Dead,
        }
    }

    /// Smoothed round trip, if measured.
    pub const fn srtt(&self) -> Option<Duration> {
        self.srtt
    }

    /// When a frame last arrived.
    pub const fn last_heard(&self) -> Time {
        self.heard
    }

    /// When silence is asked about.
    fn ask_at(&self) -> Time {
        let flowed = self.heard.since(self.flowing_from) >= FLOW_FOR;
        self.heard + if flowed { FLOW_SILENCE } else { PING_IDLE }
    }

    fn patience(&self) -> Duration {
        self.srtt.map_or(PROBE_PATIENCE, |srtt| PROBE_PATIENCE.max(srtt * 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(s: u64) -> Time {
        Time::from_micros(s * 1_000_000)
    }

    /// Runs the machine's own timers until `until`, never hearing anything.
    fn silence(live: &mut Liveness, until: Time) -> u32 {
        let mut pings = 0;
        while let Some(at) = live.poll_timeout().filter(|at| *at <= until) {
            live.handle_timeout(at);
            pings += u32::from(live.poll_ping(at).is_some());
        }
        pings
    }

    #[test]
    fn an_idle_link_is_asked_once_a_minute() {
        let mut live = Liveness::new(Time::ZERO, None);
        assert_eq!(live.poll_timeout(), Some(secs(60)));
        live.handle_timeout(secs(60));
        assert_eq!(live.poll_ping(secs(60)), Some(1));
        live.heard(secs(61));
        assert_eq!(live.poll_timeout(), Some(secs(121)));
        assert_eq!(live.pulse(), Pulse::Alive);
    }

    #[test]
    fn a_stream_that_falls_silent_is_asked_about_once() {
        let mut live = Liveness::new(Time::ZERO, None);
        live.heard(secs(10));
        live.heard(secs(11));
        assert_eq!(live.poll_timeout(), Some(secs(11) + PING_IDLE), "two frames are no stream");
        live.heard(secs(12));
        assert_eq!(live.poll_timeout(), Some(secs(12) + FLOW_SILENCE));
        let asked = secs(12) + FLOW_SILENCE;
        live.handle_timeout(asked);
        assert!(live.poll_ping(asked).is_some());
        live.heard(asked);
        assert_eq!(live.poll_timeout(), Some(asked + PING_IDLE), "the answer begins no stream");
    }

    #[test]
    fn silence_makes_suspect_first_and_dead_only_much_later() {
        let mut live = Liveness::new(Time::ZERO, None);
        live.probe(secs(10));
        live.poll_ping(secs(10));
        silence(&mut live, secs(12));
        assert_eq!(live.pulse(), Pulse::Suspect(Time::ZERO));
        silence(&mut live, secs(35));
        assert_eq!(live.pulse(), Pulse::Suspect(Time::ZERO));
        silence(&mut live, secs(60));
        assert_eq!(live.pulse(), Pulse::Dead);
    }

    #[test]
    fn an_answer_in_time_forgives_everything() {
        let mut live = Liveness::new(Time::ZERO, None);
        live.probe(secs(10));
        silence(&mut live, secs(20));
        live.heard(secs(20));
        assert_eq!(live.pulse(), Pulse::Alive);
    }

    #[test]
    fn a_timer_that_fires_late_charges_no_miss() {
        let mut live = Liveness::new(Time::ZERO, None);
        live.probe(secs(1));
        live.poll_ping(secs(1));
        live.handle_timeout(secs(3600));
        assert_eq!(live.pulse(), Pulse::Alive);
        assert!(live.poll_ping(secs(3600)).is_some());
    }

    #[test]
    fn a_key_after_silence_asks_and_a_key_during_talk_does_not() {
        let mut live = Liveness::new(secs(0), None);
        live.typed(secs(4));
        assert_eq!(live.poll_ping(secs(4)), Some(1));
        live.handle_timeout(secs(20));
        assert_eq!(live.pulse(), Pulse::Alive, "it only measured");
        live.heard(secs(20));
        live.typed(secs(25));
        assert_eq!(live.poll_ping(secs(25)), Some(2));
        silence(&mut live, secs(27));
        assert_eq!(live.pulse(), Pulse::Suspect(secs(20)));
    }

    #[test]
    fn typing_measures_the_round_trip_at_most_once_a_second() {
        let mut live = Liveness::new(Time::ZERO, None);
        let ms = |ms: u64| Time::from_micros(ms * 1000);
        let mut pings = Vec::new();
        for key in 0..30 {
            live.typed(ms(100 * key));
            pings.extend(live.poll_ping(ms(100 * key)));
            live.heard(ms(100 * key + 50));
            live.ponged(ms(100 * key + 50), *pings.last().unwrap());
        }
        assert_eq!(pings, [1, 2, 3]);
        assert_eq!(live.srtt(), Some(Duration::from_millis(50)));
        assert_eq!(live.poll_timeout(), Some(ms(2950) + FLOW_SILENCE));
    }
}
