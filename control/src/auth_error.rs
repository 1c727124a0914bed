//! Why somebody was not let in: precise for our log, mute for a stranger.

use crate::{
    limits::{MAX_GUESTS_PER_SHARE, MAX_HANDOFF_BYTES, MAX_SHARES},
    state_dir::StateError,
    store::StoreError,
};
use std::time::Duration;
use thiserror::Error;

/// Why a token, code or request was refused. The text and [`code`](Self::code) are for the log; a stranger is told
/// [`answer`](Self::answer) and no more. None of them holds a secret.
#[derive(Debug, Error)]
pub enum AuthError {
    /// It is no JWT, is longer than 8 KiB, or lacks a claim.
    #[error("the access token is malformed: {0}")]
    TokenMalformed(&'static str),
    /// Its header says `alg: none`.
    #[error("the access token is not signed (alg none)")]
    TokenUnsigned,
    /// Its header names a symmetric algorithm: somebody tries our public key as a shared secret.
    #[error("the access token claims a symmetric signature")]
    TokenSymmetric,
    /// Its header names an algorithm that is not pinned for its issuer.
    #[error("the access token is signed with an algorithm that is not accepted from its issuer")]
    TokenAlgorithm,
    /// Its key id is not ours, or is that of a key whose last token has expired.
    #[error("the access token is signed with an unknown key")]
    TokenKey,
    /// Its signature is not that of the key it names.
    #[error("the access token's signature is wrong")]
    TokenSignature,
    /// It has expired.
    #[error("the access token has expired")]
    TokenExpired,
    /// It is not valid yet.
    #[error("the access token is not valid yet; compare the clocks")]
    TokenNotYet,
    /// It was made for somebody else.
    #[error("the access token is for another audience")]
    TokenAudience,
    /// It was made by somebody who is not trusted here.
    #[error("the access token is from another issuer")]
    TokenIssuer,
    /// The issuer vouches for its subject, but the configuration does not admit the subject.
    #[error("the issuer's subject is not admitted here; add it to the issuer's `subjects`")]
    SubjectRefused,
    /// The outside issuer's keys were never fetched, or not for a day.
    #[error("the issuer's keys are missing or a day old; is its jwks_url reachable?")]
    IssuerKeysMissing,
    /// The device was revoked.
    #[error("the device was revoked")]
    DeviceRevoked,
    /// The device is not enrolled here, or was forgotten after its revocation.
    #[error("the device is unknown")]
    DeviceUnknown,
    /// As many devices are enrolled as are kept.
    #[error(
        "too many devices are enrolled; `devtail revoke` of a paired one makes room, and so does an outside issuer's \
         subject once it stayed away for 90 days"
    )]
    TooManyDevices,
    /// It is no refresh token of this gateway.
    #[error("the refresh token is not one of this gateway's")]
    RefreshUnknown,
    /// A refresh token came back after its successor was used: one of two holders is not the device. Both are out now.
    #[error("a spent refresh token was presented again; its device is revoked")]
    RefreshReused,
    /// The device stayed away for more than 90 days.
    #[error("the refresh token has expired; pair the device again")]
    RefreshExpired,
    /// There is no such pairing code.
    #[error("the pairing code is unknown")]
    PairingUnknown,
    /// The pairing code is older than 5 minutes.
    #[error("the pairing code has expired; make a new one with `devtail pair`")]
    PairingExpired,
    /// The pairing code was redeemed before.
    #[error("the pairing code was used before; make a new one with `devtail pair`")]
    PairingUsed,
    /// There is no such hand-off ticket, or it was redeemed before.
    #[error("the hand-off ticket is unknown or was used before")]
    HandoffUnknown,
    /// The hand-off ticket is older than 60 s.
    #[error("the hand-off ticket has expired; make a new one")]
    HandoffExpired,
    /// The device that made the ticket was revoked, or may not bring in another.
    #[error("the hand-off ticket is void: its maker may bring in no device")]
    HandoffVoid,
    /// A ticket would carry more than is kept.
    #[error("a hand-off carries at most {MAX_HANDOFF_BYTES} bytes")]
    HandoffTooLarge,
    /// There is no such sharing link.
    #[error("the sharing link is unknown")]
    ShareUnknown,
    /// The sharing link's time is over, or its owner ended it.
    #[error("the sharing link is over; its owner can make a new one")]
    ShareOver,
    /// As many guests came by a sharing link as may.
    #[error("{MAX_GUESTS_PER_SHARE} guests came by this sharing link already; make another one")]
    TooManyGuests,
    /// As many sharing links are open as may be.
    #[error("{MAX_SHARES} sharing links are open already; `devtail unshare` ends one")]
    TooManyShares,
    /// A sharing link would last too short or too long.
    #[error("a sharing link lasts a minute to a week")]
    ShareLifetime,
    /// A guest asked for something that only the owner may do.
    #[error("guests may look, and nothing else")]
    NotForGuests,
    /// A code that carries no scope would let a device in that may do nothing.
    #[error("a device needs at least one scope")]
    NoScope,
    /// Too many redemptions were tried.
    #[error("too many pairing attempts; the next one is heard in {} s", retry_after.as_secs())]
    SlowDown {
        /// How long the caller should wait, at least 1 s.
        retry_after: Duration,
    },
    /// The database failed; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key file failed; nothing was changed.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Reads and writes fail as [`StoreError`] does.
impl From<rusqlite::Error> for AuthError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What a stranger is told: nothing that tells a wrong token from a revoked one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not let in; signing in or pairing again is the remedy. HTTP 401.
    SignInRequired,
    /// Too many attempts. HTTP 429.
    SlowDown {
        /// How long to wait, at least 1 s.
        retry_after: Duration,
    },
    /// Our own trouble; the same request may do later. HTTP 503.
    Unavailable,
}

impl AuthError {
    /// A short stable word for the log and for metrics; it never changes its meaning.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TokenMalformed(_) => "token_malformed",
            Self::TokenUnsigned => "token_alg_none",
            Self::TokenSymmetric => "token_alg_symmetric",
            Self::TokenAlgorithm => "token_alg",
            Self::TokenKey => "token_key",
            Self::TokenSignature => "token_signature",
            Self::TokenExpired => "token_expired",
            Self::TokenNotYet => "token_not_yet",
            Self::TokenAudience => "token_audience",
            Self::TokenIssuer => "token_issuer",
            Self::SubjectRefused => "subject_refused",
            Self::IssuerKeysMissing => "issuer_keys_missing",
            Self::DeviceRevoked => "device_revoked",
            Self::DeviceUnknown => "device_unknown",
            Self::TooManyDevices => "too_many_devices",
            Self::RefreshUnknown => "refresh_unknown",
            Self::RefreshReused => "refresh_reused",
            Self::RefreshExpired => "refresh_expired",
            Self::PairingUnknown => "pairing_unknown",
            Self::PairingExpired => "pairing_expired",
            Self::PairingUsed => "pairing_used",
            Self::HandoffUnknown => "handoff_unknown",
            Self::HandoffExpired => "handoff_expired",
            Self::HandoffVoid => "handoff_void",
            Self::HandoffTooLarge => "handoff_too_large",
            Self::ShareUnknown => "share_unknown",
            Self::ShareOver => "share_over",
            Self::TooManyGuests => "too_many_guests",
            Self::TooManyShares => "too_many_shares",
            Self::ShareLifetime => "share_lifetime",
            Self::NotForGuests => "not_for_guests",
            Self::NoScope => "no_scope",
            Self::SlowDown { .. } => "slow_down",
            Self::Store(_) => "store",
            Self::State(_) => "state",
        }
    }

    /// What to tell whoever asked.
    pub const fn answer(&self) -> Answer {
        match self {
            Self::SlowDown { retry_after } => Answer::SlowDown { retry_after: *retry_after },
            Self::Store(_) | Self::State(_) => Answer::Unavailable,
            Self::TokenMalformed(_)
            | Self::TokenUnsigned
            | Self::TokenSymmetric
            | Self::TokenAlgorithm
            | Self::TokenKey
            | Self::TokenSignature
            | Self::TokenExpired
            | Self::TokenNotYet
            | Self::TokenAudience
            | Self::TokenIssuer
            | Self::SubjectRefused
            | Self::IssuerKeysMissing
            | Self::DeviceRevoked
            | Self::DeviceUnknown
            | Self::TooManyDevices
            | Self::RefreshUnknown
            | Self::RefreshReused
            | Self::RefreshExpired
            | Self::PairingUnknown
            | Self::PairingExpired
            | Self::PairingUsed
            | Self::HandoffUnknown
            | Self::HandoffExpired
            | Self::HandoffVoid
            | Self::HandoffTooLarge
            | Self::ShareUnknown
            | Self::ShareOver
            | Self::TooManyGuests
            | Self::TooManyShares
            | Self::ShareLifetime
            | Self::NotForGuests
            | Self::NoScope => Answer::SignInRequired,
        }
    }
}

/// Why a proved principal may not do a thing.
#[derive(Debug, Error)]
pub enum Denied {
    /// The device holds the scope for no workspace, or its token was made without it.
    #[error("the device may not {scope}; pair it again with that scope")]
    Scope {
        /// What was asked for.
        scope: crate::scope::Scope,
    },
    /// The device holds the scope, but for another workspace.
    #[error("the device may {scope}, but not in this workspace")]
    Workspace {
        /// What was asked for.
        scope: crate::scope::Scope,
    },
    /// The device is a guest, and this is not about its one channel.
    #[error("a guest may {scope} of one channel alone, and this is about another")]
    Channel {
        /// What was asked for.
        scope: crate::scope::Scope,
    },
    /// The device was revoked since its token was made, or a guest's time is over.
    #[error("the device was revoked")]
    Revoked,
    /// The database failed, so that nothing is known; the answer is no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Denied {
    /// A short stable word for the log.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Scope { .. } => "denied_scope",
            Self::Workspace { .. } => "denied_workspace",
            Self::Channel { .. } => "denied_channel",
            Self::Revoked => "denied_revoked",
            Self::Store(_) => "store",
        }
    }
}
