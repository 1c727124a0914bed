//! The audit log: rows that are added and never changed, which the database itself enforces.

use crate::{
    device::DeviceId,
    limits::{MAX_AUDIT_DETAIL_BYTES, MAX_AUDIT_PAGE},
    principal::Actor,
    sql_values::from_text,
    store::StoreError,
    timestamp::Timestamp,
};
use rusqlite::{
    Connection, Row, params,
    types::{FromSql, FromSqlResult, ValueRef},
};
use std::{fmt, net::IpAddr, str::FromStr};
use thiserror::Error;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditEvent {
    /// A pairing code was made.
    PairingCreated,
    /// A pairing code was redeemed.
    PairingRedeemed,
    /// A redemption was refused.
    PairingFailed,
    /// A hand-off's ticket was made.
    HandoffMade,
    /// A hand-off's ticket was redeemed.
    HandoffRedeemed,
    /// A hand-off was refused.
    HandoffRefused,
    /// A sharing link was made.
    ShareMade,
    /// A guest came by a sharing link.
    ShareOpened,
    /// A sharing link was shown in vain.
    ShareRefused,
    /// A sharing link was ended before its time.
    ShareEnded,
    /// A device was given scopes in workspaces.
    Granted,
    /// A proved device was refused something, or a revoked one came back.
    Denied,
    /// A spent refresh token was presented.
    RefreshReused,
    /// A device was revoked.
    DeviceRevoked,
    /// A new signing key was made.
    SigningKeyMade,
    /// A device had something done that is to be known later: its output recorded, say.
    Noted,
}

impl AuditEvent {
    const ALL: [Self; 16] = [
        Self::PairingCreated,
        Self::PairingRedeemed,
        Self::PairingFailed,
        Self::HandoffMade,
        Self::HandoffRedeemed,
        Self::HandoffRefused,
        Self::ShareMade,
        Self::ShareOpened,
        Self::ShareRefused,
        Self::ShareEnded,
        Self::Granted,
        Self::Denied,
        Self::RefreshReused,
        Self::DeviceRevoked,
        Self::SigningKeyMade,
        Self::Noted,
    ];

    /// Its stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PairingCreated => "pairing_created",
            Self::PairingRedeemed => "pairing_redeemed",
            Self::PairingFailed => "pairing_failed",
            Self::HandoffMade => "handoff_made",
            Self::HandoffRedeemed => "handoff_redeemed",
            Self::HandoffRefused => "handoff_refused",
            Self::ShareMade => "share_made",
            Self::ShareOpened => "share_opened",
            Self::ShareRefused => "share_refused",
            Self::ShareEnded => "share_ended",
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::RefreshReused => "refresh_reused",
            Self::DeviceRevoked => "device_revoked",
            Self::SigningKeyMade => "signing_key_made",
            Self::Noted => "noted",
        }
    }
}

/// One row of the audit log. It holds no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1, growing.
    pub id: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    pub event: AuditEvent,
    /// Who did it.
    pub actor: Actor,
    /// The device it was about.
    pub device: Option<DeviceId>,
    /// Where it came from, if from the network.
    pub address: Option<IpAddr>,
    /// More, for people: at most 256 bytes.
    pub detail: String,
    /// How often it happened: refusals that repeat within a minute share a row.
    pub count: u32,
}

/// A row before it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) event: AuditEvent,
    pub(crate) actor: Actor,
    pub(crate) device: Option<DeviceId>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) detail: String,
}

impl Entry {
    pub(crate) fn new(event: AuditEvent, actor: Actor, detail: impl fmt::Display) -> Self {
        Self { event, actor, device: None, address: None, detail: bounded(detail.to_string()) }
    }

    pub(crate) fn about(self, device: DeviceId) -> Self {
        Self { device: Some(device), ..self }
    }

    pub(crate) fn from(self, address: Option<IpAddr>) -> Self {
        Self { address, ..self }
    }

    pub(crate) fn write(
        &self,
        connection: &Connection,
        now: Timestamp,
        count: u32,
    ) -> rusqlite::Result<()> {
        let mut insert = connection.prepare_cached(
            "INSERT INTO audit (at_ms, event, actor, device, address, detail, count) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?;
        let address = self.address.map(|address| address.to_string());
        let actor = self.actor.to_string();
        insert.execute(params![
            now,
            self.event.as_str(),
            actor,
            self.device,
            address,
            self.detail,
            count
        ])?;
        Ok(())
    }
}

/// The rows after a number, oldest first, at most `limit` and at most 1000.
pub(crate) fn page(
    connection: &Connection,
    after_id: u64,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let after = i64::try_from(after_id).unwrap_or(i64::MAX);
    let mut select = connection.prepare_cached(
        "SELECT id, at_ms, event, actor, device, address, detail, count FROM audit WHERE id > ? ORDER BY id LIMIT ?",
    )?;
    let rows = select.query_map(params![after, limit.min(MAX_AUDIT_PAGE)], read_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let address: Option<Text<IpAddr>> = row.get(5)?;
    Ok(AuditRow {
        id: row.get(0)?,
        at: row.get(1)?,
        event: row.get::<_, Text<AuditEvent>>(2)?.0,
        actor: row.get::<_, Text<Actor>>(3)?.0,
        device: row.get(4)?,
        address: address.map(|address| address.0),
        detail: row.get(6)?,
        count: row.get(7)?,
    })
}

/// A column that is kept as its text.
struct Text<T>(T);

impl<T: FromStr<Err: std::error::Error + Send + Sync + 'static>> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        from_text(value).map(Self)
    }
}

/// A word in the log that this build does not know.
#[derive(Debug, Error)]
#[error("unknown word in the audit log")]
pub struct UnknownWord;

impl FromStr for AuditEvent {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|event| event.as_str() == word).ok_or(UnknownWord)
    }
}

/// `host`, `stranger`, or a device's id.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Stranger => f.write_str("stranger"),
            Self::Device(id) => id.fmt(f),
        }
    }
}

impl FromStr for Actor {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "host" => Ok(Self::Host),
            "stranger" => Ok(Self::Stranger),
            id => id.parse().map(Self::Device).map_err(|_| UnknownWord),
        }
    }
}

fn bounded(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MAX_AUDIT_DETAIL_BYTES));
    text
}
