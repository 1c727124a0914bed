//! How a device comes in, by whichever way: its row, its grant, its first tokens, and the audit rows, all or nothing.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceName, Origin},
    entropy::random,
    family::Family,
    grant::Grant,
    principal::Actor,
    roster, rotation,
    timestamp::Timestamp,
    tokens::Tokens,
};
use rusqlite::Transaction;
use std::net::IpAddr;

/// A device that came in just now.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The device.
    pub device: Device,
    /// Its first tokens.
    pub tokens: Tokens,
}

impl Control {
    /// Enrols a device without a code: for who is at the host and can read the state directory anyway.
    ///
    /// # Errors
    /// If the grant is empty, too many devices are enrolled, or the state cannot be written.
    pub fn enroll(
        &self,
        now: Timestamp,
        device_name: &str,
        grant: Grant,
    ) -> Result<Enrolled, AuthError> {
        let device =
            Device::fresh(now, DeviceName::clean(device_name), Origin::Paired, random(), grant)?;
        self.0.store.write(|transaction| self.enrol_in(transaction, now, device, Actor::Host, None))
    }

    /// Adds a device of the owner's with its first tokens.
    pub(crate) fn enrol_in(
        &self,
        transaction: &Transaction<'_>,
        now: Timestamp,
        device: Device,
        by: Actor,
        from: Option<IpAddr>,
    ) -> Result<Enrolled, AuthError> {
        add(transaction, now, &device, by, from)?;
        let first = self.0.refresh_key.first(device.id, random());
        rotation::save(transaction, device.id, &Family::new(now, first.hash()))?;
        let tokens = self.tokens_in(transaction, now, &device, &first)?;
        Ok(Enrolled { device, tokens })
    }
}

/// Adds a device and says so in the audit log.
pub(crate) fn add(
    transaction: &Transaction<'_>,
    now: Timestamp,
    device: &Device,
    by: Actor,
    from: Option<IpAddr>,
) -> Result<(), AuthError> {
    roster::insert(transaction, now, device)?;
    let detail =
        format!("{} in {} to “{}”", device.grant.scopes, device.grant.workspaces, device.name);
    Entry::new(AuditEvent::Granted, by, detail).about(device.id).from(from).write(
        transaction,
        now,
        1,
    )?;
    Ok(())
}
