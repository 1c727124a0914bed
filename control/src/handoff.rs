//! Hand-off: a one-time ticket, shown as a QR code and a link, takes a person on to another device.
//!
//! Tickets live in memory: what they carry holds what a person typed, which has no place on a disk, and a gateway that
//! starts again within their one minute costs a second tap.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::Device,
    enrolment::Enrolled,
    entropy::random,
    limits::{HANDOFF_LIFETIME_MS, MAX_HANDOFF_BYTES},
    one_time,
    principal::{Actor, Principal, Who},
    roster,
    secret::Secret,
    tickets::Ticket,
    timestamp::Timestamp,
};
use std::{fmt, net::IpAddr};

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

impl Control {
    /// Makes a ticket that carries these bytes, at most 100 KiB. Where 32 wait already, the oldest is void from now on.
    ///
    /// # Errors
    /// [`AuthError::HandoffTooLarge`], [`AuthError::DeviceRevoked`], [`AuthError::NotForGuests`], or if the audit log cannot be written.
    pub fn create_handoff(
        &self,
        now: Timestamp,
        maker: &Principal,
        carried: Vec<u8>,
    ) -> Result<Handoff, AuthError> {
        if maker.guest.is_some() {
            return Err(AuthError::NotForGuests);
        }
        if carried.len() > MAX_HANDOFF_BYTES {
            return Err(AuthError::HandoffTooLarge);
        }
        let secret: [u8; 16] = random();
        let expires_at = now.plus_ms(HANDOFF_LIFETIME_MS);
        self.0.store.write(|transaction| {
            let device = live(now, roster::find(transaction, maker.device)?)?;
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
            let maker = live(now, roster::find(transaction, ticket.maker)?)
                .map_err(|_| AuthError::HandoffVoid)?;
            let (enrolled, device) = match by {
                Successor::Device(principal) => {
                    (None, live(now, roster::find(transaction, principal.device)?)?)
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

impl Successor<'_> {
    const fn actor(self) -> Actor {
        match self {
            Self::Device(principal) => Actor::Device(principal.device),
            Self::Newcomer(_) => Actor::Stranger,
        }
    }
}

impl fmt::Debug for HandedOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandedOff").field("enrolled", &self.enrolled).finish_non_exhaustive()
    }
}

fn live(now: Timestamp, device: Option<Device>) -> Result<Device, AuthError> {
    match device {
        None => Err(AuthError::DeviceUnknown),
        Some(device) if !device.is_let_in(now) => Err(AuthError::DeviceRevoked),
        Some(device) => Ok(device),
    }
}
