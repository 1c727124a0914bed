//! What every connection of one gateway shares.

use crate::{
    address::Address,
    config::Config,
    fence::Fences,
    guard::Guard,
    hub::Hub,
    metrics::{Gauges, Metrics},
    notice::Notices,
    pending::Pending,
    push::Outbox,
    tally::Tally,
    tls::Encryption,
    watchers::Watchers,
};
use devtail_control::{Control, Issuers};
use std::{sync::Arc, time::Instant};
use tokio::sync::{Mutex, watch};

/// What a gateway is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Recovering channels of a former life; `/readyz` says no, and links wait.
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
    /// Held while their keys are fetched.
    pub(crate) fetching: Mutex<()>,
    /// What the gateway was told.
    pub(crate) config: Config,
    /// Where it can be reached.
    pub(crate) address: Address,
    /// Which names and pages it answers to.
    pub(crate) guard: Guard,
    /// The machine's own name, for people.
    pub(crate) machine: String,
    /// Tells the person at the terminal.
    pub(crate) notices: Notices,
    /// How the port is encrypted, if it is.
    pub(crate) encryption: Option<Encryption>,
    /// The channels that run behind this gateway.
    pub(crate) hub: Hub,
    /// One live link a client instance.
    pub(crate) fences: Arc<Fences>,
    /// Who looks at which channel.
    pub(crate) watchers: Arc<Watchers>,
    /// Tells devices that look elsewhere.
    pub(crate) push: Outbox,
    /// What is counted.
    pub(crate) metrics: Metrics,
    /// Connections that have not proved who they are.
    pub(crate) pending: Arc<Pending>,
    /// Links that are open.
    pub(crate) links_open: Tally,
    /// What the gateway is doing; a connection loop watches it for the drain.
    pub(crate) phase: watch::Receiver<Phase>,
    /// Changes whenever a device was revoked: a connection then asks [`Control::is_revoked`] about its own.
    pub(crate) revocations: watch::Sender<u64>,
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
            sessions: self.fences.len(),
            pending: self.pending.len(),
            uptime_seconds: self.started.elapsed().as_secs_f64(),
        }
    }
}
