//! One wire as the gateway serves it: a real ServerSession.

use std::collections::BTreeMap;

use bytes::Bytes;
use devtail_protocol::session::ServerSession;
use devtail_protocol::{Ch, ChannelId, ClientId, Time};

use super::watch::Watch;

/// One wire as the gateway serves it.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) session: ServerSession,
    pub(super) who: Option<(ClientId, u64)>,
    pub(super) channels: BTreeMap<Ch, ChannelId>,
    pub(super) watch: Watch,
    /// A link that is to close waits no longer than this for its socket.
    pub(super) closes_at: Option<Time>,
    pub(super) wake: bool,
}

impl Visit {
    pub(super) fn next_at(&self) -> Option<Time> {
        self.session.poll_timeout().into_iter().chain(self.closes_at).min()
    }
    pub(super) fn packet(&mut self, now: Time, packet: Bytes) {
        self.watch.received(now, &packet);
        if let Err(fault) = self.session.handle_packet(now, packet) {
            self.session.fail(fault);
        }
        self.wake = true;
    }
}
