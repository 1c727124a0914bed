//! What every connection of one gateway shares.

use crate::{
    config::Config,
    metrics::{Gauges, Metrics},
    pending::Pending,
    tally::Tally,
    tls::Encryption,
};
use devtail_control::{Control, Issuers};
use std::{sync::Arc, time::Instant};
use tokio::sync::watch;

/// What a gateway is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Recovering channels of a former life; `/readyz` says no, links are admitted.
    Starting,
    /// Serving.
    Serving,
    /// Asking every link to come back later; no new ones are admitted. After `until` links are cut.
    Draining {
        /// When patience ends.
        until: tokio::time::Instant,
    },
}

/// Everything that outlives a connection.
pub(crate) struct Shared {
    /// Who may do what. Blocking: ask it off the async threads.
    pub(crate) control: Control,
    /// Keys of outside issuers.
    pub(crate) issuers: Issuers,
    /// What the gateway was told.
    pub(crate) config: Config,
    /// How the port is encrypted, if it is.
    pub(crate) encryption: Option<Encryption>,
    /// What is counted.
    pub(crate) metrics: Metrics,
    /// Connections that have not proved who they are.
    pub(crate) pending: Arc<Pending>,
    /// Links that are open.
    pub(crate) links_open: Tally,
    /// What the gateway is doing; a connection loop watches it for the drain.
    pub(crate) phase: watch::Receiver<Phase>,
    /// Changes whenever a device was revoked: a connection then asks [`Control::is_revoked`] about its own.
    pub(crate) revocations: watch::Receiver<u64>,
    /// Names this life of the process; random, never 0.
    pub(crate) boot: u64,
    /// When this life began.
    pub(crate) started: Instant,
}

impl Shared {
    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    pub(crate) fn gauges(&self) -> Gauges {
        Gauges {
            links: self.links_open.value(),
            sessions: self.links_open.value(),
            pending: self.pending.len(),
            uptime_seconds: self.started.elapsed().as_secs_f64(),
        }
    }
}
