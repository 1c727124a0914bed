//! Sharing: a link lets whoever holds it look at one channel, until a time or until its owner ends it.

use crate::{
    audit::{AuditEvent, Entry},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceName, Guest, Origin},
    enrolment::Enrolled,
    entropy::random,
    grant::{Grant, Workspaces},
    limits::{MAX_GUESTS_PER_SHARE, MAX_SHARES, SHARE_LIFETIME_MAX_MS, SHARE_LIFETIME_MIN_MS},
    one_time::{self, CodeHash},
    principal::{Actor, Principal, Who},
    roster,
    scope::{Scope, Scopes},
    secret::Secret,
    share_id::ShareId,
    store::StoreError,
    timestamp::Timestamp,
};
use devtail_protocol::ChannelId;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::net::IpAddr;

const COLUMNS: &str = "id, channel, name, scopes, created_ms, expires_ms, ended_ms,
     (SELECT count(*) FROM devices WHERE devices.share = shares.id)";

/// One link and what it lets its holders see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its id.
    pub id: ShareId,
    /// The one channel.
    pub channel: ChannelId,
    /// What its maker called it.
    pub name: DeviceName,
    /// What guests may do there.
    pub scopes: Scopes,
    /// When it was made.
    pub created: Timestamp,
    /// When it is over.
    pub expires: Timestamp,
    /// When its owner ended it, if they did.
    pub ended: Option<Timestamp>,
    /// How many guests came, at most 16.
    pub guests: u32,
}

/// What shall be shared.
#[derive(Clone, Debug)]
pub struct Sharing {
    /// The one channel.
    pub channel: ChannelId,
    /// What people call it; cleaned like a device's name.
    pub name: String,
    /// The scope that reading it takes.
    pub scope: Scope,
    /// How long, ms: a minute to a week.
    pub lasts_ms: u64,
}

/// Whoever opened a link.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The link.
    pub share: Share,
    /// The guest as a device, if it came just now.
    pub enrolled: Option<Enrolled>,
}

impl Control {
    /// Makes a link; also returns its code.
    ///
    /// # Errors
    /// [`AuthError::NotForGuests`] if a guest asks, or a subject of an outside issuer, who is one in a way;
    /// [`AuthError::ShareLifetime`], [`AuthError::TooManyShares`], or if the database fails.
    pub fn create_share(
        &self,
        now: Timestamp,
        maker: &Principal,
        sharing: &Sharing,
    ) -> Result<(Share, Secret), AuthError> {
        if maker.guest.is_some() || !matches!(maker.who, Who::Owner) {
            return Err(AuthError::NotForGuests);
        }
        if !(SHARE_LIFETIME_MIN_MS..=SHARE_LIFETIME_MAX_MS).contains(&sharing.lasts_ms) {
            return Err(AuthError::ShareLifetime);
        }
        let secret: [u8; 16] = random();
        let share = Share {
            id: ShareId::from_bytes(random()),
            channel: sharing.channel,
            name: DeviceName::clean(&sharing.name),
            scopes: sharing.scope.into(),
            created: now,
            expires: now.plus_ms(sharing.lasts_ms),
            ended: None,
            guests: 0,
        };
        self.0.store.write(|transaction| {
            insert(transaction, now, &share, &one_time::hash(&secret))?;
            let detail = format!("{}: {} of “{}”", share.id, share.scopes, share.name);
            let entry = Entry::new(AuditEvent::ShareMade, Actor::Device(maker.device), detail);
            entry.about(maker.device).from(maker.address).write(transaction, now, 1)?;
            Ok::<_, AuthError>(())
        })?;
        Ok((share, one_time::text(&secret)))
    }

    /// Opens a link: whoever is no device here yet becomes a guest; a device of the owner's, or a guest of this very link,
    /// is let through as what it is.
    ///
    /// # Errors
    /// [`AuthError::SlowDown`] before the code is even looked at; [`AuthError::ShareUnknown`], [`AuthError::ShareOver`],
    /// [`AuthError::TooManyGuests`], [`AuthError::TooManyDevices`], or if the state cannot be written.
    pub fn open_share(
        &self,
        now: Timestamp,
        code: &str,
        known: Option<&Principal>,
        device_name: &str,
        from: IpAddr,
    ) -> Result<Arrival, AuthError> {
        let result = self.admit_and_open(now, code, known, device_name, from);
        if let Err(error) = &result {
            let actor = known.map_or(Actor::Stranger, |known| Actor::Device(known.device));
            let refusal = Entry::new(AuditEvent::ShareRefused, actor, error.code());
            self.refused(now, refusal.from(Some(from)));
        }
        result
    }

    fn admit_and_open(
        &self,
        now: Timestamp,
        code: &str,
        known: Option<&Principal>,
        device_name: &str,
        from: IpAddr,
    ) -> Result<Arrival, AuthError> {
        self.limiter()
            .admit(now, from)
            .map_err(|retry_after| AuthError::SlowDown { retry_after })?;
        let code = one_time::read(code).ok_or(AuthError::ShareUnknown)?;
        self.0.store.write(|transaction| {
            let share = by_code(transaction, &code)?.ok_or(AuthError::ShareUnknown)?;
            if !share.is_open(now) {
                return Err(AuthError::ShareOver);
            }
            let is_of_another = |guest: &Guest| guest.share != share.id;
            if known.is_some_and(|known| !known.guest.as_ref().is_some_and(is_of_another)) {
                return Ok(Arrival { share, enrolled: None });
            }
            if share.guests >= MAX_GUESTS_PER_SHARE {
                return Err(AuthError::TooManyGuests);
            }
            let device = share.guest(now, DeviceName::clean(device_name))?;
            let detail = format!("{} of “{}” by “{}”", share.id, share.name, device.name);
            let entry = Entry::new(AuditEvent::ShareOpened, Actor::Stranger, detail);
            entry.about(device.id).from(Some(from)).write(transaction, now, 1)?;
            let enrolled = self.enrol_in(transaction, now, device, Actor::Stranger, Some(from))?;
            Ok(Arrival { share, enrolled: Some(enrolled) })
        })
    }

    /// All links that are not forgotten yet, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn shares(&self) -> Result<Vec<Share>, StoreError> {
        self.0.store.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM shares ORDER BY created_ms DESC, id");
            let mut select = connection.prepare_cached(&sql)?;
            let shares = select.query_map([], read_share)?;
            Ok(shares.collect::<Result<_, _>>()?)
        })
    }

    /// Ends a link and revokes its guests; their live links are for the gateway to close. False if it was over before.
    ///
    /// # Errors
    /// [`AuthError::ShareUnknown`], or if the database fails.
    pub fn end_share(&self, now: Timestamp, id: ShareId, by: Actor) -> Result<bool, AuthError> {
        self.0.store.write(|transaction| {
            let share = find(transaction, id)?.ok_or(AuthError::ShareUnknown)?;
            if !share.is_open(now) {
                return Ok(false);
            }
            let sql = "UPDATE shares SET ended_ms = ? WHERE id = ?";
            transaction.execute(sql, params![now, id])?;
            for guest in roster::guests(transaction, id)? {
                roster::revoke_in(transaction, now, guest)?;
            }
            let detail = format!("{} of “{}”, {} guests", share.id, share.name, share.guests);
            Entry::new(AuditEvent::ShareEnded, by, detail).write(transaction, now, 1)?;
            Ok(true)
        })
    }
}

impl Share {
    /// Whether guests are let in.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.expires
    }

    fn guest(&self, now: Timestamp, name: DeviceName) -> Result<Device, AuthError> {
        let grant = Grant { scopes: self.scopes, workspaces: Workspaces::All };
        let guest = Guest { share: self.id, channel: self.channel, expires: self.expires };
        let device = Device::fresh(now, name, Origin::Paired, random(), grant)?;
        Ok(Device { guest: Some(guest), ..device })
    }
}

fn insert(
    transaction: &Transaction<'_>,
    now: Timestamp,
    share: &Share,
    code: &CodeHash,
) -> Result<(), AuthError> {
    let open = "SELECT count(*) FROM shares WHERE ended_ms IS NULL AND expires_ms > ?";
    let open: u32 = transaction.query_row(open, params![now], |row| row.get(0))?;
    if open >= MAX_SHARES {
        return Err(AuthError::TooManyShares);
    }
    transaction.execute(
        "INSERT INTO shares (id, code, channel, name, scopes, created_ms, expires_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![
            share.id,
            code,
            share.channel.0.as_slice(),
            share.name.as_str(),
            share.scopes,
            share.created,
            share.expires
        ],
    )?;
    Ok(())
}

fn find(connection: &Connection, id: ShareId) -> rusqlite::Result<Option<Share>> {
    let sql = format!("SELECT {COLUMNS} FROM shares WHERE id = ?");
    connection.prepare_cached(&sql)?.query_row(params![id], read_share).optional()
}

/// Found by its hash, so that no comparison leaks how much of it fits.
fn by_code(connection: &Connection, code: &CodeHash) -> rusqlite::Result<Option<Share>> {
    let sql = format!("SELECT {COLUMNS} FROM shares WHERE code = ?");
    connection.prepare_cached(&sql)?.query_row(params![code], read_share).optional()
}

fn read_share(row: &Row<'_>) -> rusqlite::Result<Share> {
    let name: String = row.get(2)?;
    Ok(Share {
        id: row.get(0)?,
        channel: ChannelId(row.get(1)?),
        name: DeviceName::clean(&name),
        scopes: row.get(3)?,
        created: row.get(4)?,
        expires: row.get(5)?,
        ended: row.get(6)?,
        guests: row.get(7)?,
    })
}
