//! Where a push service takes messages: an address that a device names and this gateway calls, so that it must not lead
//! to what only this gateway can reach.

use crate::outbound;
use http::Uri;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};
use thiserror::Error;
use tokio::net::lookup_host;

use crate::limits::{ENDPOINT_ADDRESSES_MAX, ENDPOINT_BYTES_MAX};

/// Which addresses may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those of the internet, over https.
    Public,
    /// Those of this machine and its neighbours as well, over http on this machine.
    Everywhere,
}

/// An address that may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint(Uri);

/// Why an address is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum BadEndpoint {
    #[error("a push endpoint is an https URL of at most {ENDPOINT_BYTES_MAX} bytes without a user")]
    Malformed,
    #[error(
        "a push endpoint leads to the internet, not into this network; for a push service of one's own there is push_private"
    )]
    Private,
}

impl Endpoint {
    /// Reads an address; whether its name leads to where it may is asked each time it is called.
    pub(crate) fn parse(text: &str, reach: Reach) -> Result<Self, BadEndpoint> {
        if text.len() > ENDPOINT_BYTES_MAX || !text.is_ascii() || text.contains('#') {
            return Err(BadEndpoint::Malformed);
        }
        let uri: Uri = text.parse().map_err(|_| BadEndpoint::Malformed)?;
        let (host, _) = outbound::host_and_port(&uri).ok_or(BadEndpoint::Malformed)?;
        let has_user = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
        let ip = host.parse::<IpAddr>().ok();
        let is_loopback = host == "localhost" || ip.is_some_and(|ip| ip.is_loopback());
        let is_sound = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => reach == Reach::Everywhere && is_loopback,
            Some(_) | None => false,
        };
        if has_user || host.is_empty() || !is_sound {
            return Err(BadEndpoint::Malformed);
        }
        if reach == Reach::Public && (is_loopback || ip.is_some_and(|ip| !is_public(ip))) {
            return Err(BadEndpoint::Private);
        }
        Ok(Self(uri))
    }

    /// The addresses to connect to, which are looked at here and connected to as they are: a name that leads elsewhere a
    /// moment later leads nowhere. One private address among them makes all of them suspect.
    pub(crate) async fn addresses(&self, reach: Reach) -> io::Result<Vec<SocketAddr>> {
        let (host, port) = outbound::host_and_port(&self.0).expect("it was checked");
        let found: Vec<_> = lookup_host((host, port)).await?.take(ENDPOINT_ADDRESSES_MAX).collect();
        if reach == Reach::Public && !found.iter().all(|address| is_public(address.ip())) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, BadEndpoint::Private));
        }
        Ok(found)
    }

    pub(crate) const fn uri(&self) -> &Uri {
        &self.0
    }

    /// Scheme, host and port: whom a VAPID token is for.
    pub(crate) fn origin(&self) -> String {
        let authority = self.0.authority().expect("it was checked");
        format!("{}://{authority}", self.0.scheme_str().expect("it was checked"))
    }
}

/// Whether an address is one of the internet (IANA's special-purpose registries).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18);
    !(is_special
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || ip.is_multicast())
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let low =
        |ip: Ipv6Addr| Ipv4Addr::from_bits(u32::try_from(ip.to_bits() & 0xffff_ffff).unwrap_or(0));
    let segments = ip.segments();
    match segments {
        // Addresses that carry one of IPv4 lead where that one does.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public_v4(low(ip)),
        [0x2002, high, low, ..] => {
            is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        // Teredo, documentation, and the rest of the blocks for protocols.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // All that is handed out on the internet lies in 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_leads_to_the_internet_over_https() {
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://web.push.apple.com/QaBc?x=1",
            "https://push.example:8443/x",
            "https://[2606:4700::6810:1]/x",
        ] {
            assert!(Endpoint::parse(good, Reach::Public).is_ok(), "{good}");
        }
        for bad in [
            "",
            "push",
            "http://push.example/x",
            "ftp://push.example/x",
            "https://",
            "https:///x",
            "https://ann@push.example/x",
            "https://push.example/x#y",
            "file:///etc/passwd",
            &format!("https://push.example/{}", "x".repeat(1024)),
        ] {
            assert_eq!(Endpoint::parse(bad, Reach::Public), Err(BadEndpoint::Malformed), "{bad}");
        }
    }

    #[test]
    fn an_endpoint_in_this_network_is_refused_in_every_spelling() {
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "localhost",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "[::1]",
            "[::]",
            "[fe80::1]",
            "[fd00::1]",
            "[ff02::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:0:1::]",
            "[2001:db8::1]",
        ] {
            let text = format!("https://{private}/x");
            assert_eq!(
                Endpoint::parse(&text, Reach::Public),
                Err(BadEndpoint::Private),
                "{private}"
            );
            assert!(Endpoint::parse(&text, Reach::Everywhere).is_ok(), "{private}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_into_this_network_is_found_out_when_it_is_called() {
        let endpoint = Endpoint::parse("https://localhost./x", Reach::Public).unwrap();
        assert!(endpoint.addresses(Reach::Public).await.is_err());
    }

    #[test]
    fn plain_http_is_for_this_machine_and_by_the_owners_word() {
        let parse = |text| Endpoint::parse(text, Reach::Everywhere);
        assert!(parse("http://127.0.0.1:9000/x").is_ok() && parse("http://localhost/x").is_ok());
        assert_eq!(parse("http://192.168.1.1/x"), Err(BadEndpoint::Malformed));
        assert_eq!(parse("http://push.example/x"), Err(BadEndpoint::Malformed));
    }

    #[test]
    fn a_token_is_for_the_service_and_no_other() {
        let origin = |text| Endpoint::parse(text, Reach::Everywhere).unwrap().origin();
        assert_eq!(origin("https://push.example/x?y"), "https://push.example");
        assert_eq!(origin("http://127.0.0.1:9000/x"), "http://127.0.0.1:9000");
    }
}
