//! What a device holds to be let in: a short-lived access token, and the refresh token that gets the next.

use crate::{
    access_token::{AccessToken, sign},
    auth_error::AuthError,
    control::Control,
    device::{Device, DeviceId},
    limits::REFRESH_IDLE_MS,
    refresh_token::RefreshToken,
    secret::Secret,
    timestamp::Timestamp,
};
use rusqlite::Transaction;

/// What a device is handed when it comes in and at each refresh.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The device they are for.
    pub device: DeviceId,
    /// For the next 15 minutes.
    pub access: AccessToken,
    /// For the next refresh.
    pub refresh: Secret,
    /// When the refresh token dies if it is not used: in 90 days.
    pub refresh_expires_at: Timestamp,
}

impl Control {
    /// The tokens of a device that may have them.
    pub(crate) fn tokens_in(
        &self,
        transaction: &Transaction<'_>,
        now: Timestamp,
        device: &Device,
        refresh: &RefreshToken,
    ) -> Result<Tokens, AuthError> {
        let key = self.0.keyring.signing_key(transaction)?;
        // A guest's tokens die with its link.
        let until = device.guest.as_ref().map_or(Timestamp::NEVER, |guest| guest.expires);
        Ok(Tokens {
            device: device.id,
            access: sign(now, until, &key, self.gateway_id(), device.id, &device.grant)?,
            refresh: refresh.text(),
            refresh_expires_at: now.plus_ms(REFRESH_IDLE_MS).min(until),
        })
    }
}
