//! Protocol versions. One version is one WebSocket subprotocol.

use crate::fault::{Code, Fault};

/// The WebSocket subprotocol of version 1.
pub const SUBPROTOCOL: &str = "devtail.v1";
/// A browser sends its access token as a second subprotocol entry with this prefix; it is never echoed.
pub const TOKEN_SUBPROTOCOL_PREFIX: &str = "devtail.token.";

/// A version both sides can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The first.
    V1 = 1,
}

impl Version {
    /// Every version this code speaks, oldest first.
    pub const ALL: [Self; 1] = [Self::V1];
    /// The newest.
    pub const NEWEST: Self = Self::V1;

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The newest version within the peer's range.
    ///
    /// # Errors
    /// [`Code::Version`] if there is none.
    pub fn negotiate(min: u32, max: u32) -> Result<Self, Fault> {
        Self::ALL.into_iter().rev().find(|version| (min..=max).contains(&version.number())).ok_or_else(|| {
            let ours = Self::NEWEST.number();
            Fault::new(Code::Version, format!("The peer speaks versions {min} to {max}, this side 1 to {ours}. Update the older of the two."))
        })
    }
}
