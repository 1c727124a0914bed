//! Who drives a terminal: whose grid it has and whose keys it takes. Pure.
//!
//! The lease is sticky: while the driver types, and for 30 s after, another device only looks, unless it says that it
//! takes over. Nobody's view changes because someone else opened the terminal on a phone.

use std::time::Duration;

use devtail_protocol::ClientId;
use tokio::time::Instant;

/// How long a driver that types nothing keeps the lease against one that does.
const STICKY: Duration = Duration::from_secs(30);

/// The right to drive, and since when it was not used.
#[derive(Debug, Default)]
pub(super) struct Lease {
    driver: Option<(ClientId, Instant)>,
}

impl Lease {
    /// A device types. Whether it drives now: it did, or the one that did is silent for a while or does not mind: it is not
    /// here, or the same.
    pub(super) fn types(
        &mut self,
        now: Instant,
        client: ClientId,
        minds: impl Fn(ClientId) -> bool,
    ) -> bool {
        let mine = self.driver.is_none_or(|(driver, used)| {
            driver == client || now >= used + STICKY || !minds(driver)
        });
        if mine {
            self.take_over(now, client);
        }
        mine
    }

    /// A device that is here says its grid. Whether it drives now: it did, or the one that did has left for good.
    pub(super) fn sizes(
        &mut self,
        now: Instant,
        client: ClientId,
        is_here: impl Fn(ClientId) -> bool,
    ) -> bool {
        match self.driver {
            Some((driver, _)) if driver == client => true,
            Some((driver, used)) if is_here(driver) || now < used + STICKY => false,
            Some(_) | None => {
                self.take_over(now, client);
                true
            }
        }
    }

    /// A device says that it drives from now on.
    pub(super) const fn take_over(&mut self, now: Instant, client: ClientId) {
        self.driver = Some((client, now));
    }

    /// Who drives, if anybody ever did.
    pub(super) fn driver(&self) -> Option<ClientId> {
        self.driver.map(|(driver, _)| driver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ClientId = ClientId([1; 16]);
    const BEN: ClientId = ClientId([2; 16]);

    #[test]
    fn who_types_first_drives_until_it_has_been_silent_for_30_s() {
        let (mut lease, start) = (Lease::default(), Instant::now());
        assert!(lease.types(start, ANN, |_| true));
        assert!(!lease.types(start + STICKY - Duration::from_secs(1), BEN, |_| true));
        assert!(lease.types(start + Duration::from_secs(20), ANN, |_| true));
        assert!(!lease.types(start + STICKY, BEN, |_| true), "it typed in between");
        assert!(lease.types(start + Duration::from_secs(20) + STICKY, BEN, |_| true));
        assert_eq!(lease.driver(), Some(BEN));
        assert!(lease.types(start, ANN, |_| false), "who left does not mind");
    }

    #[test]
    fn one_who_takes_over_drives_at_once() {
        let (mut lease, start) = (Lease::default(), Instant::now());
        assert!(lease.types(start, ANN, |_| true));
        lease.take_over(start, BEN);
        assert!(!lease.types(start, ANN, |_| true));
        assert!(lease.types(start, BEN, |_| true));
    }

    #[test]
    fn a_grid_alone_takes_nothing_from_a_driver_that_is_here_or_may_come_back() {
        let (mut lease, start) = (Lease::default(), Instant::now());
        assert!(lease.sizes(start, ANN, |_| true), "the first one's grid is the terminal's");
        assert!(!lease.sizes(start + STICKY * 2, BEN, |_| true));
        assert!(!lease.sizes(start, BEN, |_| false), "it left a moment ago");
        assert!(lease.sizes(start + STICKY, BEN, |_| false));
    }
}
