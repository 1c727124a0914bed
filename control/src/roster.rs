//! The devices: listed, seen, revoked. Asked of the database each time, because another process may have written it.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceId, DeviceName, Guest, Origin},
    grant::Grant,
    limits::{LAST_SEEN_STEP_MS, MAX_DEVICES, REFRESH_IDLE_MS},
    principal::Actor,
    share_id::ShareId,
    store::StoreError,
    timestamp::Timestamp,
};
use devtail_protocol::ChannelId;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

const COLUMNS: &str = "devices.id, devices.name, issuer, subject, devices.scopes, workspaces,
     devices.created_ms, last_seen_ms, revoked_ms, share, shares.channel, shares.expires_ms";
/// A guest's limits are its share's.
const TABLE: &str = "devices LEFT JOIN shares ON shares.id = devices.share";

/// What a revocation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The device was good until now.
    Done,
    /// It had been revoked before; nothing changed.
    Already,
}

impl Control {
    /// All devices, revoked ones included, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn devices(&self) -> Result<Vec<Device>, StoreError> {
        self.0.store.read(|connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM {TABLE} ORDER BY devices.created_ms DESC, devices.id"
            );
            let mut select = connection.prepare_cached(&sql)?;
            let devices = select.query_map([], read_device)?;
            Ok(devices.collect::<Result<_, _>>()?)
        })
    }

    /// One device, revoked or not.
    ///
    /// # Errors
    /// If the database fails.
    pub fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> {
        Ok(self.0.store.read(|connection| find(connection, id))?)
    }

    /// Revokes a device and its refresh tokens. Its access tokens are refused from now on; its live links are for the
    /// gateway to close.
    ///
    /// # Errors
    /// [`AuthError::DeviceUnknown`], or if the database fails.
    pub fn revoke(&self, now: Timestamp, id: DeviceId, by: Actor) -> Result<Revocation, AuthError> {
        self.0.store.write(|transaction| match find(transaction, id)? {
            None => Err(AuthError::DeviceUnknown),
            Some(Device { revoked: Some(_), .. }) => Ok(Revocation::Already),
            Some(device) => {
                revoke_in(transaction, now, id)?;
                let entry = Entry::new(AuditEvent::DeviceRevoked, by, device.name).about(id);
                entry.write(transaction, now, 1)?;
                Ok(Revocation::Done)
            }
        })
    }

    /// True if the device was revoked, or is not enrolled here.
    ///
    /// # Errors
    /// If the database fails.
    pub fn is_revoked(&self, id: DeviceId) -> Result<bool, StoreError> {
        self.0.store.read(|connection| {
            let mut select = connection
                .prepare_cached("SELECT 1 FROM devices WHERE id = ? AND revoked_ms IS NULL")?;
            Ok(!select.exists(params![id])?)
        })
    }

    /// How many revocations there ever were: it grows with each, whichever process made it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn revocation_epoch(&self) -> Result<u64, StoreError> {
        Ok(self.0.store.read(epoch)?)
    }

    /// Writes down that a device is here; at most once a minute a device is really written.
    ///
    /// # Errors
    /// If the database fails.
    pub fn seen(&self, now: Timestamp, id: DeviceId) -> Result<(), StoreError> {
        let due = self.0.store.read(|connection| find(connection, id))?;
        match due {
            Some(device) if now.ms_since(device.last_seen) >= LAST_SEEN_STEP_MS => {
                Ok(self.0.store.write(|transaction| touch(transaction, now, id))?)
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// One device, revoked or not.
pub(crate) fn find(connection: &Connection, id: DeviceId) -> rusqlite::Result<Option<Device>> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE devices.id = ?");
    connection.prepare_cached(&sql)?.query_row(params![id], read_device).optional()
}

/// Adds a device; makes room for it if need be.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    now: Timestamp,
    device: &Device,
) -> Result<(), AuthError> {
    make_room(transaction, now)?;
    let (issuer, subject) = match &device.origin {
        Origin::Paired => (None, None),
        Origin::Outside { issuer, subject } => (Some(issuer), Some(subject)),
    };
    transaction.execute(
        "INSERT INTO devices (id, name, issuer, subject, scopes, workspaces, created_ms, last_seen_ms, share)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            device.id,
            device.name.as_str(),
            issuer,
            subject,
            device.grant.scopes,
            device.grant.workspaces,
            device.created,
            device.last_seen,
            device.guest.as_ref().map(|guest| guest.share)
        ],
    )?;
    Ok(())
}

/// Gives a device another grant.
pub(crate) fn set_grant(
    transaction: &Transaction<'_>,
    id: DeviceId,
    grant: &Grant,
) -> rusqlite::Result<()> {
    let sql = "UPDATE devices SET scopes = ?, workspaces = ? WHERE id = ?";
    transaction.execute(sql, params![grant.scopes, grant.workspaces, id])?;
    Ok(())
}

/// Writes down that a device is here.
pub(crate) fn touch(
    transaction: &Transaction<'_>,
    now: Timestamp,
    id: DeviceId,
) -> rusqlite::Result<()> {
    transaction.execute("UPDATE devices SET last_seen_ms = ? WHERE id = ?", params![now, id])?;
    Ok(())
}

/// Revokes a device that is not revoked yet, and ends its refresh family.
pub(crate) fn revoke_in(
    transaction: &Transaction<'_>,
    now: Timestamp,
    id: DeviceId,
) -> rusqlite::Result<()> {
    transaction.execute("UPDATE gateway SET revocation_epoch = revocation_epoch + 1", [])?;
    transaction.execute(
        "UPDATE devices SET revoked_ms = ?, revoked_epoch = (SELECT revocation_epoch FROM gateway) WHERE id = ?",
        params![now, id],
    )?;
    transaction.execute("DELETE FROM refresh_families WHERE device = ?", params![id])?;
    transaction.execute("DELETE FROM push_subscriptions WHERE device = ?", params![id])?;
    Ok(())
}

/// The guests of a share that were not revoked yet.
pub(crate) fn guests(connection: &Connection, share: ShareId) -> rusqlite::Result<Vec<DeviceId>> {
    let sql = "SELECT id FROM devices WHERE share = ? AND revoked_ms IS NULL";
    connection.prepare_cached(sql)?.query_map(params![share], |row| row.get(0))?.collect()
}

fn epoch(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT revocation_epoch FROM gateway")?
        .query_row([], |row| row.get(0))
}

/// Forgets the device that was away the longest, of those that lose nothing by it: paired ones that cannot come back
/// anyway, and subjects of outside issuers, whom their next token enrols afresh. For that reason a revoked subject is
/// never forgotten.
fn make_room(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), AuthError> {
    let count: u32 = transaction.query_row("SELECT count(*) FROM devices", [], |row| row.get(0))?;
    if count < MAX_DEVICES {
        return Ok(());
    }
    let removed = transaction.execute(
        "DELETE FROM devices WHERE id = (
             SELECT id FROM devices
             WHERE (revoked_ms IS NULL AND last_seen_ms < ?1) OR (revoked_ms IS NOT NULL AND issuer IS NULL)
                OR share IN (SELECT id FROM shares WHERE expires_ms <= ?2)
             ORDER BY last_seen_ms LIMIT 1)",
        params![now.minus_ms(REFRESH_IDLE_MS), now],
    )?;
    if removed == 0 { Err(AuthError::TooManyDevices) } else { Ok(()) }
}

fn read_device(row: &Row<'_>) -> rusqlite::Result<Device> {
    let name: String = row.get(1)?;
    let origin = match (row.get(2)?, row.get(3)?) {
        (Some(issuer), Some(subject)) => Origin::Outside { issuer, subject },
        _ => Origin::Paired,
    };
    let guest = match (row.get(9)?, row.get(10)?, row.get(11)?) {
        (Some(share), Some(channel), Some(expires)) => {
            Some(Guest { share, channel: ChannelId(channel), expires })
        }
        _ => None,
    };
    Ok(Device {
        id: row.get(0)?,
        name: DeviceName::clean(&name),
        origin,
        grant: Grant { scopes: row.get(4)?, workspaces: row.get(5)? },
        created: row.get(6)?,
        last_seen: row.get(7)?,
        revoked: row.get(8)?,
        guest,
    })
}
