//! The text of a refresh token: opaque to its holder, self-proving to us.
//!
//! ```text
//! base64url( device: 16 bytes │ secret: 32 bytes │ tag: 16 bytes )      86 characters
//! ```
//!
//! The tag proves that the token was made here for this device, so a spent token is known as ours without keeping a row
//! for each, and a made-up one costs no question to the database. The secret of a successor is
//! HMAC-SHA256(key, "successor" ‖ token ‖ attempt): who lost the answer gets the same one again.

use crate::{device::DeviceId, family::TokenHash, secret::Secret};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

const TEXT_LENGTH: usize = 86;
const TAG_START: usize = 48;

/// The server's key for refresh tokens.
pub(crate) struct RefreshKey([u8; 32]);

impl fmt::Debug for RefreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKey(…)")
    }
}

/// A token whose tag fits.
pub(crate) struct RefreshToken([u8; 64]);

impl RefreshKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A new device's first token.
    pub(crate) fn first(&self, device: DeviceId, secret: [u8; 32]) -> RefreshToken {
        let mut token = [0; 64];
        token[..16].copy_from_slice(device.as_bytes());
        token[16..TAG_START].copy_from_slice(&secret);
        let tag = self.mac(&[b"tag", &token[..TAG_START]]).finalize().into_bytes();
        token[TAG_START..].copy_from_slice(&tag[..16]);
        RefreshToken(token)
    }

    /// The one that follows a token, of this attempt.
    pub(crate) fn successor(&self, of: &RefreshToken, attempt: u32) -> RefreshToken {
        let secret =
            self.mac(&[b"successor", &of.0, &attempt.to_be_bytes()]).finalize().into_bytes();
        self.first(of.device(), secret.into())
    }

    /// Reads a token; nothing if this gateway never made it.
    pub(crate) fn read(&self, text: &str) -> Option<RefreshToken> {
        if text.len() != TEXT_LENGTH {
            return None;
        }
        let token: [u8; 64] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (body, tag) = token.split_at(TAG_START);
        self.mac(&[b"tag", body]).verify_truncated_left(tag).ok()?;
        Some(RefreshToken(token))
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mac = Hmac::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        parts.iter().fold(mac, |mac, part| mac.chain_update(part))
    }
}

impl RefreshToken {
    pub(crate) fn device(&self) -> DeviceId {
        let (device, _) = self.0.split_first_chunk().expect("16 of 64 bytes");
        DeviceId::from_bytes(*device)
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }

    /// What its holder gets.
    pub(crate) fn text(&self) -> Secret {
        Secret::new(URL_SAFE_NO_PAD.encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: DeviceId = DeviceId::from_bytes([7; 16]);

    #[test]
    fn a_token_is_read_back_and_any_changed_character_is_refused() {
        let key = RefreshKey::new([1; 32]);
        let text = key.first(DEVICE, [2; 32]).text();
        assert_eq!(key.read(text.expose()).unwrap().device(), DEVICE);
        for at in 0..text.expose().len() {
            let mut other = text.expose().to_owned();
            other.replace_range(at..=at, if other.as_bytes()[at] == b'A' { "B" } else { "A" });
            assert!(key.read(&other).is_none(), "character {at}");
        }
        assert!(RefreshKey::new([3; 32]).read(text.expose()).is_none(), "another gateway's key");
        for bad in ["", "é", &"A".repeat(86), &"A".repeat(100_000)] {
            assert!(key.read(bad).is_none());
        }
    }

    #[test]
    fn a_successor_is_the_same_each_time_and_another_for_each_attempt() {
        let key = RefreshKey::new([1; 32]);
        let first = key.first(DEVICE, [2; 32]);
        assert_eq!(key.successor(&first, 0).text(), key.successor(&first, 0).text());
        assert_ne!(key.successor(&first, 0).text(), key.successor(&first, 1).text());
        let second = key.successor(&first, 0);
        assert_ne!(key.successor(&second, 0).text(), second.text());
        assert_ne!(first.hash(), second.hash());
        assert_eq!(second.device(), DEVICE);
    }
}
