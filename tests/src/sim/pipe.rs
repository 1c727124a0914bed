//! One direction of a connection: ordered and reliable until it is cut, with a rate, a delay and a small socket buffer.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::Time;

use super::rng::Rng;

/// What a path is like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weather {
    /// Bytes a second.
    pub(super) rate: u64,
    pub(super) delay: Duration,
    pub(super) jitter: Duration,
}

/// A direction. The driver may add a packet only while the socket buffer has room.
#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) weather: Weather,
    socket_max: usize,
    /// In the socket buffer, each with the moment its last byte is on the wire.
    waiting: VecDeque<(Time, Bytes)>,
    waiting_bytes: usize,
    free_at: Time,
    /// On the wire, each with the moment it arrives.
    flight: VecDeque<(Time, Bytes)>,
    last_arrival: Time,
    /// Nothing arrives any more, and nobody is told.
    pub(super) is_black_hole: bool,
    /// A driver found no room since it last sent.
    pub(super) was_full: bool,
    /// The next packet arrives twice.
    pub(super) twice: bool,
}

impl Pipe {
    pub(super) const fn new(weather: Weather, socket_max: usize) -> Self {
        Self {
            weather,
            socket_max,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            free_at: Time::ZERO,
            flight: VecDeque::new(),
            last_arrival: Time::ZERO,
            is_black_hole: false,
            was_full: false,
            twice: false,
        }
    }

    pub(super) const fn can_take(&self) -> bool {
        self.waiting_bytes < self.socket_max
    }

    pub(super) fn push(&mut self, now: Time, packet: Bytes) {
        let took = packet.len() as u64 * 1_000_000 / self.weather.rate.max(1);
        self.free_at = self.free_at.max(now) + Duration::from_micros(took);
        self.waiting_bytes += packet.len();
        self.waiting.push_back((self.free_at, packet));
    }

    /// Moves what has left the socket onto the wire.
    pub(super) fn advance(&mut self, now: Time, rng: &mut Rng) {
        while !self.is_black_hole
            && let Some((done, packet)) = self.waiting.pop_front_if(|(done, _)| *done <= now)
        {
            self.waiting_bytes -= packet.len();
            let jitter = rng.micros(0, self.weather.jitter.as_micros() as u64 + 1);
            self.last_arrival = self.last_arrival.max(done + self.weather.delay + jitter);
            if std::mem::take(&mut self.twice) {
                self.flight.push_back((self.last_arrival, packet.clone()));
            }
            self.flight.push_back((self.last_arrival, packet));
        }
    }

    /// The next packet that has arrived.
    pub(super) fn pop(&mut self, now: Time) -> Option<Bytes> {
        if self.is_black_hole {
            return None;
        }
        self.flight.pop_front_if(|(at, _)| *at <= now).map(|(_, packet)| packet)
    }

    /// When something next leaves the socket, or arrives.
    pub(super) fn next_at(&self) -> Option<Time> {
        self.leaves_at().into_iter().chain(self.arrives_at()).min()
    }

    pub(super) fn leaves_at(&self) -> Option<Time> {
        self.waiting.front().map(|(at, _)| *at).filter(|_| !self.is_black_hole)
    }

    pub(super) fn arrives_at(&self) -> Option<Time> {
        self.flight.front().map(|(at, _)| *at).filter(|_| !self.is_black_hole)
    }

    /// Nothing moves for so long; then all goes on.
    pub(super) fn stall(&mut self, now: Time, pause: Duration) {
        self.free_at = self.free_at.max(now) + pause;
        self.last_arrival = self.last_arrival.max(now) + pause;
        self.waiting.iter_mut().for_each(|(at, _)| *at = *at + pause);
        self.flight.iter_mut().for_each(|(at, _)| *at = *at + pause);
    }

    /// The sender is gone: what is in its socket is lost, what is on the wire arrives. Returns when the last of it does.
    pub(super) fn sender_gone(&mut self, now: Time) -> Time {
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.last_arrival.max(now + self.weather.delay)
    }

    /// When all that is under way has arrived, jitter apart.
    pub(super) fn last_arrival(&self, now: Time) -> Time {
        self.last_arrival.max(self.free_at.max(now) + self.weather.delay + self.weather.jitter)
    }

    /// All that is under way is lost.
    pub(super) fn lose_all(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.flight.clear();
    }
}
