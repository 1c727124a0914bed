//! The links that a gateway's owner shows to another device: `http(s)://HOST:PORT/#KEY=CODE[&fp=FINGERPRINT]`.

use std::str::FromStr;

use thiserror::Error;

use crate::endpoint::{BadEndpoint, BadFingerprint, Endpoint, Fingerprint};
use crate::secret::Secret;

/// Bytes of a link: far above any real one, far below what would hurt.
const LINK_MAX: usize = 2048;

/// What the code of an [`Invitation`] is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To become a device.
    Pair,
    /// To go on where another device is.
    Handoff,
    /// To look at one channel, as a guest.
    Share,
}

/// A link with a code in it, whatever the code is good for.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Where the gateway answers.
    pub endpoint: Endpoint,
    /// The certificate it made for itself, if it did.
    pub fingerprint: Option<Fingerprint>,
    /// What it is for.
    pub purpose: Purpose,
    /// The code.
    pub code: Secret,
}

/// Not a link that invites.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadLink {
    /// The part before `#` is no address.
    #[error(transparent)]
    Endpoint(#[from] BadEndpoint),
    /// The fingerprint is damaged.
    #[error(transparent)]
    Fingerprint(#[from] BadFingerprint),
    /// No code in it.
    #[error("the link has no pairing code (#pair=…); `devtail pair` on the host makes a new link")]
    Code,
    /// Longer than any link.
    #[error("the link is longer than {0} bytes; copy it again")]
    Long(usize),
}

impl Purpose {
    const ALL: [Self; 3] = [Self::Pair, Self::Handoff, Self::Share];

    const fn key(self) -> &'static str {
        match self {
            Self::Pair => "pair",
            Self::Handoff => "handoff",
            Self::Share => "share",
        }
    }
}

impl FromStr for Invitation {
    type Err = BadLink;

    fn from_str(text: &str) -> Result<Self, BadLink> {
        if text.len() > LINK_MAX {
            return Err(BadLink::Long(LINK_MAX));
        }
        let (address, fragment) = text.trim().split_once('#').unwrap_or((text.trim(), ""));
        let endpoint = address.parse()?;
        let part = |name: &str| {
            let mut parts = fragment.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
        };
        let found =
            Purpose::ALL.into_iter().find_map(|purpose| Some((purpose, part(purpose.key())?)));
        let fingerprint = part("fp").map(str::parse).transpose()?;
        let (purpose, code) = found.ok_or(BadLink::Code)?;
        Ok(Self { endpoint, fingerprint, purpose, code: Secret::new(code) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_it_is_for() {
        let read = |text: &str| text.parse::<Invitation>().map(|link| link.purpose);
        assert_eq!(read("http://127.0.0.1:1/#handoff=x"), Ok(Purpose::Handoff));
        assert_eq!(read("http://127.0.0.1:1/#fp=&pair=x"), Ok(Purpose::Pair));
        assert_eq!(read("http://127.0.0.1:1/#t=x"), Err(BadLink::Code));
    }
}
