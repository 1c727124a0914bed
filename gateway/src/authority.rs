//! Host names and origins as they stand in URLs and headers, parsed so that they can be compared byte by byte.

use serde::{Deserialize, Deserializer, de};
use std::{fmt, net::IpAddr, str::FromStr};
use thiserror::Error;

/// `host` or `host:port`, the host in lower case: a name, an IPv4 address, or an IPv6 address in brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    host: String,
    port: Option<u16>,
}

/// Not an [`Authority`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "not a host: write a name or an address, with a port or without, like dev.example.org or [2001:db8::1]:8377"
)]
pub struct BadAuthority;

impl Authority {
    /// The host in lower case, an IPv6 address in its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, if it was said.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether it names this machine to itself and to nobody else.
    pub(crate) fn is_this_machine(&self) -> bool {
        self.host == "localhost" || self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// The address, if the host is one and not a name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }
}

impl FromStr for Authority {
    type Err = BadAuthority;

    fn from_str(text: &str) -> Result<Self, BadAuthority> {
        let bracket = text.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match text[bracket..].split_once(':') {
            Some((_, port)) => (&text[..text.len() - port.len() - 1], Some(parse_port(port)?)),
            None => (text, None),
        };
        if is_host(host) {
            Ok(Self { host: host.to_ascii_lowercase(), port })
        } else {
            Err(BadAuthority)
        }
    }
}

fn parse_port(port: &str) -> Result<u16, BadAuthority> {
    if port.bytes().all(|byte| byte.is_ascii_digit()) {
        port.parse().map_err(|_| BadAuthority)
    } else {
        Err(BadAuthority)
    }
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return matches!(inner.parse(), Ok(IpAddr::V6(_)));
    }
    let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=253).contains(&host.len()) && host.bytes().all(of_a_name)
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl<'de> Deserialize<'de> for Authority {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The origin of a page: scheme and authority, and nothing behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin {
    secure: bool,
    authority: Authority,
}

/// Not a [`WebOrigin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "not an origin: write scheme and host with nothing behind them, like https://dev.example.org; `*` is not possible"
)]
pub struct BadOrigin;

impl WebOrigin {
    /// The origin of a page that was loaded from `authority`. A default port that was said is dropped, as browsers do.
    pub(crate) fn of(secure: bool, mut authority: Authority) -> Self {
        let default = if secure { 443 } else { 80 };
        authority.port = authority.port.filter(|port| *port != default);
        Self { secure, authority }
    }

    /// The host in lower case.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Whether only this machine itself can have loaded such a page.
    pub(crate) fn is_this_machine(&self) -> bool {
        self.authority.is_this_machine()
    }
}

impl FromStr for WebOrigin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let (scheme, rest) = text.split_once("://").ok_or(BadOrigin)?;
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(BadOrigin),
        };
        Ok(Self::of(secure, rest.parse().map_err(|_| BadOrigin)?))
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }
}

impl<'de> Deserialize<'de> for WebOrigin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_with_and_without_ports() {
        for (text, host, port) in [
            ("Dev.Example.org", "dev.example.org", None),
            ("127.0.0.1:8377", "127.0.0.1", Some(8377)),
            ("[::1]:80", "[::1]", Some(80)),
            ("[2001:db8::1]", "[2001:db8::1]", None),
        ] {
            let authority: Authority = text.parse().unwrap();
            assert_eq!((authority.host(), authority.port()), (host, port));
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            ":80",
            "a b",
            "a/b",
            "user@host",
            "host:",
            "host:99999",
            "host:+1",
            "::1",
            "[::1",
            "[host]",
            "a:1:2",
        ] {
            assert_eq!(text.parse::<Authority>(), Err(BadAuthority), "{text}");
        }
    }

    #[test]
    fn an_origin_has_nothing_behind_its_authority() {
        assert_eq!("https://a.example:443".parse::<WebOrigin>(), "https://a.example".parse());
        assert_ne!("https://a.example".parse::<WebOrigin>(), "http://a.example".parse());
        for text in ["*", "null", "https://a.example/", "ftp://a.example", "a.example", "https://"]
        {
            assert_eq!(text.parse::<WebOrigin>(), Err(BadOrigin), "{text}");
        }
    }
}
