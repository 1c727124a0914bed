//! Carries the packets of one direction from one TUN device to the other, each when its lane says.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::net::Ipv4Addr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::prctl::set_timerslack;
use tun_rs::{InterruptEvent, SyncDevice};

use super::MTU;
use super::lane::Lane;

/// Packets under way in one direction: what fits a satellite's delay at the lab's own speed.
const PACKETS_MAX: usize = 50_000;

/// One direction's threads; they end when dropped.
pub(super) struct Pump {
    shared: Arc<Shared>,
    stop: Arc<InterruptEvent>,
    threads: Vec<JoinHandle<()>>,
}

/// What both threads see.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Debug)]
struct State {
    lane: Lane,
    /// Packets from another address are dropped.
    source: Option<Ipv4Addr>,
    under_way: BinaryHeap<Reverse<Due>>,
    counted: u64,
    is_over: bool,
}

/// A packet, and when it comes out; of two at one time the one that came first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Duration,
    number: u64,
    packet: Vec<u8>,
}

impl Pump {
    pub(super) fn start(
        began: Instant,
        lane: Lane,
        from: Arc<SyncDevice>,
        to: Arc<SyncDevice>,
    ) -> Result<Self> {
        let state =
            State { lane, source: None, under_way: BinaryHeap::new(), counted: 0, is_over: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), news: Condvar::new() });
        let stop = Arc::new(InterruptEvent::new()?);
        let (inbound, outbound) = (Arc::clone(&shared), Arc::clone(&shared));
        let stopped = Arc::clone(&stop);
        let threads = vec![
            thread::spawn(move || inbound.gather(began, &from, &stopped)),
            thread::spawn(move || outbound.deliver(began, &to)),
        ];
        Ok(Self { shared, stop, threads })
    }

    /// Does something with the lane, between two packets.
    pub(super) fn lane<T>(&self, act: impl FnOnce(&mut Lane) -> T) -> T {
        act(&mut self.shared.lock().lane)
    }

    /// Only packets from this address pass from now on.
    pub(super) fn pass_only(&self, source: Ipv4Addr) {
        self.shared.lock().source = Some(source);
    }
}

impl fmt::Debug for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pump").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.news.notify_all();
        let _woken = self.stop.trigger();
        for thread in self.threads.drain(..) {
            let _ended = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gather(&self, began: Instant, from: &SyncDevice, stop: &InterruptEvent) {
        let mut buffer = [0; MTU as usize];
        while let Ok(length) = from.recv_intr(&mut buffer, stop) {
            self.lock().take(began.elapsed(), &buffer[..length]);
            self.news.notify_one();
        }
    }

    fn deliver(&self, began: Instant, to: &SyncDevice) {
        // The kernel may else wake a sleeper 50 µs late on purpose.
        let _exact = set_timerslack(1);
        let mut state = self.lock();
        while !state.is_over {
            let now = began.elapsed();
            let wait = state.under_way.peek().map(|Reverse(due)| due.at.saturating_sub(now));
            state = match wait {
                Some(Duration::ZERO) => {
                    let due = state.under_way.pop();
                    drop(state);
                    // An interface that is down takes nothing: the packet is lost, as on any link.
                    let _sent = due.map(|Reverse(due)| to.send(&due.packet));
                    self.lock()
                }
                Some(wait) => {
                    self.news.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.news.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl State {
    fn take(&mut self, now: Duration, packet: &[u8]) {
        let from = packet
            .get(12..16)
            .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok())
            .map(Ipv4Addr::from);
        if packet.first().is_none_or(|byte| byte >> 4 != 4)
            || self.source.is_some_and(|source| from != Some(source))
            || self.under_way.len() >= PACKETS_MAX
        {
            return;
        }
        if let Some(at) = self.lane.take(now, packet.len()) {
            self.counted += 1;
            self.under_way.push(Reverse(Due { at, number: self.counted, packet: packet.to_vec() }));
        }
    }
}
