//! Hand-off: a one-time ticket, shown as a QR code and a link, takes a person on to another device.
//!
//! Tickets live in memory: what they carry holds what a person typed, which has no place on a disk, and a gateway that
//! starts again within their one minute costs a second tap.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceId, DeviceName, Origin},
    enrolment::{Enrolled, new_device},
    entropy::random,
    grant::Grant,
    limits::{HANDOFF_LIFETIME_MS, MAX_HANDOFF_BYTES, MAX_OUTSTANDING_HANDOFFS},
    one_time::{self, CodeHash},
    principal::{Actor, Principal, Who},
    roster,
    secret::Secret,
    timestamp::Timestamp,
};
use std::{collections::VecDeque, fmt, net::IpAddr};

/// A ticket and its end.
#[derive(Clone, Debug)]
pub struct Handoff {
    /// The ticket: 128 random bits as 22 characters base64url.
    pub ticket: Secret,
    /// When it can be redeemed no more: in 60 s.
    pub expires_at: Timestamp,
}

/// Who redeems a ticket.
#[derive(Clone, Copy, Debug)]
pub enum Successor<'a> {
    /// A device that is enrolled goes on with its own rights.
    Device(&'a Principal),
    /// Whoever else becomes a device of the owner's, under this name, with the rights of the ticket's maker.
    Newcomer(&'a str),
}

/// What a redeemed ticket gave. No `Debug` of what was carried: a person typed it.
pub struct HandedOff {
    /// What the maker put in, for whom it is to be read.
    pub carried: Vec<u8>,
    /// The newcomer as a device, if it was one.
    pub enrolled: Option<Enrolled>,
}

/// The tickets that can still be redeemed, oldest first. Bounded: 32 of 100 KiB.
#[derive(Default)]
pub(crate) struct Handoffs(VecDeque<Ticket>);

struct Ticket {
    code: CodeHash,
    expires_at: Timestamp,
    maker: DeviceId,
    /// What the maker's token was good for.
    grant: Grant,
    /// Whether the maker is the owner's own device: who is here on an outside issuer's word cannot bring in devices that
    /// the issuer does not know.
    may_enrol: bool,
    carried: Vec<u8>,
}

impl Control {
    /// Makes a ticket that carries these bytes, at most 100 KiB. Where 32 wait already, the oldest is void from now on.
    ///
    /// # Errors
    /// [`AuthError::HandoffTooLarge`], [`AuthError::DeviceRevoked`], or if the audit log cannot be written.
    pub fn create_handoff(
        &self,
        now: Timestamp,
        maker: &Principal,
        carried: Vec<u8>,
    ) -> Result<Handoff, AuthError> {
        if carried.len() > MAX_HANDOFF_BYTES {
            return Err(AuthError::HandoffTooLarge);
        }
        let secret: [u8; 16] = random();
        let expires_at = now.plus_ms(HANDOFF_LIFETIME_MS);
        self.0.store.write(|transaction| {
            let device = live(roster::find(transaction, maker.device)?)?;
            let entry = Entry::new(
                AuditEvent::HandoffMade,
                Actor::Device(device.id),
                format!("by “{}”", device.name),
            );
            entry.about(device.id).from(maker.address).write(transaction, now, 1)?;
            Ok::<_, AuthError>(())
        })?;
        self.handoffs().add(
            now,
            Ticket {
                code: one_time::hash(&secret),
                expires_at,
                maker: maker.device,
                grant: maker.grant.clone(),
                may_enrol: matches!(maker.who, Who::Owner),
                carried,
            },
        );
        Ok(Handoff { ticket: one_time::text(&secret), expires_at })
    }

    /// Redeems a ticket, once.
    ///
    /// # Errors
    /// [`AuthError::SlowDown`] before the ticket is even looked at; [`AuthError::HandoffUnknown`],
    /// [`AuthError::HandoffExpired`], [`AuthError::HandoffVoid`] if its maker was revoked or cannot bring in a device,
    /// [`AuthError::TooManyDevices`], or if the state cannot be written: then the ticket stays good.
    pub fn redeem_handoff(
        &self,
        now: Timestamp,
        ticket: &str,
        by: Successor<'_>,
        from: IpAddr,
    ) -> Result<HandedOff, AuthError> {
        let result = self.admit_and_hand_off(now, ticket, by, from);
        if let Err(error) = &result {
            let refusal = Entry::new(AuditEvent::HandoffRefused, by.actor(), error.code());
            self.refused(now, refusal.from(Some(from)));
        }
        result
    }

    fn admit_and_hand_off(
        &self,
        now: Timestamp,
        ticket: &str,
        by: Successor<'_>,
        from: IpAddr,
    ) -> Result<HandedOff, AuthError> {
        self.limiter()
            .admit(now, from)
            .map_err(|retry_after| AuthError::SlowDown { retry_after })?;
        let code = one_time::read(ticket).ok_or(AuthError::HandoffUnknown)?;
        // Held until the database has it: of two that come with one ticket, the second finds it gone.
        let mut tickets = self.handoffs();
        let (at, ticket) = tickets.find(now, &code)?;
        let enrolled = self.0.store.write(|transaction| {
            let maker = live(roster::find(transaction, ticket.maker)?)
                .map_err(|_| AuthError::HandoffVoid)?;
            let (enrolled, device) = match by {
                Successor::Device(principal) => {
                    (None, live(roster::find(transaction, principal.device)?)?)
                }
                Successor::Newcomer(name) => {
                    let device = ticket.successor(now, name, &maker)?;
                    let by = Actor::Device(maker.id);
                    let enrolled = self.enrol_in(transaction, now, device, by, Some(from))?;
                    let device = enrolled.device.clone();
                    (Some(enrolled), device)
                }
            };
            let detail = format!("from “{}” to “{}”", maker.name, device.name);
            let entry = Entry::new(AuditEvent::HandoffRedeemed, by.actor(), detail);
            entry.about(device.id).from(Some(from)).write(transaction, now, 1)?;
            Ok::<_, AuthError>(enrolled)
        })?;
        Ok(HandedOff { carried: tickets.take(at), enrolled })
    }
}

impl Ticket {
    /// The device that goes on: with what its maker held when it made the ticket, and still holds.
    fn successor(&self, now: Timestamp, name: &str, maker: &Device) -> Result<Device, AuthError> {
        let grant = maker.grant.intersection(&self.grant).filter(|_| self.may_enrol);
        let grant = grant.ok_or(AuthError::HandoffVoid)?;
        new_device(now, DeviceName::clean(name), Origin::Paired, random(), grant)
    }
}

impl Handoffs {
    /// Forgets the tickets that are over, and what they carried.
    pub(crate) fn forget_expired(&mut self, now: Timestamp) {
        self.0.retain(|ticket| now < ticket.expires_at);
    }

    fn add(&mut self, now: Timestamp, ticket: Ticket) {
        self.forget_expired(now);
        while self.0.len() >= MAX_OUTSTANDING_HANDOFFS {
            self.0.pop_front();
        }
        self.0.push_back(ticket);
    }

    /// Found by its hash, so that no comparison leaks how much of it fits.
    fn find(&self, now: Timestamp, code: &CodeHash) -> Result<(usize, &Ticket), AuthError> {
        let found = self.0.iter().enumerate().find(|(_, ticket)| ticket.code == *code);
        let (at, ticket) = found.ok_or(AuthError::HandoffUnknown)?;
        if now >= ticket.expires_at { Err(AuthError::HandoffExpired) } else { Ok((at, ticket)) }
    }

    fn take(&mut self, at: usize) -> Vec<u8> {
        self.0.remove(at).expect("it was found under the same lock").carried
    }
}

impl Successor<'_> {
    const fn actor(self) -> Actor {
        match self {
            Self::Device(principal) => Actor::Device(principal.device),
            Self::Newcomer(_) => Actor::Stranger,
        }
    }
}

impl fmt::Debug for Handoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handoffs({})", self.0.len())
    }
}

impl fmt::Debug for HandedOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandedOff").field("enrolled", &self.enrolled).finish_non_exhaustive()
    }
}

fn live(device: Option<Device>) -> Result<Device, AuthError> {
    match device {
        None => Err(AuthError::DeviceUnknown),
        Some(Device { revoked: Some(_), .. }) => Err(AuthError::DeviceRevoked),
        Some(device) => Ok(device),
    }
}
