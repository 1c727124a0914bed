//! Pairing: a one-time code, shown as a QR code and a link, makes whoever redeems it first a device of the owner's.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceName, Origin},
    enrolment::Enrolled,
    entropy::random,
    grant::Grant,
    limits::{MAX_OUTSTANDING_PAIRINGS, PAIRING_LIFETIME_MS},
    one_time::{self, CodeHash},
    principal::Actor,
    secret::Secret,
    timestamp::Timestamp,
};
use rusqlite::{OptionalExtension, Transaction, params};
use std::net::IpAddr;

/// A pairing code and its end.
#[derive(Clone, Debug)]
pub struct Pairing {
    /// The code: 128 random bits as 22 characters base64url.
    pub code: Secret,
    /// When it can be redeemed no more: in 5 minutes.
    pub expires_at: Timestamp,
}

impl Control {
    /// Makes a code for one device that shall hold this grant. Where 32 codes wait already, the oldest is void from now on.
    ///
    /// # Errors
    /// [`AuthError::NoScope`], or if the database fails.
    pub fn create_pairing(&self, now: Timestamp, grant: &Grant) -> Result<Pairing, AuthError> {
        if grant.scopes.is_empty() {
            return Err(AuthError::NoScope);
        }
        let secret: [u8; 16] = random();
        let expires_at = now.plus_ms(PAIRING_LIFETIME_MS);
        self.0.store.write(|transaction| {
            // Only the host makes codes, and a gateway that starts again and again must still start: the oldest makes room.
            transaction.execute(
                "DELETE FROM pairings WHERE code IN (SELECT code FROM pairings
                 WHERE redeemed_ms IS NULL AND expires_ms > ?1 ORDER BY expires_ms DESC, rowid DESC LIMIT -1 OFFSET ?2)",
                params![now, MAX_OUTSTANDING_PAIRINGS - 1],
            )?;
            transaction.execute(
                "INSERT INTO pairings (code, scopes, workspaces, expires_ms) VALUES (?, ?, ?, ?)",
                params![one_time::hash(&secret), grant.scopes, grant.workspaces, expires_at],
            )?;
            let detail = format!("{} in {}", grant.scopes, grant.workspaces);
            Entry::new(AuditEvent::PairingCreated, Actor::Host, detail).write(
                transaction,
                now,
                1,
            )?;
            Ok::<_, AuthError>(())
        })?;
        Ok(Pairing { code: one_time::text(&secret), expires_at })
    }

    /// Redeems a code, once. The name is cleaned here; it is what the owner sees.
    ///
    /// # Errors
    /// [`AuthError::SlowDown`] before the code is even looked at; [`AuthError::PairingUnknown`],
    /// [`AuthError::PairingExpired`], [`AuthError::PairingUsed`], [`AuthError::TooManyDevices`], or if the state cannot be
    /// written: then the code stays good.
    pub fn redeem_pairing(
        &self,
        now: Timestamp,
        code: &str,
        device_name: &str,
        from: IpAddr,
    ) -> Result<Enrolled, AuthError> {
        let result = self.admit_and_redeem(now, code, &DeviceName::clean(device_name), from);
        if let Err(error) = &result {
            let refusal = Entry::new(AuditEvent::PairingFailed, Actor::Stranger, error.code());
            self.refused(now, refusal.from(Some(from)));
        }
        result
    }

    fn admit_and_redeem(
        &self,
        now: Timestamp,
        code: &str,
        name: &DeviceName,
        from: IpAddr,
    ) -> Result<Enrolled, AuthError> {
        self.limiter()
            .admit(now, from)
            .map_err(|retry_after| AuthError::SlowDown { retry_after })?;
        let code = one_time::read(code).ok_or(AuthError::PairingUnknown)?;
        self.0.store.write(|transaction| {
            let grant = take_code(transaction, now, &code)?;
            let device = Device::fresh(now, name.clone(), Origin::Paired, random(), grant)?;
            let entry =
                Entry::new(AuditEvent::PairingRedeemed, Actor::Stranger, name).about(device.id);
            entry.from(Some(from)).write(transaction, now, 1)?;
            self.enrol_in(transaction, now, device, Actor::Host, Some(from))
        })
    }
}

/// Marks a code as redeemed and returns its grant. Found by its hash, so that no comparison leaks how much of it fits.
fn take_code(
    transaction: &Transaction<'_>,
    now: Timestamp,
    code: &CodeHash,
) -> Result<Grant, AuthError> {
    let found = transaction
        .query_row(
            "SELECT scopes, workspaces, expires_ms, redeemed_ms FROM pairings WHERE code = ?",
            params![code],
            |row| {
                let grant = Grant { scopes: row.get(0)?, workspaces: row.get(1)? };
                Ok((grant, row.get::<_, Timestamp>(2)?, row.get::<_, Option<Timestamp>>(3)?))
            },
        )
        .optional()?;
    let (grant, expires_at) = match found {
        None => return Err(AuthError::PairingUnknown),
        Some((_, _, Some(_))) => return Err(AuthError::PairingUsed),
        Some((grant, expires_at, None)) => (grant, expires_at),
    };
    if now >= expires_at {
        return Err(AuthError::PairingExpired);
    }
    transaction
        .execute("UPDATE pairings SET redeemed_ms = ? WHERE code = ?", params![now, code])?;
    Ok(grant)
}
