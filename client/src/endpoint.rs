//! Where a gateway answers, and by which certificate it is known.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The address of one gateway: `http(s)://HOST[:PORT]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint {
    secure: bool,
    host: String,
    port: u16,
}

/// SHA-256 of the certificate that a gateway made for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

/// Not an [`Endpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadEndpoint {
    /// It cannot be read.
    #[error(
        "not a gateway's address: it looks like http://127.0.0.1:8377 or https://dev.example.org"
    )]
    Malformed,
    /// It leads off this machine without TLS: codes and tokens would be there for all to read.
    #[error(
        "plain http is for this machine only; use https (on the host: `devtail up --tls self-signed`, or public_host behind a proxy)"
    )]
    Plain,
}

/// Not a [`Fingerprint`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the link's certificate fingerprint (fp) is damaged; copy the whole link again")]
pub struct BadFingerprint;

impl Endpoint {
    /// Whether the connection is encrypted (TLS 1.3).
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The name or address, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether it never leaves this machine.
    fn is_this_machine(&self) -> bool {
        let ip = self.host().parse::<IpAddr>();
        self.host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `HOST:PORT`, as the Host header has it.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl FromStr for Endpoint {
    type Err = BadEndpoint;

    fn from_str(text: &str) -> Result<Self, BadEndpoint> {
        let uri: Uri = text.parse().map_err(|_| BadEndpoint::Malformed)?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) | None => return Err(BadEndpoint::Malformed),
        };
        let authority = uri.authority().ok_or(BadEndpoint::Malformed)?;
        let host =
            Some(authority.host()).filter(|host| !host.is_empty()).ok_or(BadEndpoint::Malformed)?;
        // What the parser passes over (a user, a port out of range) stands outside the host.
        let port = match authority.as_str().strip_prefix(host).ok_or(BadEndpoint::Malformed)? {
            "" => {
                if secure {
                    443
                } else {
                    80
                }
            }
            rest => rest
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .ok_or(BadEndpoint::Malformed)?,
        };
        let endpoint = Self { secure, host: host.to_ascii_lowercase(), port };
        if secure || endpoint.is_this_machine() { Ok(endpoint) } else { Err(BadEndpoint::Plain) }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl TryFrom<String> for Endpoint {
    type Error = BadEndpoint;

    fn try_from(text: String) -> Result<Self, BadEndpoint> {
        text.parse()
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.to_string()
    }
}

impl Fingerprint {
    /// The fingerprint of a certificate in DER form.
    pub fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadFingerprint)?;
        bytes.try_into().map(Self).map_err(|_| BadFingerprint)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = BadFingerprint;

    fn try_from(text: String) -> Result<Self, BadFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_with_its_default_port_and_printed_whole() {
        for (text, printed) in [
            ("http://127.0.0.1:8377/", "http://127.0.0.1:8377"),
            ("https://Dev.Example.org", "https://dev.example.org:443"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), printed);
        }
        assert_eq!("http://[::1]:1".parse::<Endpoint>().unwrap().host(), "::1");
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for text in
            ["", "127.0.0.1:8377", "ftp://a", "http://", "http://u@h/", "/x", "http://a:99999"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(BadEndpoint::Malformed), "{text}");
        }
    }

    #[test]
    fn plain_http_never_leaves_this_machine() {
        for text in ["http://localhost:1", "http://127.8.0.1", "http://[::1]"] {
            assert!(text.parse::<Endpoint>().is_ok(), "{text}");
        }
        for text in ["http://dev.example.org:443", "http://192.168.1.5:8377", "http://localhost.x"]
        {
            assert_eq!(text.parse::<Endpoint>(), Err(BadEndpoint::Plain), "{text}");
        }
    }

    #[test]
    fn a_fingerprint_survives_its_text() {
        let fingerprint = Fingerprint::of(b"certificate");
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        assert_eq!("abc".parse::<Fingerprint>(), Err(BadFingerprint));
    }
}
