//! The protocol's [`Time`] from a clock that goes on while the machine sleeps, and a timer on it.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use devtail_protocol::Time;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::{Instant, Sleep, sleep_until};

/// Darwin's monotonic clock counts sleep as it is; Linux has one of its own for that.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOCK: ClockId = ClockId::Monotonic;

/// The time since the machine started, sleep included.
pub(crate) fn now() -> Time {
    let now = clock_gettime(CLOCK);
    let micros = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000);
    Time::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// One timer, set anew as often as its owner changes its mind.
///
/// The runtime's clock stands still while the machine sleeps, so that a timer may fire late: the protocol's machines
/// know a late tick and charge nothing for it.
#[derive(Debug)]
pub(crate) struct Timer {
    sleep: Pin<Box<Sleep>>,
    set_for: Option<Time>,
}

impl Timer {
    pub(crate) fn new() -> Self {
        Self { sleep: Box::pin(sleep_until(Instant::now())), set_for: None }
    }

    /// Ready at the deadline.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, deadline: Time) -> Poll<()> {
        loop {
            let now = now();
            if now >= deadline {
                self.set_for = None;
                return Poll::Ready(());
            }
            if self.set_for != Some(deadline) {
                self.sleep.as_mut().reset(Instant::now() + deadline.since(now));
                self.set_for = Some(deadline);
            }
            ready!(self.sleep.as_mut().poll(cx));
            self.set_for = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_timer_is_not_early_and_may_be_set_anew() {
        let mut timer = Timer::new();
        let far = now() + Duration::from_secs(3600);
        let pending = poll_fn(|cx| Poll::Ready(timer.poll(cx, far).is_pending())).await;
        assert!(pending);
        let near = now() + Duration::from_millis(5);
        poll_fn(|cx| timer.poll(cx, near)).await;
        assert!(now() >= near);
    }
}
