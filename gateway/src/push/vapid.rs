//! Who this gateway is to push services (RFC 8292): a P-256 key, and tokens signed with it, one a message.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use devtail_control::{StateDir, StateError, Timestamp};
use serde_json::{Value, json};
use std::fmt;
use web_push_native::p256::ecdsa::{Signature, SigningKey, signature::Signer};

/// The private key, 32 bytes, mode 0600.
const KEY_FILE: &str = "push.key";
/// How long a token is good, seconds: services take at most a day.
const TOKEN_LIFETIME_S: u64 = 12 * 60 * 60;

/// The gateway's key.
pub(crate) struct Vapid {
    key: SigningKey,
    /// The public half as browsers and services take it: an uncompressed point, base64url.
    public: String,
    /// Whom a service's operator can write to: an https or mailto URL.
    contact: String,
}

impl Vapid {
    /// The key of this state directory, made at first start. Without it every subscription is void.
    ///
    /// # Errors
    /// If the file cannot be read or written, or holds no key.
    pub(crate) fn load(state: &StateDir, contact: String) -> Result<Self, StateError> {
        let key = match state.read(KEY_FILE)? {
            Some(bytes) => SigningKey::from_slice(&bytes)
                .map_err(|_| StateError::Damaged { path: state.path().join(KEY_FILE) })?,
            None => {
                let key = fresh_key();
                state.write(KEY_FILE, &key.to_bytes())?;
                key
            }
        };
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().to_encoded_point(false));
        Ok(Self { key, public, contact })
    }

    /// The public half, base64url.
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// The Authorization header of a message to the service of this origin.
    pub(crate) fn authorization(&self, now: Timestamp, origin: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(&json!({"typ": "JWT", "alg": "ES256"}));
        let expires = now.unix_s() + TOKEN_LIFETIME_S;
        let claims = part(&json!({"aud": origin, "exp": expires, "sub": self.contact}));
        let signed = format!("{header}.{claims}");
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}

fn fresh_key() -> SigningKey {
    loop {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .expect("an operating system without randomness cannot run this safely");
        // All but one in 2^32 are keys.
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            return key;
        }
    }
}

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vapid").field("public", &self.public).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use web_push_native::p256::ecdsa::{VerifyingKey, signature::Verifier};

    fn vapid(state: &tempfile::TempDir) -> Result<Vapid, StateError> {
        Vapid::load(&StateDir::open(state.path()).unwrap(), "mailto:ann@example.org".into())
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let state = tempfile::tempdir().unwrap();
        let public = vapid(&state).unwrap().public().to_owned();
        assert_eq!((public.len(), vapid(&state).unwrap().public()), (87, public.as_str()));
        let file = state.path().join(KEY_FILE);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&file, [0; 32]).unwrap();
        assert!(matches!(vapid(&state), Err(StateError::Damaged { .. })));
    }

    #[test]
    fn a_token_names_the_service_and_is_proved_by_the_public_key() {
        let vapid = vapid(&tempfile::tempdir().unwrap()).unwrap();
        let now = Timestamp::from_unix_s(1_800_000_000);
        let header = vapid.authorization(now, "https://push.example");
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(key).unwrap()).unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        key.verify(signed.as_bytes(), &signature).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let expected = json!({"aud": "https://push.example", "exp": 1_800_043_200_u64, "sub": "mailto:ann@example.org"});
        assert_eq!(claims, expected);
    }
}
