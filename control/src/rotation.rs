//! Swapping a refresh token for new tokens: reads the family, lets [`Family`] decide, writes what it decided, in one
//! transaction, so that two processes and a crash see all of it or nothing.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceId},
    family::{Family, Rotation, Verdict},
    principal::Actor,
    refresh_token::RefreshToken,
    roster,
    timestamp::Timestamp,
    tokens::Tokens,
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::net::IpAddr;

impl Control {
    /// Swaps a refresh token for new tokens. Within 60 s the same token gets the same successor again, because phones lose
    /// answers; see docs/decisions/refresh-tokens.md.
    ///
    /// # Errors
    /// [`AuthError::RefreshUnknown`] for what this gateway never made; [`AuthError::DeviceRevoked`] and
    /// [`AuthError::DeviceUnknown`]; [`AuthError::RefreshExpired`] after 90 days without use;
    /// [`AuthError::RefreshReused`] for a token whose successor was used, which revokes the device; or if the state fails.
    pub fn refresh(&self, now: Timestamp, token: &str, from: IpAddr) -> Result<Tokens, AuthError> {
        let token = self.0.refresh_key.read(token).ok_or(AuthError::RefreshUnknown)?;
        let outcome = self.0.store.write(|transaction| {
            let Some(device) = roster::find(transaction, token.device())? else {
                return Ok(Err(AuthError::DeviceUnknown));
            };
            self.refresh_in(transaction, now, &device, &token, from)
        })?;
        if let Err(AuthError::DeviceRevoked) = &outcome {
            let device = token.device();
            let refusal =
                Entry::new(AuditEvent::Denied, Actor::Device(device), "refresh: device_revoked");
            self.refused(now, refusal.about(device).from(Some(from)));
        }
        outcome
    }

    /// The inner result is committed either way: a refusal may carry a revocation with it.
    fn refresh_in(
        &self,
        transaction: &Transaction<'_>,
        now: Timestamp,
        device: &Device,
        token: &RefreshToken,
        from: IpAddr,
    ) -> Result<Result<Tokens, AuthError>, AuthError> {
        if device.revoked.is_some() {
            return Ok(Err(AuthError::DeviceRevoked));
        }
        if !device.is_let_in(now) {
            return Ok(Err(AuthError::ShareOver));
        }
        let Some(family) = load(transaction, device.id)? else {
            return Ok(Err(AuthError::RefreshExpired));
        };
        match family.present(now, &token.hash()) {
            Verdict::Rotate { attempt, first_at } => {
                let successor = self.0.refresh_key.successor(token, attempt);
                let family =
                    Family::rotated(now, token.hash(), attempt, first_at, successor.hash());
                save(transaction, device.id, &family)?;
                roster::touch(transaction, now, device.id)?;
                self.tokens_in(transaction, now, device, &successor).map(Ok)
            }
            Verdict::Expired => {
                transaction
                    .execute("DELETE FROM refresh_families WHERE device = ?", params![device.id])?;
                Ok(Err(AuthError::RefreshExpired))
            }
            Verdict::Reuse => {
                roster::revoke_in(transaction, now, device.id)?;
                for event in [AuditEvent::RefreshReused, AuditEvent::DeviceRevoked] {
                    let entry = Entry::new(event, Actor::Stranger, &device.name).about(device.id);
                    entry.from(Some(from)).write(transaction, now, 1)?;
                }
                Ok(Err(AuthError::RefreshReused))
            }
        }
    }
}

fn load(connection: &Connection, device: DeviceId) -> rusqlite::Result<Option<Family>> {
    let mut select = connection.prepare_cached(
        "SELECT leaf, used_ms, parent, attempt, rotated_ms FROM refresh_families WHERE device = ?",
    )?;
    select.query_row(params![device], read_family).optional()
}

fn read_family(row: &Row<'_>) -> rusqlite::Result<Family> {
    let rotation = match row.get(2)? {
        Some(parent) => Some(Rotation { parent, attempt: row.get(3)?, at: row.get(4)? }),
        None => None,
    };
    Ok(Family { leaf: row.get(0)?, used: row.get(1)?, rotation })
}

/// Writes the family of a device in the place of its former one.
pub(crate) fn save(
    connection: &Connection,
    device: DeviceId,
    family: &Family,
) -> rusqlite::Result<()> {
    let rotation = family.rotation.as_ref();
    connection.execute(
        "INSERT OR REPLACE INTO refresh_families (device, leaf, used_ms, parent, attempt, rotated_ms)
         VALUES (?, ?, ?, ?, ?, ?)",
        params![
            device,
            family.leaf,
            family.used,
            rotation.map(|rotation| rotation.parent),
            rotation.map(|rotation| rotation.attempt),
            rotation.map(|rotation| rotation.at),
        ],
    )?;
    Ok(())
}
