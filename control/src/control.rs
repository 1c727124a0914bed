//! The one door: [`Control`].

use crate::{
    audit::AuditRow,
    auth_error::{AuthError, Denied},
    device::{Device, DeviceId},
    grant::Grant,
    issuers::Issuers,
    principal::{Actor, Principal},
    scope::Scope,
    secret::Secret,
    store::StoreError,
    timestamp::Timestamp,
};
use std::{net::IpAddr, path::Path, sync::Arc};
use thiserror::Error;

/// API SKETCH (bodies follow).
#[derive(Clone, Debug)]
pub struct Control(Arc<()>);

/// A pairing code and its end.
#[derive(Clone, Debug)]
pub struct Pairing {
    /// The code, 22 characters base64url (128 bits).
    pub code: Secret,
    /// When it can be redeemed no more.
    pub expires_at: Timestamp,
}

/// An access token and its end.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The JWT.
    pub token: Secret,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// What a device is handed at each refresh.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Whose they are.
    pub device: DeviceId,
    /// For the next 15 minutes.
    pub access: AccessToken,
    /// For the next refresh.
    pub refresh: Secret,
    /// When the refresh token dies if it is not used: 90 days.
    pub refresh_expires_at: Timestamp,
}

/// A device just enrolled.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The device.
    pub device: Device,
    /// Its first tokens.
    pub tokens: Tokens,
}

/// What a revocation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The device was live until now.
    Done,
    /// It had been revoked before; nothing changed.
    Already,
}

/// Why the state could not be opened.
#[derive(Debug, Error)]
#[error("sketch")]
pub struct OpenError;

#[allow(unused_variables, clippy::todo, missing_docs, reason = "sketch: replaced within the hour")]
impl Control {
    /// Opens (or makes) the state directory, the database and the keys.
    pub fn open(now: Timestamp, state: &Path) -> Result<Self, OpenError> { todo!() }
    /// `iss` of our tokens; names the cookie. 32 hex digits, made at first start.
    pub fn gateway_id(&self) -> &str { todo!() }
    /// A one-time code for a device that is to hold this grant (5 min; at most 32 outstanding).
    pub fn create_pairing(&self, now: Timestamp, grant: Grant) -> Result<Pairing, AuthError> { todo!() }
    /// Redeems a code. The name is cleaned here.
    pub fn redeem_pairing(&self, now: Timestamp, code: &str, device_name: &str, from: IpAddr) -> Result<Enrolled, AuthError> { todo!() }
    /// Enrols a device without a code: for the CLI on the host itself.
    pub fn enroll(&self, now: Timestamp, device_name: &str, grant: Grant) -> Result<Enrolled, AuthError> { todo!() }
    /// Swaps a refresh token for new tokens.
    pub fn refresh(&self, now: Timestamp, token: &str, from: IpAddr) -> Result<Tokens, AuthError> { todo!() }
    /// Proves who sends this bearer token: ours, or one of an outside issuer's.
    pub fn authenticate(&self, now: Timestamp, bearer: &str, from: IpAddr, issuers: &Issuers) -> Result<Principal, AuthError> { todo!() }
    /// May this principal do this in this workspace? Denials are audited.
    pub fn permit(&self, now: Timestamp, principal: &Principal, scope: Scope, workspace: &str) -> Result<Grant, Denied> { todo!() }
    /// All devices, revoked ones included, newest first.
    pub fn devices(&self) -> Result<Vec<Device>, StoreError> { todo!() }
    pub fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> { todo!() }
    /// Revokes a device and its refresh family.
    pub fn revoke(&self, now: Timestamp, id: DeviceId, by: Actor) -> Result<Revocation, AuthError> { todo!() }
    /// True if revoked or unknown. Asks the database: another process may have written.
    pub fn is_revoked(&self, id: DeviceId) -> Result<bool, StoreError> { todo!() }
    /// Counts revocations ever made.
    pub fn revocation_epoch(&self) -> Result<u64, StoreError> { todo!() }
    /// The devices revoked after that epoch, with the epoch to ask from next time.
    pub fn revocations_since(&self, epoch: u64) -> Result<(u64, Vec<DeviceId>), StoreError> { todo!() }
    /// Writes down that a device is here (at most once a minute a device).
    pub fn seen(&self, now: Timestamp, id: DeviceId) -> Result<(), StoreError> { todo!() }
    pub fn audit(&self, after_id: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> { todo!() }
    pub fn rotate_signing_key(&self, now: Timestamp) -> Result<(), AuthError> { todo!() }
    /// Call every minute: prunes, flushes counted denials, rotates an old signing key.
    pub fn sweep(&self, now: Timestamp) -> Result<(), AuthError> { todo!() }
}
