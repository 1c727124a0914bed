//! Which names the gateway answers to, and which pages may use it: the defence against DNS rebinding and foreign pages.
//!
//! A page that rebinds its own name to 127.0.0.1 still sends that name as Host, and a foreign page sends its own Origin.
//! An address as Host cannot be rebound, so any address will do.

use crate::{
    authority::{Authority, WebOrigin},
    config::Config,
    reply::{self, Reply},
};
use http::{
    HeaderMap, HeaderName,
    header::{HOST, ORIGIN},
};

/// The names and origins of one gateway.
#[derive(Debug)]
pub(crate) struct Guard {
    hosts: Vec<String>,
    origins: Vec<WebOrigin>,
}

impl Guard {
    /// `machine` is the machine's own name, under which its neighbours know it.
    pub(crate) fn new(config: &Config, machine: &str) -> Self {
        let machine = machine.to_ascii_lowercase();
        let mut hosts = vec!["localhost".to_owned(), format!("{machine}.local"), machine];
        hosts.extend(config.public_host.iter().map(|public| public.host().to_owned()));
        hosts.extend(config.allowed_origins.iter().map(|origin| origin.host().to_owned()));
        let mut origins = config.allowed_origins.clone();
        // A proxy that encrypts in front of us makes the page's origin https, which we cannot see.
        origins.extend(config.public_host.iter().map(|public| WebOrigin::of(true, public.clone())));
        Self { hosts, origins }
    }

    /// Checks that the request is meant for this gateway; returns the name it was asked under.
    pub(crate) fn host(&self, headers: &HeaderMap) -> Result<Authority, Box<Reply>> {
        let host = only(headers, &HOST).and_then(|host| host?.parse::<Authority>().ok());
        let Some(host) = host else {
            return Err(Box::new(reply::bad_request("exactly one valid Host header is needed")));
        };
        if host.ip().is_some() || self.hosts.iter().any(|own| own == host.host()) {
            return Ok(host);
        }
        Err(Box::new(reply::misdirected()))
    }

    /// Checks that the page that asks, if a page asks, is one of ours.
    pub(crate) fn origin(
        &self,
        headers: &HeaderMap,
        secure: bool,
        host: &Authority,
    ) -> Result<(), Box<Reply>> {
        let origin = match only(headers, &ORIGIN) {
            Some(None) => return Ok(()),
            Some(Some(text)) => text.parse::<WebOrigin>().ok(),
            None => None,
        };
        let ours = |origin: &WebOrigin| {
            *origin == WebOrigin::of(secure, host.clone()) || self.origins.contains(origin)
        };
        if origin.as_ref().is_some_and(ours) {
            return Ok(());
        }
        let message = "pages of this origin may not use the gateway; if they should, add it to allowed_origins";
        Err(Box::new(reply::forbidden(message)))
    }
}

/// The one value of a header, or that there is none; nothing if it is no text or comes twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str().ok());
    match (first, values.next()) {
        (None, _) => Some(None),
        (Some(text), None) => text.map(Some),
        (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Folders, Settings};
    use http::StatusCode;

    fn guard(settings: Settings) -> Guard {
        let folders = Folders { home: Some("/home/ann".into()), ..Folders::default() };
        Guard::new(&Config::resolve(settings, &folders).unwrap(), "Box")
    }

    fn with(name: &HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn it_answers_to_addresses_and_its_own_names_only() {
        let public_host = Some("dev.example.org".parse().unwrap());
        let guard = guard(Settings { public_host, ..Settings::default() });
        for host in [
            "127.0.0.1:8377",
            "[::1]:8377",
            "localhost:8377",
            "192.168.1.5",
            "box",
            "BOX.local:1",
            "dev.example.org",
        ] {
            assert!(guard.host(&with(&HOST, &[host])).is_ok(), "{host}");
        }
        for host in [
            "rebind.attacker.example:8377",
            "127.0.0.1.attacker.example",
            "localhost.attacker.example",
            "xbox",
        ] {
            let refusal = guard.host(&with(&HOST, &[host])).unwrap_err();
            assert_eq!(refusal.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
        for hosts in [&[][..], &["localhost", "localhost"], &["a b"]] {
            assert_eq!(
                guard.host(&with(&HOST, hosts)).unwrap_err().status(),
                StatusCode::BAD_REQUEST
            );
        }
    }

    #[test]
    fn only_our_own_page_and_the_allowed_ones_may_ask() {
        let settings = Settings {
            public_host: Some("dev.example.org".parse().unwrap()),
            allowed_origins: Some(vec!["https://app.example".parse().unwrap()]),
            ..Settings::default()
        };
        let (guard, host) = (guard(settings), "localhost:8377".parse().unwrap());
        let asks = |origins: &[&str]| guard.origin(&with(&ORIGIN, origins), false, &host).is_ok();
        assert!(asks(&[]), "no page at all");
        assert!(asks(&["http://localhost:8377"]));
        assert!(asks(&["https://app.example"]) && asks(&["https://dev.example.org"]));
        for foreign in [
            "https://localhost:8377",
            "http://localhost",
            "http://localhost:9",
            "null",
            "https://evil.example",
        ] {
            assert!(!asks(&[foreign]), "{foreign}");
        }
        assert!(!asks(&["http://localhost:8377", "http://localhost:8377"]), "twice");
    }
}
