//! What a JWT says before anything of it is proved: enough to choose the key and the issuer that may prove it.

use crate::{
    auth_error::AuthError,
    limits::{CLOCK_LEEWAY_S, MAX_ACCESS_TOKEN_BYTES},
    timestamp::Timestamp,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, errors::ErrorKind};
use serde::{Deserialize, de::DeserializeOwned};

/// The unproved words of a token.
#[derive(Debug)]
pub(crate) struct Claimed {
    /// The algorithm; never `none` and never symmetric.
    pub(crate) algorithm: Algorithm,
    /// The key's id.
    pub(crate) kid: String,
    /// The issuer.
    pub(crate) issuer: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Payload {
    iss: Option<String>,
}

impl Claimed {
    /// Reads a token's header and issuer.
    pub(crate) fn read(token: &str) -> Result<Self, AuthError> {
        if token.len() > MAX_ACCESS_TOKEN_BYTES {
            return Err(AuthError::TokenMalformed("longer than 8 KiB"));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(AuthError::TokenMalformed("not three parts"));
        };
        let header: Header = read_part(header, "header")?;
        let algorithm = read_algorithm(&header.alg)?;
        if header.crit.is_some() {
            return Err(AuthError::TokenMalformed("critical extensions are not understood"));
        }
        let kid = header.kid.ok_or(AuthError::TokenMalformed("no key id"))?;
        let payload: Payload = read_part(payload, "payload")?;
        Ok(Self { algorithm, kid, issuer: payload.iss.ok_or(AuthError::TokenIssuer)? })
    }

    /// Checks the signature and returns the claims, of which nothing else is checked yet.
    pub(crate) fn prove<T: DeserializeOwned>(
        &self,
        token: &str,
        key: &DecodingKey,
    ) -> Result<T, AuthError> {
        let mut validation = Validation::new(self.algorithm);
        // The crate compares with its own clock; ours is an argument, so every claim is checked by us.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let proved = decode::<T>(token, key, &validation).map_err(|error| {
            let forged = matches!(error.kind(), ErrorKind::InvalidSignature);
            let malformed = AuthError::TokenMalformed("claims missing or of the wrong type");
            if forged { AuthError::TokenSignature } else { malformed }
        })?;
        Ok(proved.claims)
    }
}

/// Checks a token's times, in seconds, against a clock that may be 30 s off.
pub(crate) fn check_times(
    now: Timestamp,
    not_before: Option<u64>,
    issued: Option<u64>,
    expires: u64,
) -> Result<(), AuthError> {
    let now_s = now.unix_s();
    let latest = now_s.saturating_add(CLOCK_LEEWAY_S);
    if [not_before, issued].into_iter().flatten().any(|start| start > latest) {
        return Err(AuthError::TokenNotYet);
    }
    if expires.saturating_add(CLOCK_LEEWAY_S) <= now_s {
        return Err(AuthError::TokenExpired);
    }
    Ok(())
}

fn read_part<T: DeserializeOwned>(part: &str, name: &'static str) -> Result<T, AuthError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| AuthError::TokenMalformed(name))?;
    serde_json::from_slice(&bytes).map_err(|_| AuthError::TokenMalformed(name))
}

fn read_algorithm(name: &str) -> Result<Algorithm, AuthError> {
    if name.eq_ignore_ascii_case("none") {
        return Err(AuthError::TokenUnsigned);
    }
    if name.starts_with("HS") {
        return Err(AuthError::TokenSymmetric);
    }
    name.parse().map_err(|_| AuthError::TokenAlgorithm)
}
