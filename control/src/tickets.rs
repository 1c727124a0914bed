//! The hand-off tickets that wait, in memory.

use crate::{
    auth_error::AuthError,
    device::{Device, DeviceId, DeviceName, Origin},
    entropy::random,
    grant::Grant,
    limits::MAX_OUTSTANDING_HANDOFFS,
    one_time::CodeHash,
    timestamp::Timestamp,
};
use std::{collections::VecDeque, fmt};

/// The tickets that can still be redeemed, oldest first. Bounded: 32 of 100 KiB.
#[derive(Default)]
pub(crate) struct Handoffs(VecDeque<Ticket>);

/// One ticket. No `Debug` of what it carries.
pub(crate) struct Ticket {
    pub(crate) code: CodeHash,
    pub(crate) expires_at: Timestamp,
    pub(crate) maker: DeviceId,
    /// What the maker's token was good for.
    pub(crate) grant: Grant,
    /// Whether the maker is the owner's own device: who is here on an outside issuer's word cannot bring in devices that
    /// the issuer does not know.
    pub(crate) may_enrol: bool,
    pub(crate) carried: Vec<u8>,
}

impl Ticket {
    /// The device that goes on: with what its maker held when it made the ticket, and still holds.
    pub(crate) fn successor(
        &self,
        now: Timestamp,
        name: &str,
        maker: &Device,
    ) -> Result<Device, AuthError> {
        let grant = maker.grant.intersection(&self.grant).filter(|_| self.may_enrol);
        let grant = grant.ok_or(AuthError::HandoffVoid)?;
        Device::fresh(now, DeviceName::clean(name), Origin::Paired, random(), grant)
    }
}

impl Handoffs {
    /// Forgets the tickets that are over, and what they carried.
    pub(crate) fn forget_expired(&mut self, now: Timestamp) {
        self.0.retain(|ticket| now < ticket.expires_at);
    }

    pub(crate) fn add(&mut self, now: Timestamp, ticket: Ticket) {
        self.forget_expired(now);
        while self.0.len() >= MAX_OUTSTANDING_HANDOFFS {
            self.0.pop_front();
        }
        self.0.push_back(ticket);
    }

    /// Found by its hash, so that no comparison leaks how much of it fits.
    pub(crate) fn find(
        &self,
        now: Timestamp,
        code: &CodeHash,
    ) -> Result<(usize, &Ticket), AuthError> {
        let found = self.0.iter().enumerate().find(|(_, ticket)| ticket.code == *code);
        let (at, ticket) = found.ok_or(AuthError::HandoffUnknown)?;
        if now >= ticket.expires_at { Err(AuthError::HandoffExpired) } else { Ok((at, ticket)) }
    }

    pub(crate) fn take(&mut self, at: usize) -> Vec<u8> {
        self.0.remove(at).expect("it was found under the same lock").carried
    }
}

impl fmt::Debug for Handoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handoffs({})", self.0.len())
    }
}
