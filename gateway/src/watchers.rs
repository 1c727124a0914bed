//! Who looks at which channel now, by the priority that their app gives it.

use crate::docks::Rights;
use dashmap::DashMap;
use devtail_control::DeviceId;
use devtail_protocol::ChannelId;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The looks that rest on channels. Bounded by the channels that links have open.
#[derive(Debug, Default)]
pub(crate) struct Watchers {
    looks: DashMap<ChannelId, Vec<Look>>,
    next: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    token: u64,
    device: DeviceId,
    rights: Rights,
}

/// One link that looks at a channel, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watching {
    watchers: Arc<Watchers>,
    channel: ChannelId,
    token: u64,
}

impl Watchers {
    /// A device begins to look.
    pub(crate) fn begin(
        self: &Arc<Self>,
        channel: ChannelId,
        device: DeviceId,
        rights: Rights,
    ) -> Watching {
        let token = self.next.fetch_add(1, Ordering::Relaxed);
        self.looks.entry(channel).or_default().push(Look { token, device, rights });
        Watching { watchers: Arc::clone(self), channel, token }
    }

    /// Whether somebody who may write looks at it: a guest who looks sees nothing for its owner.
    pub(crate) fn has_owner(&self, channel: ChannelId) -> bool {
        self.any(channel, |look| look.rights == Rights::ReadAndWrite)
    }

    /// Whether this device looks at it.
    pub(crate) fn is_watched_by(&self, channel: ChannelId, device: DeviceId) -> bool {
        self.any(channel, |look| look.device == device)
    }

    fn any(&self, channel: ChannelId, what: impl Fn(&Look) -> bool) -> bool {
        self.looks.get(&channel).is_some_and(|looks| looks.iter().any(what))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(mut looks) = self.watchers.looks.get_mut(&self.channel) {
            looks.retain(|look| look.token != self.token);
        }
        self.watchers.looks.remove_if(&self.channel, |_, looks| looks.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_lasts_until_it_is_dropped() {
        let watchers = Arc::new(Watchers::default());
        let (channel, device) = (ChannelId([1; 16]), DeviceId::from_bytes([2; 16]));
        let guest = watchers.begin(channel, device, Rights::Read);
        assert!(watchers.is_watched_by(channel, device) && !watchers.has_owner(channel));
        let owner = watchers.begin(channel, DeviceId::from_bytes([3; 16]), Rights::ReadAndWrite);
        assert!(watchers.has_owner(channel));
        drop((guest, owner));
        assert!(!watchers.is_watched_by(channel, device) && watchers.looks.is_empty());
    }
}
