//! The host behind the test's gateway: it echoes what it is sent. Its Log and Inbox outlive links and gateways.

use std::collections::BTreeMap;

use bytes::Bytes;
use devtail_protocol::log::{Extent, Inbox, Log, Loss, Verdict};
use devtail_protocol::position::{Epoch, Unit};
use devtail_protocol::session::Logs;
use devtail_protocol::{Ch, ChannelId, ClientId};

/// Every echo there is, by its id.
#[derive(Debug, Default)]
pub struct Host {
    echoes: BTreeMap<ChannelId, Echo>,
}

/// One channel: what it was sent, and what it said.
#[derive(Debug)]
pub struct Echo {
    pub log: Log,
    pub inbox: Inbox,
    /// All inputs in the order they were applied.
    pub applied: Vec<u8>,
}

impl Host {
    pub fn echo(&mut self, id: ChannelId) -> &mut Echo {
        self.echoes.entry(id).or_insert_with(|| Echo {
            log: Log::new(Epoch(9), Unit::Bytes, 64 << 10, Loss::Snapshot),
            inbox: Inbox::new(),
            applied: Vec::new(),
        })
    }

    /// Applies an input once; returns how far the instance's inputs are applied.
    pub fn input(&mut self, id: ChannelId, client: ClientId, seq: u64, bytes: &Bytes) -> u64 {
        let echo = self.echo(id);
        if echo.inbox.take(client, seq) == Verdict::Apply {
            echo.applied.extend_from_slice(bytes);
            echo.log.append(bytes);
        }
        echo.inbox.applied(client)
    }

    fn find(&self, id: ChannelId) -> Option<&Echo> {
        self.echoes.get(&id)
    }
}

/// The host as one link reads it.
pub struct Read<'a> {
    pub host: &'a Host,
    pub names: &'a BTreeMap<Ch, ChannelId>,
}

impl Read<'_> {
    fn echo(&self, ch: Ch) -> Option<&Echo> {
        self.host.find(*self.names.get(&ch)?)
    }
}

impl Logs for Read<'_> {
    fn extent(&self, ch: Ch) -> Option<Extent> {
        Some(self.echo(ch)?.log.extent())
    }

    fn read(&self, ch: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.echo(ch)?.log.read(from, bytes_max)
    }

    /// The fold of an echo is how much it said.
    fn snapshot(&self, ch: Ch) -> Option<(u64, Bytes)> {
        let head = self.echo(ch)?.log.extent().head;
        Some((head, Bytes::from(head.to_string())))
    }

    fn end(&self, _: Ch) -> Option<Bytes> {
        None
    }
}
