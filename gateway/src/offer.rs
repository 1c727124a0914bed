//! A secret link that is offered to another device, as the page and the command line show it: text and QR code.

use crate::{
    authority::WebOrigin,
    reply::{self, Reply},
    shared::Shared,
};
use devtail_control::Secret;
use http::{HeaderMap, StatusCode, header::ORIGIN};
use qrcode::{Color, EcLevel, QrCode};
use serde_json::Value;

/// Where a link leads: to the origin of the page that asks, for its person came that way; to the gateway's own address
/// if that page was opened on this machine, where no other device can follow.
pub(crate) fn base(headers: &HeaderMap, shared: &Shared) -> String {
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok()?.parse().ok());
    match origin.filter(|origin: &WebOrigin| !origin.is_this_machine()) {
        Some(origin) => format!("{origin}/"),
        None => shared.address.url.clone(),
    }
}

/// A secret and the link it stands in.
#[derive(Debug)]
pub(crate) struct Offer<'a> {
    /// What the answer calls the secret.
    pub(crate) name: &'static str,
    /// What stands before it in the link's fragment.
    pub(crate) key: &'static str,
    pub(crate) secret: &'a Secret,
    /// Seconds until it is void.
    pub(crate) expires_in: u64,
}

impl Offer<'_> {
    /// The answer to whoever asked for a link: the secret under its name, its seconds, the link, and the link's QR code as
    /// rows of `0` and `1`; and `more`, an object.
    pub(crate) fn reply(&self, base: &str, more: Value, shared: &Shared) -> Reply {
        let link = shared.address.link(base, self.key, self.secret);
        let mut answer = more;
        answer[self.name] = self.secret.expose().into();
        answer["expires_in"] = self.expires_in.into();
        answer["qr"] = qr(&link).into();
        answer["link"] = link.into();
        reply::json(StatusCode::OK, &answer)
    }
}

/// The modules of a link's QR code, row by row, without the quiet zone; none if the link is too long for one.
fn qr(link: &str) -> Vec<String> {
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::L) else {
        return Vec::new();
    };
    let digit = |color: &Color| if *color == Color::Dark { '1' } else { '0' };
    code.to_colors().chunks(code.width()).map(|row| row.iter().map(digit).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_begins_with_a_finder() {
        let rows = qr("https://dev.example.org/#handoff=AAAAAAAAAAAAAAAAAAAAAA");
        assert!(rows.iter().all(|row| row.len() == rows.len()), "{rows:?}");
        assert!(rows[0].starts_with("11111110") && rows[0].ends_with("01111111"), "{rows:?}");
        assert!(qr(&"x".repeat(4000)).is_empty());
    }
}
