//! Rate limits of pairing: one bucket an address, one for all of them together.

use crate::{
    limits::{
        MAX_LIMITED_ADDRESSES, PAIRING_BURST, PAIRING_BURST_PER_ADDRESS, PAIRING_REFILL_MS,
        PAIRING_REFILL_PER_ADDRESS_MS,
    },
    timestamp::Timestamp,
};
use std::{collections::HashMap, net::IpAddr, time::Duration};

/// A token bucket as one number (the generic cell rate algorithm): when it will be full again.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    full_at: Timestamp,
}

impl Bucket {
    const FULL: Self = Self { full_at: Timestamp::from_unix_ms(0) };

    /// How many ms are missing for one more; 0 if it is there.
    fn missing_ms(&mut self, now: Timestamp, burst: u32, refill_ms: u64) -> u64 {
        let depth_ms = u64::from(burst).saturating_mul(refill_ms);
        // A clock that was set back must not lock anybody out for longer than an empty bucket would.
        self.full_at = self.full_at.max(now).min(now.plus_ms(depth_ms));
        self.full_at.plus_ms(refill_ms).ms_since(now).saturating_sub(depth_ms)
    }

    fn spend(&mut self, refill_ms: u64) {
        self.full_at = self.full_at.plus_ms(refill_ms);
    }
}

/// Who tried to redeem a pairing code lately. Bounded: 1024 addresses.
#[derive(Debug)]
pub(crate) struct PairingLimiter {
    all: Bucket,
    by_address: HashMap<IpAddr, Bucket>,
}

impl PairingLimiter {
    pub(crate) fn new() -> Self {
        Self { all: Bucket::FULL, by_address: HashMap::new() }
    }

    /// Lets one attempt through, or says how long to wait (rounded up to whole seconds).
    pub(crate) fn admit(&mut self, now: Timestamp, address: IpAddr) -> Result<(), Duration> {
        let address = network(address);
        self.make_room(now, address);
        let bucket = self.by_address.entry(address).or_insert(Bucket::FULL);
        let (burst, refill_ms) = (PAIRING_BURST_PER_ADDRESS, PAIRING_REFILL_PER_ADDRESS_MS);
        let missing_ms = bucket.missing_ms(now, burst, refill_ms);
        let missing_ms = missing_ms.max(self.all.missing_ms(now, PAIRING_BURST, PAIRING_REFILL_MS));
        if missing_ms > 0 {
            return Err(Duration::from_secs(missing_ms.div_ceil(1000)));
        }
        // Only who gets through spends: one busy address must not empty the bucket that all share.
        bucket.spend(refill_ms);
        self.all.spend(PAIRING_REFILL_MS);
        Ok(())
    }

    fn make_room(&mut self, now: Timestamp, address: IpAddr) {
        if self.by_address.len() < MAX_LIMITED_ADDRESSES || self.by_address.contains_key(&address) {
            return;
        }
        self.by_address.retain(|_, bucket| bucket.full_at > now);
        if self.by_address.len() < MAX_LIMITED_ADDRESSES {
            return;
        }
        let fullest = self
            .by_address
            .iter()
            .min_by_key(|(_, bucket)| bucket.full_at)
            .map(|(address, _)| *address);
        fullest.map(|address| self.by_address.remove(&address));
    }
}

/// What is counted as one address: who has one IPv6 address has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    const NOW: Timestamp = Timestamp::from_unix_s(1_800_000_000);
    const ANN: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn v4(n: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from(n))
    }

    #[test]
    fn an_address_gets_a_burst_and_then_one_attempt_a_refill() {
        let mut limiter = PairingLimiter::new();
        for _ in 0..PAIRING_BURST_PER_ADDRESS {
            assert_eq!(limiter.admit(NOW, ANN), Ok(()));
        }
        assert_eq!(limiter.admit(NOW, ANN), Err(Duration::from_secs(12)));
        assert_eq!(limiter.admit(NOW.plus_ms(11_001), ANN), Err(Duration::from_secs(1)));
        assert_eq!(limiter.admit(NOW.plus_ms(12_000), ANN), Ok(()));
        assert!(limiter.admit(NOW.plus_ms(12_000), ANN).is_err());
        assert_eq!(
            limiter.admit(NOW.plus_ms(12_000), v4(7)),
            Ok(()),
            "another address is not held up"
        );
    }

    #[test]
    fn many_addresses_share_one_burst() {
        let mut limiter = PairingLimiter::new();
        let admitted = (0..1000).filter(|n| limiter.admit(NOW, v4(*n)).is_ok()).count();
        assert_eq!(admitted, PAIRING_BURST as usize);
        assert_eq!(limiter.admit(NOW, v4(5000)), Err(Duration::from_secs(1)));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_and_a_mapped_ipv4_as_itself() {
        let host = |n| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, n));
        let mut limiter = PairingLimiter::new();
        let admitted = (0..100).filter(|n| limiter.admit(NOW, host(*n)).is_ok()).count();
        assert_eq!(admitted, PAIRING_BURST_PER_ADDRESS as usize);
        assert_eq!(network(IpAddr::V6(Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped())), ANN);
    }

    #[test]
    fn a_flood_from_everywhere_does_not_grow_the_map() {
        let mut limiter = PairingLimiter::new();
        for n in 0..10_000 {
            let _ = limiter.admit(NOW, v4(n));
        }
        assert!(limiter.by_address.len() <= MAX_LIMITED_ADDRESSES);
    }

    #[test]
    fn a_clock_set_back_a_year_locks_nobody_out() {
        let mut limiter = PairingLimiter::new();
        while limiter.admit(NOW, ANN).is_ok() {}
        let earlier = NOW.minus_ms(365 * 24 * 3600 * 1000);
        assert!(limiter.admit(earlier, ANN).unwrap_err() <= Duration::from_secs(12));
        assert_eq!(limiter.admit(earlier.plus_ms(12_000), ANN), Ok(()));
    }
}
