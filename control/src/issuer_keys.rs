//! The keys of one outside issuer: which are known, and when to fetch them again. Pure: it fetches nothing itself.

use crate::{
    auth_error::AuthError,
    issuer_config::IssuerAlgorithm,
    limits::{JWKS_FETCH_GAP_MS, JWKS_MAX_AGE_MS, JWKS_STALE_MS, MAX_JWKS_BYTES, MAX_JWKS_KEYS},
    timestamp::Timestamp,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use std::fmt;
use thiserror::Error;

/// The shortest and the longest RSA modulus that is accepted, bytes: 2048 bits for safety, 8192 for the cost of a check.
const RSA_MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// Why a fetched key set was not taken. The former one stays in use.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum JwksRefused {
    /// It is too large.
    #[error("the key set is larger than {MAX_JWKS_BYTES} bytes")]
    TooLarge,
    /// It holds too many keys.
    #[error("the key set holds more than {MAX_JWKS_KEYS} keys")]
    TooManyKeys,
    /// It is no key set.
    #[error("the answer is no JSON Web Key Set (RFC 7517)")]
    Malformed,
    /// None of its keys can be used: no key id, not for signatures, too weak, or of an unknown kind.
    #[error("no key of the set can verify a signature")]
    NoUsableKey,
    /// No issuer is configured with this address.
    #[error("no issuer has its keys there")]
    UnknownUrl,
}

/// A key, and which algorithms it can be used with.
#[derive(Clone)]
struct IssuerKey {
    kid: String,
    kind: KeyKind,
    key: DecodingKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyKind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// What is known of an issuer's keys.
pub(crate) struct IssuerKeys {
    keys: Vec<IssuerKey>,
    /// When `keys` was fetched; none before the first success.
    fetched: Option<Timestamp>,
    /// When a fetch was last asked for, whatever came of it.
    tried: Option<Timestamp>,
    /// A key id was asked for since the last fetch that is not among them.
    unknown_kid_asked: bool,
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<&str> = self.keys.iter().map(|key| key.kid.as_str()).collect();
        f.debug_struct("IssuerKeys")
            .field("kids", &kids)
            .field("fetched", &self.fetched)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

impl IssuerKeys {
    pub(crate) fn new() -> Self {
        Self { keys: Vec::new(), fetched: None, tried: None, unknown_kid_asked: false }
    }

    /// True if the keys should be fetched now; then the fetch counts as tried, and the next is due in a minute at the
    /// soonest, so that a flood of made-up key ids costs the issuer one request a minute.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> bool {
        let just_tried =
            self.tried.is_some_and(|tried| now >= tried && now.ms_since(tried) < JWKS_FETCH_GAP_MS);
        let fresh = self
            .fetched
            .is_some_and(|fetched| now >= fetched && now.ms_since(fetched) < JWKS_MAX_AGE_MS);
        let due = !just_tried && (!fresh || self.unknown_kid_asked);
        if due {
            self.tried = Some(now);
            self.unknown_kid_asked = false;
        }
        due
    }

    /// Takes a fetched key set in the place of the former one. Keys that cannot verify are left out.
    pub(crate) fn take(&mut self, now: Timestamp, body: &[u8]) -> Result<(), JwksRefused> {
        if body.len() > MAX_JWKS_BYTES {
            return Err(JwksRefused::TooLarge);
        }
        let set: KeySet = serde_json::from_slice(body).map_err(|_| JwksRefused::Malformed)?;
        if set.keys.len() > MAX_JWKS_KEYS {
            return Err(JwksRefused::TooManyKeys);
        }
        let keys: Vec<IssuerKey> = set.keys.into_iter().filter_map(read_key).collect();
        if keys.is_empty() {
            return Err(JwksRefused::NoUsableKey);
        }
        self.keys = keys;
        self.fetched = Some(now);
        Ok(())
    }

    /// The key of this id, if it can be used with this algorithm.
    pub(crate) fn find(
        &mut self,
        now: Timestamp,
        kid: &str,
        algorithm: IssuerAlgorithm,
    ) -> Result<DecodingKey, AuthError> {
        if self.fetched.is_none_or(|fetched| now.ms_since(fetched) > JWKS_STALE_MS) {
            return Err(AuthError::IssuerKeysMissing);
        }
        let Some(found) = self.keys.iter().find(|key| key.kid == kid) else {
            self.unknown_kid_asked = true;
            return Err(AuthError::TokenKey);
        };
        if kind_for(algorithm) == found.kind {
            Ok(found.key.clone())
        } else {
            Err(AuthError::TokenAlgorithm)
        }
    }
}

/// Which kind of key an algorithm needs.
fn kind_for(algorithm: IssuerAlgorithm) -> KeyKind {
    match algorithm {
        IssuerAlgorithm::RS256
        | IssuerAlgorithm::RS384
        | IssuerAlgorithm::RS512
        | IssuerAlgorithm::PS256 => KeyKind::Rsa,
        IssuerAlgorithm::ES256 => KeyKind::P256,
        IssuerAlgorithm::ES384 => KeyKind::P384,
        IssuerAlgorithm::EdDSA => KeyKind::Ed25519,
    }
}

/// Reads one key; nothing if it has no id, is not for signatures, or is weak or damaged.
fn read_key(value: serde_json::Value) -> Option<IssuerKey> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let kind = kind_of(&jwk.algorithm)?;
    Some(IssuerKey { kind, key: DecodingKey::from_jwk(&jwk).ok()?, kid: jwk.common.key_id? })
}

/// The kind of a key of the right size. Checked here because the verifier below takes sizes for granted.
fn kind_of(parameters: &AlgorithmParameters) -> Option<KeyKind> {
    if let AlgorithmParameters::RSA(rsa) = parameters {
        let (modulus, exponent) = (decode(&rsa.n)?, decode(&rsa.e)?);
        let fits = RSA_MODULUS_BYTES.contains(&modulus.len()) && (1..=8).contains(&exponent.len());
        return fits.then_some(KeyKind::Rsa);
    }
    if let AlgorithmParameters::OctetKeyPair(pair) = parameters {
        let fits = pair.curve == EllipticCurve::Ed25519 && decode(&pair.x)?.len() == 32;
        return fits.then_some(KeyKind::Ed25519);
    }
    let AlgorithmParameters::EllipticCurve(point) = parameters else { return None };
    let sizes = (decode(&point.x)?.len(), decode(&point.y)?.len());
    if point.curve == EllipticCurve::P256 && sizes == (32, 32) {
        return Some(KeyKind::P256);
    }
    (point.curve == EllipticCurve::P384 && sizes == (48, 48)).then_some(KeyKind::P384)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
