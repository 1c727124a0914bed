//! The cookie that keeps a browser's refresh token out of the reach of scripts.

use crate::{clock, reply::Reply};
use devtail_control::Tokens;
use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};

/// The refresh token of this gateway's cookie. Cookies do not know ports, so each gateway of a host has a name of its own.
pub(crate) fn find(headers: &HeaderMap, gateway_id: &str) -> Option<String> {
    let name = format!("devtail_{gateway_id}");
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs =
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Puts the refresh token into the cookie.
pub(crate) fn set(reply: &mut Reply, gateway_id: &str, tokens: &Tokens, secure: bool) {
    let cookie = format!(
        "devtail_{gateway_id}={}; Max-Age={}; Path=/api/token; HttpOnly; SameSite=Strict{}",
        tokens.refresh.expose(),
        tokens.refresh_expires_at.ms_since(clock::now()) / 1000,
        if secure { "; Secure" } else { "" },
    );
    let mut value = HeaderValue::try_from(cookie).expect("a refresh token is base64url");
    value.set_sensitive(true);
    reply.headers_mut().append(SET_COOKIE, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gateway_of_a_host_finds_its_own_cookie() {
        let line = "devtail_aa=1; theme=dark; devtail_bb=2";
        let headers = HeaderMap::from_iter([(COOKIE, line.parse().unwrap())]);
        assert_eq!(find(&headers, "bb").as_deref(), Some("2"));
        assert_eq!(find(&headers, "a"), None);
    }
}
