//! The link and QR code that a gateway shows: `http(s)://HOST:PORT/#pair=CODE[&fp=FINGERPRINT]`.

use std::str::FromStr;

use crate::endpoint::{Endpoint, Fingerprint};
use crate::invitation::{BadLink, Invitation, Purpose};
use crate::secret::Secret;

/// One chance to become a device of a gateway.
#[derive(Debug, Clone)]
pub struct PairingLink {
    /// Where the gateway answers.
    pub endpoint: Endpoint,
    /// The certificate it made for itself, if it did.
    pub fingerprint: Option<Fingerprint>,
    /// The one-time code.
    pub code: Secret,
}

impl FromStr for PairingLink {
    type Err = BadLink;

    fn from_str(text: &str) -> Result<Self, BadLink> {
        let Invitation { endpoint, fingerprint, purpose, code } = text.parse()?;
        match purpose {
            Purpose::Pair => Ok(Self { endpoint, fingerprint, code }),
            Purpose::Handoff | Purpose::Share => Err(BadLink::Code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{BadEndpoint, BadFingerprint};

    #[test]
    fn a_link_is_taken_apart() {
        let fingerprint = Fingerprint::of(b"x");
        let text = format!("https://10.0.0.7:8377/#pair=AbC_-9&fp={fingerprint}\n");
        let link: PairingLink = text.parse().unwrap();
        assert_eq!(link.endpoint.to_string(), "https://10.0.0.7:8377");
        assert_eq!(link.code.expose(), "AbC_-9");
        assert_eq!(link.fingerprint, Some(fingerprint));
    }

    #[test]
    fn a_link_that_cannot_pair_says_why() {
        let bad = |text: &str| text.parse::<PairingLink>().unwrap_err();
        assert_eq!(bad("https://h:1/"), BadLink::Code);
        assert_eq!(bad("https://h:1/#pair="), BadLink::Code);
        assert_eq!(bad("https://h/#pair=x&fp=y"), BadLink::Fingerprint(BadFingerprint));
        assert_eq!(bad("shell"), BadLink::Endpoint(BadEndpoint::Malformed));
        assert_eq!(bad(&"x".repeat(3000)), BadLink::Long(2048));
    }
}
