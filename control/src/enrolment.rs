//! How a device comes in, by whichever way: its row, its grant, its first tokens, and the audit rows, all or nothing.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceId, DeviceName, Origin},
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
            new_device(now, DeviceName::clean(device_name), Origin::Paired, random(), grant)?;
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

/// A device that is not in the database yet.
pub(crate) fn new_device(
    now: Timestamp,
    name: DeviceName,
    origin: Origin,
    id: [u8; 16],
    grant: Grant,
) -> Result<Device, AuthError> {
    if grant.scopes.is_empty() {
        return Err(AuthError::NoScope);
    }
    let id = DeviceId::from_bytes(id);
    Ok(Device { id, name, origin, grant, created: now, last_seen: now, revoked: None })
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
