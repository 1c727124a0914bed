//! The outside issuers a gateway trusts, and how their tokens are proved.

use crate::{
    auth_error::AuthError,
    grant::Grant,
    issuer_config::{BadIssuer, IssuerConfig},
    issuer_keys::{IssuerKeys, JwksRefused},
    jwt::{Claimed, check_times},
    limits::{MAX_ISSUERS, MAX_OUTSIDE_NAME_BYTES},
    timestamp::Timestamp,
};
use serde::{Deserialize, Deserializer};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The outside issuers this gateway trusts, with their keys. Cheap to clone; the default trusts none.
///
/// It fetches nothing: ask [`take_due`](Self::take_due) now and then, and after an [`AuthError::TokenKey`] or
/// [`AuthError::IssuerKeysMissing`], and hand what was fetched to [`fetched`](Self::fetched).
#[derive(Clone, Debug, Default)]
pub struct Issuers(Arc<Mutex<Vec<Issuer>>>);

#[derive(Debug)]
struct Issuer {
    config: IssuerConfig,
    keys: IssuerKeys,
}

/// What an outside issuer's token proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vouched {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) grant: Grant,
}

impl Issuers {
    /// The issuers of a configuration.
    ///
    /// # Errors
    /// [`BadIssuer`], which names the issuer and what to write instead.
    pub fn new(configs: Vec<IssuerConfig>) -> Result<Self, BadIssuer> {
        if configs.len() > MAX_ISSUERS {
            return Err(BadIssuer::TooMany);
        }
        let mut issuers: Vec<Issuer> = Vec::with_capacity(configs.len());
        for config in configs {
            config.check()?;
            if issuers.iter().any(|other| other.config.issuer == config.issuer) {
                return Err(BadIssuer::Twice(config.issuer));
            }
            issuers.push(Issuer { config, keys: IssuerKeys::new() });
        }
        Ok(Self(Arc::new(Mutex::new(issuers))))
    }

    /// The addresses of key sets to fetch now, each at most once a minute. The caller GETs them and reads at most
    /// [`MAX_JWKS_BYTES`](crate::limits::MAX_JWKS_BYTES) and one byte more; a failed fetch needs no report.
    pub fn take_due(&self, now: Timestamp) -> Vec<String> {
        let mut issuers = self.lock();
        let due = issuers
            .iter_mut()
            .filter_map(|issuer| issuer.keys.take_due(now).then_some(&issuer.config.jwks_url));
        due.cloned().collect()
    }

    /// Takes a fetched key set in.
    ///
    /// # Errors
    /// [`JwksRefused`]; the former keys stay in use, at most for a day.
    pub fn fetched(&self, now: Timestamp, jwks_url: &str, body: &[u8]) -> Result<(), JwksRefused> {
        let mut result = Err(JwksRefused::UnknownUrl);
        for issuer in self.lock().iter_mut().filter(|issuer| issuer.config.jwks_url == jwks_url) {
            result = issuer.keys.take(now, body);
        }
        result
    }

    /// Proves a token that claims to be of an outside issuer.
    pub(crate) fn verify(
        &self,
        now: Timestamp,
        token: &str,
        claimed: &Claimed,
    ) -> Result<Vouched, AuthError> {
        let (config, key) = {
            let mut issuers = self.lock();
            let issuer = issuers.iter_mut().find(|issuer| issuer.config.issuer == claimed.issuer);
            let issuer = issuer.ok_or(AuthError::TokenIssuer)?;
            let algorithm =
                issuer.config.pinned(claimed.algorithm).ok_or(AuthError::TokenAlgorithm)?;
            (issuer.config.clone(), issuer.keys.find(now, &claimed.kid, algorithm)?)
        };
        let claims: OutsideClaims = claimed.prove(token, &key)?;
        claims.check(now, &config)?;
        Ok(Vouched { grant: config.grant(), issuer: config.issuer, subject: claims.sub })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Issuer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct OutsideClaims {
    iss: String,
    sub: String,
    #[serde(default)]
    aud: Audience,
    azp: Option<String>,
    #[serde(default, deserialize_with = "numeric_date")]
    nbf: Option<u64>,
    #[serde(default, deserialize_with = "numeric_date")]
    iat: Option<u64>,
    #[serde(default, deserialize_with = "numeric_date")]
    exp: Option<u64>,
}

/// RFC 7519, section 4.1.3: one audience, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Default for Audience {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OutsideClaims {
    fn check(&self, now: Timestamp, config: &IssuerConfig) -> Result<(), AuthError> {
        if self.iss != config.issuer {
            return Err(AuthError::TokenIssuer);
        }
        if config.audience.as_ref().is_some_and(|audience| !self.aud.contains(audience)) {
            return Err(AuthError::TokenAudience);
        }
        let party_fits = config.authorized_parties.is_empty()
            || self.azp.as_ref().is_some_and(|azp| config.authorized_parties.contains(azp));
        if !party_fits {
            return Err(AuthError::TokenAudience);
        }
        let expires = self.exp.ok_or(AuthError::TokenMalformed("no expiry"))?;
        check_times(now, self.nbf, self.iat, expires)?;
        if self.sub.is_empty() || self.sub.len() > MAX_OUTSIDE_NAME_BYTES {
            return Err(AuthError::TokenMalformed("subject"));
        }
        if config.admits(&self.sub) { Ok(()) } else { Err(AuthError::SubjectRefused) }
    }
}

impl Audience {
    fn contains(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Many(many) => many.iter().any(|one| one == audience),
        }
    }
}

/// RFC 7519, section 2: seconds since 1970, which may have a fraction.
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let date = Option::<serde_json::Number>::deserialize(deserializer)?;
    let Some(date) = date else { return Ok(None) };
    let whole = date.as_u64().or_else(|| date.as_f64().filter(|s| *s >= 0.0).map(|s| s as u64));
    whole.map(Some).ok_or_else(|| serde::de::Error::custom("a date before 1970"))
}
