//! The Docks one connection reads from, as its session asks for them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use devtail_channels::dock::{Attachment, Dock};
use devtail_control::DeviceId;
use devtail_protocol::log::Extent;
use devtail_protocol::session::Logs;
use devtail_protocol::{Ch, ClientId, Code, Fault};

use crate::rights::Rights;
use crate::watchers::{Watchers, Watching};

/// One connection's open channels.
#[derive(Debug, Default)]
pub(crate) struct Docks {
    open: BTreeMap<Ch, Docked>,
}

/// One open channel: read until it is dropped.
#[derive(Debug)]
pub(crate) struct Docked {
    pub(crate) dock: Arc<Dock>,
    pub(crate) rights: Rights,
    pub(crate) _attachment: Attachment,
    /// There while the device shows it to a person.
    pub(crate) watching: Option<Watching>,
}

impl Docks {
    pub(crate) fn insert(&mut self, ch: Ch, docked: Docked) {
        self.open.insert(ch, docked);
    }

    /// The device shows a channel, or shows it no more.
    pub(crate) fn show(
        &mut self,
        ch: Ch,
        is_shown: bool,
        device: DeviceId,
        watchers: &Arc<Watchers>,
    ) {
        let Some(docked) = self.open.get_mut(&ch) else { return };
        if is_shown != docked.watching.is_some() {
            let begin = || {
                let (now, id) = (Instant::now(), docked.dock.id());
                watchers.begin(now, id, device, docked.rights)
            };
            docked.watching = is_shown.then(begin);
        }
    }

    /// Passes an input on.
    ///
    /// # Errors
    /// [`Code::Denied`] if the device may only read.
    pub(crate) fn input(
        &self,
        client: ClientId,
        ch: Ch,
        seq: u64,
        bytes: Bytes,
    ) -> Result<(), Fault> {
        match self.open.get(&ch) {
            None => Ok(()),
            Some(Docked { rights: Rights::Read, .. }) => Err(Fault::new(
                Code::Denied,
                "This device may look, not type. Ask for write access.",
            )),
            Some(Docked { dock, rights: Rights::ReadAndWrite, watching, .. }) => {
                watching.iter().for_each(|watching| watching.stir(Instant::now()));
                dock.input(client, seq, bytes);
                Ok(())
            }
        }
    }

    pub(crate) fn consumed(&self, client: ClientId, ch: Ch, offset: u64) {
        if let Some(Docked { dock, .. }) = self.open.get(&ch) {
            dock.consumed(client, offset);
        }
    }

    pub(crate) fn remove(&mut self, ch: Ch) {
        self.open.remove(&ch);
    }
}

impl Logs for Docks {
    fn extent(&self, ch: Ch) -> Option<Extent> {
        self.open.get(&ch)?.dock.extent()
    }

    fn read(&self, ch: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.open.get(&ch)?.dock.read(from, bytes_max)
    }

    fn snapshot(&self, ch: Ch) -> Option<(u64, Bytes)> {
        self.open.get(&ch)?.dock.snapshot()
    }

    fn end(&self, ch: Ch) -> Option<Bytes> {
        self.open.get(&ch)?.dock.end()
    }
}
