//! Who looks at which channel now, by the priority that their app gives it.

use crate::{limits::LOOKS_FOR, rights::Rights};
use dashmap::DashMap;
use devtail_control::DeviceId;
use devtail_protocol::ChannelId;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::Instant;

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
    /// When its person last did something.
    stirred: Instant,
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
        now: Instant,
        channel: ChannelId,
        device: DeviceId,
        rights: Rights,
    ) -> Watching {
        let token = self.next.fetch_add(1, Ordering::Relaxed);
        self.looks.entry(channel).or_default().push(Look { token, device, rights, stirred: now });
        Watching { watchers: Arc::clone(self), channel, token }
    }

    /// Whether somebody who may write is at it: a guest who looks sees nothing for its owner, and a screen that was left
    /// on is nobody.
    pub(crate) fn has_owner(&self, now: Instant, channel: ChannelId) -> bool {
        self.any(channel, |look| {
            look.rights == Rights::ReadAndWrite && now < look.stirred + LOOKS_FOR
        })
    }

    /// Whether this device looks at it.
    pub(crate) fn is_watched_by(&self, channel: ChannelId, device: DeviceId) -> bool {
        self.any(channel, |look| look.device == device)
    }

    fn any(&self, channel: ChannelId, what: impl Fn(&Look) -> bool) -> bool {
        self.looks.get(&channel).is_some_and(|looks| looks.iter().any(what))
    }
}

impl Watching {
    /// Its person did something.
    pub(crate) fn stir(&self, now: Instant) {
        if let Some(mut looks) = self.watchers.looks.get_mut(&self.channel) {
            let own = looks.iter_mut().find(|look| look.token == self.token);
            own.into_iter().for_each(|look| look.stirred = now);
        }
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

    const CHANNEL: ChannelId = ChannelId([1; 16]);
    const DESK: DeviceId = DeviceId::from_bytes([2; 16]);

    #[test]
    fn who_does_nothing_for_a_minute_may_have_left_the_screen_on() {
        let (watchers, start) = (Arc::new(Watchers::default()), Instant::now());
        let desk = watchers.begin(start, CHANNEL, DESK, Rights::ReadAndWrite);
        let nearly = LOOKS_FOR - std::time::Duration::from_secs(1);
        assert!(watchers.has_owner(start + nearly, CHANNEL));
        desk.stir(start + nearly);
        assert!(watchers.has_owner(start + nearly * 2, CHANNEL));
        assert!(!watchers.has_owner(start + nearly + LOOKS_FOR, CHANNEL));
        assert!(watchers.is_watched_by(CHANNEL, DESK), "it still shows it");
    }

    #[test]
    fn a_look_lasts_until_it_is_dropped() {
        let (watchers, now) = (Arc::new(Watchers::default()), Instant::now());
        let guest = watchers.begin(now, CHANNEL, DESK, Rights::Read);
        assert!(watchers.is_watched_by(CHANNEL, DESK) && !watchers.has_owner(now, CHANNEL));
        let other = DeviceId::from_bytes([3; 16]);
        let owner = watchers.begin(now, CHANNEL, other, Rights::ReadAndWrite);
        assert!(watchers.has_owner(now, CHANNEL));
        drop((guest, owner));
        assert!(!watchers.is_watched_by(CHANNEL, DESK) && watchers.looks.is_empty());
    }
}
