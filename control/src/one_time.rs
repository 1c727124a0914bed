//! One-time codes and tickets: 128 random bits that are shown once and kept as their SHA-256 only.

use crate::secret::Secret;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// What is kept of a code.
pub(crate) type CodeHash = [u8; 32];

/// The code as it stands in a link: 22 characters base64url.
pub(crate) fn text(secret: &[u8; 16]) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(secret))
}

/// The hash of a code that somebody shows; `None` if it is none.
pub(crate) fn read(text: &str) -> Option<CodeHash> {
    if text.len() != 22 {
        return None;
    }
    let secret: [u8; 16] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(hash(&secret))
}

pub(crate) fn hash(secret: &[u8; 16]) -> CodeHash {
    Sha256::digest(secret).into()
}
