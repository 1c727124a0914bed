//! The channels that run behind this gateway, by id. It names no kind.

use std::sync::Arc;

use bytes::Bytes;
use dashmap::DashMap;
use devtail_channels::dock::Dock;
use devtail_channels::registry::{Kind, Registry};
use devtail_protocol::{ChannelId, Code, Fault};
use tokio::sync::Mutex;

/// Openings that may go on side by side.
const OPENINGS: usize = 64;

/// Every running channel this gateway knows, and the way to make more.
#[derive(Debug)]
pub(crate) struct Hub {
    registry: Registry,
    docks: DashMap<ChannelId, Arc<Dock>>,
    /// One opening of an id at a time: two links that open the same must not make two channels. By id, because a holder that
    /// does not answer is waited for, by those who ask for it and few others.
    opening: [Mutex<()>; OPENINGS],
    /// One creation at a time, so that their number is known.
    creating: Mutex<()>,
}

impl Hub {
    pub(crate) fn new(registry: Registry) -> Self {
        Self {
            registry,
            docks: DashMap::new(),
            opening: [const { Mutex::const_new(()) }; OPENINGS],
            creating: Mutex::new(()),
        }
    }

    /// Finds the channels that outlived the last gateway; returns how many.
    pub(crate) async fn recover(&self) -> usize {
        for dock in self.registry.recover().await {
            self.docks.insert(dock.id(), dock);
        }
        self.docks.len()
    }

    /// The channel of this id, created if there is none and `spec` says how.
    ///
    /// # Errors
    /// As [`Registry::create`] and [`Registry::find`].
    pub(crate) async fn open(
        &self,
        kind: Kind,
        id: ChannelId,
        spec: Option<&Bytes>,
    ) -> Result<Arc<Dock>, Fault> {
        if let Some(dock) = self.running(id) {
            return Ok(dock);
        }
        let _one = self.opening[usize::from(id.0[0]) % OPENINGS].lock().await;
        if let Some(dock) = self.running(id) {
            return Ok(dock);
        }
        let dock = match (self.registry.find(kind, id).await, spec) {
            (Err(Fault { code: Code::Gone, .. }), Some(spec)) => {
                let _one = self.creating.lock().await;
                self.registry.create(kind, id, spec).await?
            }
            (found, _) => found?,
        };
        self.docks.insert(id, Arc::clone(&dock));
        Ok(dock)
    }

    /// Answers a question to a kind about its channels.
    ///
    /// # Errors
    /// As [`Registry::answer`].
    pub(crate) async fn answer(&self, kind: Kind, query: &Bytes) -> Result<Bytes, Fault> {
        let docks: Vec<Arc<Dock>> =
            self.all().into_iter().filter(|dock| dock.kind() == kind.traits().name).collect();
        self.registry.answer(kind, query, &docks).await
    }

    /// How many channels of each kind run, for the metrics.
    pub(crate) fn count(&self) -> Vec<(&'static str, usize)> {
        let all = self.all();
        let of = |name| all.iter().filter(|dock| dock.kind() == name).count();
        Kind::ALL.into_iter().map(|kind| kind.traits().name).map(|name| (name, of(name))).collect()
    }

    /// The channel of this id, if it is known to run.
    pub(crate) fn running(&self, id: ChannelId) -> Option<Arc<Dock>> {
        let dock = self.docks.get(&id).map(|dock| Arc::clone(&dock))?;
        if dock.is_lost() {
            self.docks.remove_if(&id, |_, dock| dock.is_lost());
            return None;
        }
        Some(dock)
    }

    fn all(&self) -> Vec<Arc<Dock>> {
        self.docks.retain(|_, dock| !dock.is_lost());
        self.docks.iter().map(|dock| Arc::clone(&dock)).collect()
    }
}
