//! One enrolled phone, tablet, browser or laptop.

use crate::{
    auth_error::AuthError, grant::Grant, limits::MAX_DEVICE_NAME_CHARS, share_id::ShareId,
    timestamp::Timestamp,
};
use devtail_protocol::ChannelId;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Names a device: 16 bytes, printed as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceId([u8; 16]);

impl DeviceId {
    /// The id of these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceId({self})")
    }
}

/// A text that is no device id.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a device id has 32 hexadecimal digits; `devtail devices` lists them")]
pub struct BadDeviceId;

impl FromStr for DeviceId {
    type Err = BadDeviceId;

    fn from_str(text: &str) -> Result<Self, BadDeviceId> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadDeviceId);
        }
        u128::from_str_radix(text, 16).map(|id| Self(id.to_be_bytes())).map_err(|_| BadDeviceId)
    }
}

impl TryFrom<String> for DeviceId {
    type Error = BadDeviceId;

    fn try_from(text: String) -> Result<Self, BadDeviceId> {
        text.parse()
    }
}

impl From<DeviceId> for String {
    fn from(id: DeviceId) -> Self {
        id.to_string()
    }
}

/// A device's name as it is shown to a person: 1 to 64 characters, none of which moves a terminal's cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceName(String);

impl DeviceName {
    /// Makes a name of what a stranger sent: control and direction-changing characters out, blanks trimmed, cut at 64
    /// characters; `unnamed` if nothing is left.
    pub fn clean(text: &str) -> Self {
        let shown = text.chars().filter(|c| !c.is_control() && !is_invisible(*c));
        let name: String =
            shown.skip_while(|c| c.is_whitespace()).take(MAX_DEVICE_NAME_CHARS).collect();
        match name.trim_end() {
            "" => Self("unnamed".to_owned()),
            name => Self(name.to_owned()),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that change how their neighbours are shown, so that one name could pass for another.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// How a device came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The owner paired it.
    Paired,
    /// A subject of an outside issuer used it.
    Outside {
        /// The issuer, as in its tokens.
        issuer: String,
        /// The subject, as in its tokens.
        subject: String,
    },
}

/// What limits a device that came by a sharing link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The link.
    pub share: ShareId,
    /// The one channel it may see.
    pub channel: ChannelId,
    /// When it is let in no more.
    pub expires: Timestamp,
}

/// One enrolled device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its name, for people.
    pub name: DeviceName,
    /// How it came to be.
    pub origin: Origin,
    /// What it may do.
    pub grant: Grant,
    /// When it was enrolled.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen: Timestamp,
    /// When it was revoked, if it was.
    pub revoked: Option<Timestamp>,
    /// There if it is a guest.
    pub guest: Option<Guest>,
}

impl Device {
    /// A device that is not in the database yet.
    ///
    /// # Errors
    /// [`AuthError::NoScope`].
    pub(crate) fn fresh(
        now: Timestamp,
        name: DeviceName,
        origin: Origin,
        id: [u8; 16],
        grant: Grant,
    ) -> Result<Self, AuthError> {
        if grant.scopes.is_empty() {
            return Err(AuthError::NoScope);
        }
        let id = DeviceId::from_bytes(id);
        let (created, last_seen) = (now, now);
        Ok(Self { id, name, origin, grant, created, last_seen, revoked: None, guest: None })
    }

    /// Whether it is let in: it was not revoked, and if it is a guest, its time is not over.
    pub fn is_let_in(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.guest.as_ref().is_none_or(|guest| now < guest.expires)
    }

    /// Whether it may have to do with this channel; `None` stands for all of them together.
    pub(crate) fn reaches(&self, channel: Option<ChannelId>) -> bool {
        self.guest.as_ref().is_none_or(|guest| channel == Some(guest.channel))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_name_loses_what_could_fool_the_person_who_reads_it() {
        assert_eq!(DeviceName::clean("  Ann's\x1b[31m phone\n ").as_str(), "Ann's[31m phone");
        assert_eq!(DeviceName::clean("gpj\u{202e}.exe").as_str(), "gpj.exe");
        assert_eq!(DeviceName::clean("\u{7}\u{200b} ").as_str(), "unnamed");
        assert_eq!(DeviceName::clean(&"ü".repeat(500)).as_str().chars().count(), 64);
    }

    #[test]
    fn a_device_id_is_read_back_and_nothing_else_is() {
        let id = DeviceId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "ab", "+aabababababababababababababababa", &"é".repeat(16)] {
            assert_eq!(bad.parse::<DeviceId>(), Err(BadDeviceId), "{bad}");
        }
    }
}
