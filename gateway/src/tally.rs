//! How many of something are open, and the wait until none is.

use tokio::sync::watch;

/// A count that can be waited on.
#[derive(Debug)]
pub(crate) struct Tally(watch::Sender<usize>);

/// One that is counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted(watch::Sender<usize>);

impl Tally {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Counts one more.
    pub(crate) fn count(&self) -> Counted {
        self.0.send_modify(|n| *n += 1);
        Counted(self.0.clone())
    }

    /// How many are open now.
    pub(crate) fn value(&self) -> usize {
        *self.0.borrow()
    }

    /// Returns when none is open.
    pub(crate) async fn none(&self) {
        let mut value = self.0.subscribe();
        value.wait_for(|n| *n == 0).await.expect("the sender is ours");
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|n| *n -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_wait_ends_with_the_last_one() {
        let tally = Tally::new();
        let (first, second) = (tally.count(), tally.count());
        let mut wait = std::pin::pin!(tally.none());
        drop(first);
        assert_eq!(tally.value(), 1);
        let polled =
            std::future::poll_fn(|cx| std::task::Poll::Ready(wait.as_mut().poll(cx).is_ready()))
                .await;
        assert!(!polled, "one is still open");
        drop(second);
        wait.await;
    }
}
