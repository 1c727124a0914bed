//! Who is asking, as proved.

use crate::{
    device::{DeviceId, Guest},
    grant::Grant,
};
use std::net::IpAddr;

/// The person behind a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The user whose gateway this is; all paired devices are theirs.
    Owner,
    /// A subject an outside issuer vouches for.
    Outside {
        /// The issuer, as configured.
        issuer: String,
        /// The subject, as in the issuer's tokens.
        subject: String,
    },
}

/// Who is asking, as proved by an access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The person.
    pub who: Who,
    /// The device they use.
    pub device: DeviceId,
    /// What the token carried; [`Control::permit`](crate::Control::permit) holds it against what the device has now.
    pub grant: Grant,
    /// What limits a guest; absent for anybody else.
    pub guest: Option<Guest>,
    /// Where the request came from, for the audit log.
    pub address: Option<IpAddr>,
}

/// Who did something, for the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Whoever can read the state directory: the owner at the host itself.
    Host,
    /// An enrolled device.
    Device(DeviceId),
    /// Somebody who has proved nothing.
    Stranger,
}
