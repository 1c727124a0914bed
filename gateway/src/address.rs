//! Where a gateway can be reached, as it is told to people and other processes.

use crate::{authority::Authority, config::Config, tls::Encryption};
use devtail_control::Secret;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Where a serving gateway can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// What it listens on, the port as the system chose it.
    pub listen: SocketAddr,
    /// The page's URL, ending in `/`.
    pub url: String,
    /// SHA-256 of a self-signed certificate, base64url, to be pinned. Absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

impl Address {
    pub(crate) fn new(
        config: &Config,
        listen: SocketAddr,
        encryption: Option<&Encryption>,
    ) -> Self {
        // Others reach what listens on loopback only through a proxy, and that one encrypts.
        let by_proxy = listen.ip().is_loopback()
            && config.public_host.as_ref().is_some_and(|public| !public.is_this_machine());
        let scheme = if encryption.is_some() || by_proxy { "https" } else { "http" };
        let authority = match &config.public_host {
            Some(public) if public.port().is_some() => public.to_string(),
            Some(public) if by_proxy => public.to_string(),
            Some(public) => format!("{}:{}", public.host(), listen.port()),
            None => SocketAddr::new(reachable(listen.ip()), listen.port()).to_string(),
        };
        let fingerprint = encryption.and_then(Encryption::fingerprint).map(str::to_owned);
        Self { listen, url: format!("{scheme}://{authority}/"), fingerprint }
    }

    /// The link that pairs whoever opens it first. It is a secret: print it for the owner, and log it nowhere.
    pub fn pairing_link(&self, code: &Secret) -> String {
        self.link(&self.url, "pair", code)
    }

    /// A link to `base` with a secret in it, and what a client needs to trust the gateway.
    pub(crate) fn link(&self, base: &str, key: &str, secret: &Secret) -> String {
        let pin = self
            .fingerprint
            .as_ref()
            .map(|fingerprint| format!("&fp={fingerprint}"))
            .unwrap_or_default();
        // Behind the `#`, so that no browser sends it to anyone.
        format!("{base}#{key}={}{pin}", secret.expose())
    }
}

/// The hosts a certificate made here is for.
pub(crate) fn certificate_names(config: &Config, machine: &str) -> Vec<String> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".into(),
        "::1".into(),
        reachable(config.listen.ip()).to_string(),
    ];
    names.extend(
        config
            .public_host
            .as_ref()
            .map(|public| public.ip().map_or(public.host().to_owned(), |ip| ip.to_string())),
    );
    if machine.parse::<Authority>().is_ok() {
        names.extend([machine.to_owned(), format!("{machine}.local")]);
    }
    names.sort();
    names.dedup();
    names
}

/// For "every address" the one that others most likely reach; any other as it is.
fn reachable(ip: IpAddr) -> IpAddr {
    if !ip.is_unspecified() {
        return ip;
    }
    // Connecting a UDP socket sends nothing; it asks the routing table. The addresses are reserved for documentation.
    let (from, to): (IpAddr, IpAddr) = match ip {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        IpAddr::V6(_) => {
            (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into())
        }
    };
    let routed = UdpSocket::bind((from, 0))
        .and_then(|socket| socket.connect((to, 9)).and_then(|()| socket.local_addr()));
    routed.map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Folders, Settings};

    #[test]
    fn a_link_leads_to_where_others_come_in() {
        let url = |listen: &str, public_host: Option<&str>| {
            let settings = Settings {
                listen: Some(listen.parse().unwrap()),
                public_host: public_host.map(|host| host.parse().unwrap()),
                ..Settings::default()
            };
            let folders = Folders { home: Some("/home/ann".into()), ..Folders::default() };
            let config = Config::resolve(settings, &folders).unwrap();
            Address::new(&config, config.listen, None).url
        };
        assert_eq!(url("127.0.0.1:8377", None), "http://127.0.0.1:8377/");
        // A proxy stands before what listens on loopback, and it encrypts.
        assert_eq!(url("127.0.0.1:8377", Some("dev.example.org")), "https://dev.example.org/");
        assert_eq!(url("[::1]:8377", Some("dev.example.org:444")), "https://dev.example.org:444/");
        assert_eq!(url("127.0.0.1:8377", Some("localhost")), "http://localhost:8377/");
    }
}
