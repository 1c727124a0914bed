//! Our own access tokens: JWTs signed with EdDSA, valid for 15 minutes.

use crate::{
    auth_error::AuthError,
    device::DeviceId,
    entropy::{hex, random},
    grant::{Grant, Workspaces},
    jwt::{Claimed, check_times},
    keyring::SigningKey,
    limits::ACCESS_LIFETIME_S,
    scope::Scopes,
    secret::Secret,
    timestamp::Timestamp,
};
use jsonwebtoken::{Algorithm, DecodingKey, Header, encode};
use serde::{Deserialize, Serialize};

const AUDIENCE: &str = "devtail";

/// A JWT for the next 15 minutes.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The JWT.
    pub token: Secret,
    /// When it expires.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: DeviceId,
    jti: String,
    iat: u64,
    nbf: u64,
    exp: u64,
    scopes: Scopes,
    /// The workspaces: a name, or `*`.
    ws: Workspaces,
}

/// Makes a token that dies in 15 minutes, or at `until`.
pub(crate) fn sign(
    now: Timestamp,
    until: Timestamp,
    key: &SigningKey,
    gateway: &str,
    device: DeviceId,
    grant: &Grant,
) -> Result<AccessToken, AuthError> {
    let issued = now.unix_s();
    let expires = issued.saturating_add(ACCESS_LIFETIME_S).min(until.unix_s());
    let claims = Claims {
        iss: gateway.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: device,
        jti: hex(&random::<16>()),
        iat: issued,
        nbf: issued,
        exp: expires,
        scopes: grant.scopes,
        ws: grant.workspaces.clone(),
    };
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    let token = encode(&header, &claims, &key.key)
        .map_err(|_| AuthError::TokenMalformed("it could not be signed"))?;
    Ok(AccessToken { token: Secret::new(token), expires_at: Timestamp::from_unix_s(expires) })
}

/// Proves a token that claims to be ours: whose it is, and what it was made for. Whether the device was revoked since is
/// for the caller to ask.
pub(crate) fn verify(
    now: Timestamp,
    token: &str,
    claimed: &Claimed,
    key: &DecodingKey,
    gateway: &str,
) -> Result<(DeviceId, Grant), AuthError> {
    let claims: Claims = claimed.prove(token, key)?;
    if claims.iss != gateway {
        return Err(AuthError::TokenIssuer);
    }
    if claims.aud != AUDIENCE {
        return Err(AuthError::TokenAudience);
    }
    check_times(now, Some(claims.nbf), Some(claims.iat), claims.exp)?;
    Ok((claims.sub, Grant { scopes: claims.scopes, workspaces: claims.ws }))
}
