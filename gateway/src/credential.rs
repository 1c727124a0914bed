//! What a client shows at the door: a token in one of two places, never in the URL.

use http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL},
};
use std::fmt;

/// The subprotocol that the gateway speaks, and the only one it ever selects.
pub(crate) const SUBPROTOCOL: &str = "devtail.v1";
/// What a browser puts before its token among the subprotocols, for it can set no header.
const TOKEN_PREFIX: &str = "devtail.token.";

/// An access token as it was shown. It has no `Display` and a redacted `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credential(String);

impl Credential {
    /// Takes the one credential from a request's headers; `Err` holds the code for our log.
    pub(crate) fn take(headers: &HeaderMap) -> Result<Self, &'static str> {
        let mut bearers = headers.get_all(AUTHORIZATION).iter().map(bearer);
        let mut tokens = subprotocols(headers).filter_map(|word| word.strip_prefix(TOKEN_PREFIX));
        let shown =
            (bearers.next(), tokens.next(), bearers.next().is_some() || tokens.next().is_some());
        match shown {
            (Some(Some(token)), None, false) | (None, Some(token), false) => {
                Ok(Self(token.to_owned()))
            }
            (None, None, false) => Err("no_credential"),
            (Some(None), None, false) => Err("not_a_bearer"),
            (Some(_), Some(_), _) | (_, _, true) => Err("two_credentials"),
        }
    }

    /// The token itself, for the one place that proves it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

/// The subprotocols that a client offers.
pub(crate) fn subprotocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines =
        headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn take(list: &[(&'static str, &'static str)]) -> Result<String, &'static str> {
        Credential::take(&headers(list)).map(|credential| credential.expose().to_owned())
    }

    #[test]
    fn a_token_is_taken_from_either_place() {
        assert_eq!(take(&[("authorization", "bearer a.b.c")]), Ok("a.b.c".into()));
        assert_eq!(
            take(&[("sec-websocket-protocol", "devtail.v1, devtail.token.a.b.c")]),
            Ok("a.b.c".into())
        );
        let lines = [
            ("sec-websocket-protocol", "devtail.v1"),
            ("sec-websocket-protocol", "devtail.token.x"),
        ];
        assert_eq!(take(&lines), Ok("x".into()));
    }

    #[test]
    fn none_and_two_are_refused() {
        assert_eq!(take(&[]), Err("no_credential"));
        assert_eq!(take(&[("authorization", "Basic eA==")]), Err("not_a_bearer"));
        let both = [
            ("authorization", "Bearer a"),
            ("sec-websocket-protocol", "devtail.v1, devtail.token.a"),
        ];
        assert_eq!(take(&both), Err("two_credentials"));
        assert_eq!(
            take(&[("sec-websocket-protocol", "devtail.token.a, devtail.token.b")]),
            Err("two_credentials")
        );
        assert_eq!(
            take(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]),
            Err("two_credentials")
        );
    }

    #[test]
    fn a_credential_is_not_in_its_debug_output() {
        assert_eq!(format!("{:?}", Credential("hunter2".into())), "Credential(…)");
    }
}
