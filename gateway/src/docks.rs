//! The Docks one connection reads from, as its session asks for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use devtail_channels::dock::{Bell, Dock};
use devtail_protocol::log::Extent;
use devtail_protocol::session::Logs;
use devtail_protocol::{Ch, ClientId, Code, Fault};

/// What a device may do in a channel, decided when it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    Read,
    ReadAndWrite,
}

/// One connection's open channels.
#[derive(Debug, Default)]
pub(crate) struct Docks {
    open: BTreeMap<Ch, (Arc<Dock>, Rights)>,
}

impl Docks {
    pub(crate) fn insert(&mut self, ch: Ch, dock: Arc<Dock>, rights: Rights) {
        self.open.insert(ch, (dock, rights));
    }

    /// Passes an input on.
    ///
    /// # Errors
    /// [`Code::Denied`] if the device may only read; as [`Dock::input`].
    pub(crate) fn input(
        &self,
        client: ClientId,
        ch: Ch,
        seq: u64,
        bytes: Bytes,
    ) -> Result<(), Fault> {
        match self.open.get(&ch) {
            None => Ok(()),
            Some((_, Rights::Read)) => Err(Fault::new(
                Code::Denied,
                "This device may look, not type. Ask for write access.",
            )),
            Some((dock, Rights::ReadAndWrite)) => dock.input(client, seq, bytes),
        }
    }

    pub(crate) fn consumed(&self, client: ClientId, ch: Ch, offset: u64) {
        if let Some((dock, _)) = self.open.get(&ch) {
            dock.consumed(client, offset);
        }
    }

    pub(crate) fn remove(&mut self, client: ClientId, ch: Ch, bell: &Arc<Bell>) {
        if let Some((dock, _)) = self.open.remove(&ch) {
            dock.detach(client, bell);
        }
    }

    pub(crate) fn remove_all(&mut self, client: ClientId, bell: &Arc<Bell>) {
        while let Some((_, (dock, _))) = self.open.pop_first() {
            dock.detach(client, bell);
        }
    }
}

impl Logs for Docks {
    fn extent(&self, ch: Ch) -> Option<Extent> {
        self.open.get(&ch)?.0.extent()
    }

    fn read(&self, ch: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.open.get(&ch)?.0.read(from, bytes_max)
    }

    fn snapshot(&self, ch: Ch) -> Option<(u64, Bytes)> {
        self.open.get(&ch)?.0.snapshot()
    }

    fn end(&self, ch: Ch) -> Option<Bytes> {
        self.open.get(&ch)?.0.end()
    }
}
