//! The errands of one connection that are under way, and the way back for what comes of them.

use std::future::pending;

use devtail_protocol::limits::{CHANNELS_MAX, FETCHES_MAX};
use devtail_protocol::{Code, Fault};
use tokio::sync::mpsc;

use crate::errand::Done;

/// Errands of one link under way at once: its channels and its questions.
const ERRANDS_MAX: usize = CHANNELS_MAX + FETCHES_MAX;

/// What is done elsewhere for one connection. The way back is there while something is on it: it takes 10 kB, and most
/// links want nothing most of the time.
#[derive(Debug, Default)]
pub(crate) struct Errands {
    under_way: usize,
    back: Option<(mpsc::Sender<Done>, mpsc::Receiver<Done>)>,
}

impl Errands {
    /// Starts one. It goes on if the connection ends; then nobody learns what came of it.
    ///
    /// # Errors
    /// [`Code::Limit`] if as many are under way as a link can need.
    pub(crate) fn start(
        &mut self,
        errand: impl Future<Output = Done> + Send + 'static,
    ) -> Result<(), Fault> {
        if self.under_way >= ERRANDS_MAX {
            return Err(Fault::new(
                Code::Limit,
                "Channels are opened and closed faster than that works (errands).",
            ));
        }
        self.under_way += 1;
        let (done, _) = self.back.get_or_insert_with(|| mpsc::channel(ERRANDS_MAX));
        let done = done.clone();
        tokio::spawn(async move { done.send(errand.await).await });
        Ok(())
    }

    /// Waits for the next that is done; for ever while none is under way. Cancel safe.
    pub(crate) async fn next(&mut self) -> Done {
        let Some((_, back)) = &mut self.back else { return pending().await };
        let done = back.recv().await.expect("one sender is ours");
        self.under_way -= 1;
        if self.under_way == 0 {
            self.back = None;
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn answered(req: u32) -> impl Future<Output = Done> {
        std::future::ready(Done::Answered { req, answer: Ok(Bytes::new()) })
    }

    #[tokio::test]
    async fn every_errand_comes_back_and_the_way_back_goes_with_the_last() {
        let mut errands = Errands::default();
        assert!(errands.back.is_none());
        let all = u32::try_from(ERRANDS_MAX).unwrap();
        (0..all).for_each(|req| errands.start(answered(req)).unwrap());
        assert_eq!(errands.start(answered(all)).unwrap_err().code, Code::Limit);
        let mut came = Vec::new();
        for _ in 0..all {
            let Done::Answered { req, .. } = errands.next().await else {
                panic!("it was a question")
            };
            came.push(req);
        }
        came.sort_unstable();
        assert_eq!(came, (0..all).collect::<Vec<_>>());
        assert!(errands.back.is_none(), "nothing is under way");
    }
}
