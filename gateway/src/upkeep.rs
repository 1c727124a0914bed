//! What a gateway does each minute although nobody asks.

use crate::{clock, doorbell, jwks, limits::SWEEP_EVERY, shared::Shared};
use std::sync::Arc;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

/// Sweeps the database, looks for revocations that nobody rang for, and fetches issuers' keys; at once and then each
/// minute, until it is dropped.
pub(crate) async fn tend(shared: Arc<Shared>) {
    let mut minute = interval(SWEEP_EVERY);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        minute.tick().await;
        sweep(&shared).await;
        doorbell::look(&shared).await;
        jwks::refresh(&shared).await;
    }
}

async fn sweep(shared: &Arc<Shared>) {
    let control = shared.control.clone();
    let swept = tokio::task::spawn_blocking(move || control.sweep(clock::now())).await;
    if let Err(error) = swept.expect("sweep does not panic") {
        warn!(%error, "cannot sweep the database; trying again in a minute");
    }
}
