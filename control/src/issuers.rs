//! Outside issuers (sketch).
use crate::timestamp::Timestamp;
use std::sync::Arc;
/// The outside issuers this gateway trusts, and their keys. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Issuers(Arc<()>);
/// One issuer's configuration; implements serde Deserialize (deny unknown fields) and Serialize.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct IssuerConfig {}
/// Why a fetched key set was not taken.
#[derive(Debug, thiserror::Error)]
#[error("sketch")]
pub struct JwksRefused;
#[allow(unused_variables, clippy::todo, clippy::needless_pass_by_value, missing_docs, reason = "sketch")]
impl Issuers {
    pub fn new(configs: Vec<IssuerConfig>) -> Self { todo!() }
    /// The JWKS addresses to fetch now (each at most once a minute). GET them, body at most 64 KiB, then call `fetched`.
    pub fn take_due(&self, now: Timestamp) -> Vec<String> { todo!() }
    pub fn fetched(&self, now: Timestamp, jwks_url: &str, body: &[u8]) -> Result<(), JwksRefused> { todo!() }
}
