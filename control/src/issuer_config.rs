//! What the owner says about an outside issuer, as it stands in the configuration.

use crate::{
    grant::{Grant, Workspaces},
    limits::MAX_OUTSIDE_NAME_BYTES,
    scope::Scopes,
};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An outside issuer whose tokens are trusted, e.g. Clerk, Auth0 or a company's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// The exact `iss` of its tokens.
    pub issuer: String,
    /// The `aud` its tokens must hold. Without it, `authorized_parties` must be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The `azp` values its tokens may hold, e.g. `https://app.example.com`; empty: any.
    #[serde(default)]
    pub authorized_parties: Vec<String>,
    /// The algorithms it signs with; no other is accepted from it.
    pub algorithms: Vec<IssuerAlgorithm>,
    /// Where its keys are published: an https address, or http on this machine.
    pub jwks_url: String,
    /// What its subjects may do.
    pub scopes: Scopes,
    /// Where they may do it; default `*`.
    #[serde(default = "all_workspaces")]
    pub workspaces: Workspaces,
    /// The subjects that are let in, or `["*"]` for whoever the issuer vouches for.
    #[serde(default)]
    pub subjects: Vec<String>,
}

/// An asymmetric algorithm. Symmetric ones and `none` cannot even be configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IssuerAlgorithm {
    /// RSA, PKCS #1 v1.5, SHA-256.
    RS256,
    /// RSA, PKCS #1 v1.5, SHA-384.
    RS384,
    /// RSA, PKCS #1 v1.5, SHA-512.
    RS512,
    /// RSA-PSS, SHA-256.
    PS256,
    /// ECDSA on P-256.
    ES256,
    /// ECDSA on P-384.
    ES384,
    /// Ed25519.
    EdDSA,
}

impl From<IssuerAlgorithm> for Algorithm {
    fn from(algorithm: IssuerAlgorithm) -> Self {
        match algorithm {
            IssuerAlgorithm::RS256 => Self::RS256,
            IssuerAlgorithm::RS384 => Self::RS384,
            IssuerAlgorithm::RS512 => Self::RS512,
            IssuerAlgorithm::PS256 => Self::PS256,
            IssuerAlgorithm::ES256 => Self::ES256,
            IssuerAlgorithm::ES384 => Self::ES384,
            IssuerAlgorithm::EdDSA => Self::EdDSA,
        }
    }
}

/// Why an issuer's configuration is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BadIssuer {
    /// Its name is empty or too long.
    #[error("issuer: a name of 1 to {MAX_OUTSIDE_NAME_BYTES} bytes is needed")]
    Name,
    /// Two issuers have one name.
    #[error("issuer {0} is configured twice")]
    Twice(String),
    /// There are too many.
    #[error("at most {} issuers can be configured", crate::limits::MAX_ISSUERS)]
    TooMany,
    /// Its keys would come over a line that anybody can change.
    #[error(
        "issuer {0}: jwks_url must begin with https:// (or http://127.0.0.1, http://[::1] or http://localhost)"
    )]
    KeysUrl(String),
    /// It signs with nothing.
    #[error("issuer {0}: name its algorithms, e.g. algorithms = [\"RS256\"]")]
    NoAlgorithm(String),
    /// A token it made for another application would be let in here.
    #[error(
        "issuer {0}: set audience or authorized_parties, or its tokens for other applications would be let in"
    )]
    NoAudience(String),
    /// Whoever can sign up there would be let in.
    #[error(
        "issuer {0}: list the subjects to let in, or write subjects = [\"*\"] for whoever can sign up there"
    )]
    NoSubject(String),
    /// Its subjects could do nothing.
    #[error("issuer {0}: name its scopes, e.g. scopes = [\"terminal:read\"]")]
    NoScope(String),
}

impl IssuerConfig {
    pub(crate) fn check(&self) -> Result<(), BadIssuer> {
        let name = || self.issuer.clone();
        if self.issuer.is_empty() || self.issuer.len() > MAX_OUTSIDE_NAME_BYTES {
            return Err(BadIssuer::Name);
        }
        if !is_private_line(&self.jwks_url) {
            return Err(BadIssuer::KeysUrl(name()));
        }
        if self.algorithms.is_empty() {
            return Err(BadIssuer::NoAlgorithm(name()));
        }
        if self.audience.is_none() && self.authorized_parties.is_empty() {
            return Err(BadIssuer::NoAudience(name()));
        }
        if self.subjects.is_empty() {
            return Err(BadIssuer::NoSubject(name()));
        }
        if self.scopes.is_empty() { Err(BadIssuer::NoScope(name())) } else { Ok(()) }
    }

    /// The algorithm, if it is pinned for it.
    pub(crate) fn pinned(&self, algorithm: Algorithm) -> Option<IssuerAlgorithm> {
        self.algorithms.iter().copied().find(|pinned| Algorithm::from(*pinned) == algorithm)
    }

    /// True if the subject is let in.
    pub(crate) fn admits(&self, subject: &str) -> bool {
        self.subjects.iter().any(|admitted| admitted == subject || admitted == "*")
    }

    /// What its subjects hold.
    pub(crate) fn grant(&self) -> Grant {
        Grant { scopes: self.scopes, workspaces: self.workspaces.clone() }
    }
}

fn all_workspaces() -> Workspaces {
    Workspaces::All
}

fn is_private_line(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty());
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |text: &str| {
        text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
    };
    ["127.0.0.1", "[::1]", "localhost"]
        .iter()
        .any(|host| authority.strip_prefix(host).is_some_and(is_port))
}
