//! The refresh family of one device: what each presented token means. Pure; the database only keeps its state.
//!
//! ```text
//!   presented ──────────────▶ meaning
//!   leaf                      the device used its newest token: it becomes the parent, a new leaf is made
//!   parent, within 60 s       its answer was lost on the way: the same leaf again
//!   parent, later             lost for good: another leaf, the old one is dead
//!   any other of ours         spent or dead, so somebody copied one: reuse
//! ```
//!
//! Two hashes tell all of it apart, because a token proves by its own tag that it was made here for this device.

use crate::{
    limits::{REFRESH_IDLE_MS, REFRESH_SAME_ANSWER_MS},
    timestamp::Timestamp,
};

/// The SHA-256 of a refresh token.
pub(crate) type TokenHash = [u8; 32];

/// What is remembered of a device's refresh tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Family {
    /// The newest token, not presented yet.
    pub(crate) leaf: TokenHash,
    /// How the leaf came to be; none before the first rotation.
    pub(crate) rotation: Option<Rotation>,
    /// When a token was last accepted.
    pub(crate) used: Timestamp,
}

/// The newest rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rotation {
    /// The token that was presented.
    pub(crate) parent: TokenHash,
    /// Which of the parent's successors the leaf is, from 0.
    pub(crate) attempt: u32,
    /// When that successor was first handed out.
    pub(crate) at: Timestamp,
}

/// What to do with a presented token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Hand out the presented token's successor of this number; `first_at` is when it was first handed out.
    Rotate {
        /// Which successor, from 0.
        attempt: u32,
        /// Now, unless this is a repetition.
        first_at: Timestamp,
    },
    /// A spent or dead token: revoke.
    Reuse,
    /// Nothing was heard for 90 days.
    Expired,
}

impl Family {
    /// The family of a device that was enrolled just now.
    pub(crate) fn new(now: Timestamp, first: TokenHash) -> Self {
        Self { leaf: first, rotation: None, used: now }
    }

    /// What a token means that was made here for this device.
    pub(crate) fn present(&self, now: Timestamp, presented: &TokenHash) -> Verdict {
        if now.ms_since(self.used) > REFRESH_IDLE_MS {
            return Verdict::Expired;
        }
        if *presented == self.leaf {
            return Verdict::Rotate { attempt: 0, first_at: now };
        }
        match &self.rotation {
            Some(last) if *presented != last.parent => Verdict::Reuse,
            Some(last) if now.ms_since(last.at) <= REFRESH_SAME_ANSWER_MS => {
                Verdict::Rotate { attempt: last.attempt, first_at: last.at }
            }
            Some(last) => {
                Verdict::Rotate { attempt: last.attempt.saturating_add(1), first_at: now }
            }
            None => Verdict::Reuse,
        }
    }

    /// The family after [`Verdict::Rotate`].
    pub(crate) fn rotated(
        now: Timestamp,
        presented: TokenHash,
        attempt: u32,
        first_at: Timestamp,
        successor: TokenHash,
    ) -> Self {
        let rotation = Rotation { parent: presented, attempt, at: first_at };
        Self { leaf: successor, rotation: Some(rotation), used: now }
    }
}

#[cfg(test)]
#[path = "family_tests.rs"]
mod tests;
