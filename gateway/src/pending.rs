//! How many connections may be open without having proved who they are: by address, and in all.

use crate::limits::MAX_PENDING;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// The count. At most [`MAX_PENDING`] entries, because every entry is at least one open connection.
#[derive(Debug)]
pub(crate) struct Pending {
    per_address: u16,
    counts: Mutex<Counts>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    of: HashMap<IpAddr, u16>,
    all: usize,
}

/// Why a connection gets no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// Its address has enough of them.
    Address,
    /// The gateway has enough of them.
    Gateway,
}

/// A place among the pending; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place {
    pending: Arc<Pending>,
    address: IpAddr,
}

impl Pending {
    pub(crate) fn new(per_address: u16) -> Self {
        Self { per_address, counts: Mutex::default(), left: Notify::new() }
    }

    /// Waits until the gateway has a place for one more, for one waiter. Cancel safe.
    pub(crate) async fn room(&self) {
        while self.len() >= MAX_PENDING {
            self.left.notified().await;
        }
    }

    /// Takes a place for a connection from `remote`; an IPv6 address counts by its /64, which is what one household has.
    pub(crate) fn enter(self: &Arc<Self>, remote: IpAddr) -> Result<Place, Full> {
        let address = household(remote);
        let mut counts = self.counts();
        if counts.all >= MAX_PENDING {
            return Err(Full::Gateway);
        }
        let count = counts.of.entry(address).or_default();
        if *count >= self.per_address {
            return Err(Full::Address);
        }
        *count += 1;
        counts.all += 1;
        Ok(Place { pending: self.clone(), address })
    }

    /// How many are pending now.
    pub(crate) fn len(&self) -> usize {
        self.counts().all
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.pending.counts();
        counts.all -= 1;
        let count =
            counts.of.get_mut(&self.address).expect("a place is counted until it is dropped");
        *count -= 1;
        if *count == 0 {
            counts.of.remove(&self.address);
        }
        drop(counts);
        self.pending.left.notify_one();
    }
}

fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_its_share_and_leaves_the_others_theirs() {
        let pending = Arc::new(Pending::new(2));
        let first = pending.enter(ip("192.0.2.1")).unwrap();
        let _second = pending.enter(ip("::ffff:192.0.2.1")).unwrap();
        assert_eq!(pending.enter(ip("192.0.2.1")).unwrap_err(), Full::Address);
        let _other = pending.enter(ip("192.0.2.2")).unwrap();
        drop(first);
        let _again = pending.enter(ip("192.0.2.1")).unwrap();
        assert_eq!(pending.len(), 3);
    }

    #[test]
    fn an_ipv6_household_counts_as_one() {
        let pending = Arc::new(Pending::new(1));
        let _first = pending.enter(ip("2001:db8::1")).unwrap();
        assert_eq!(pending.enter(ip("2001:db8::ffff:1")).unwrap_err(), Full::Address);
        assert!(pending.enter(ip("2001:db8:0:1::1")).is_ok());
    }

    #[tokio::test]
    async fn whoever_comes_to_a_full_gateway_waits_until_another_leaves() {
        let pending = Arc::new(Pending::new(u16::MAX));
        pending.room().await;
        let mut places: Vec<_> =
            (0..MAX_PENDING).map(|_| pending.enter(ip("192.0.2.1")).unwrap()).collect();
        let mut room = Box::pin(pending.room());
        let now = std::time::Duration::ZERO;
        assert!(tokio::time::timeout(now, &mut room).await.is_err());
        drop(places.pop());
        room.await;
        assert!(pending.enter(ip("192.0.2.2")).is_ok());
    }

    #[test]
    fn all_addresses_together_have_a_bound_and_leave_nothing_behind() {
        let pending = Arc::new(Pending::new(1));
        let nth = |n: u32| IpAddr::V4(n.into());
        let places: Vec<_> =
            (0..MAX_PENDING as u32).map(|n| pending.enter(nth(n)).unwrap()).collect();
        assert_eq!(pending.enter(nth(u32::MAX)).unwrap_err(), Full::Gateway);
        drop(places);
        assert_eq!(pending.len(), 0);
        assert!(pending.counts().of.is_empty());
    }
}
