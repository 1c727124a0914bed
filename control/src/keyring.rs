//! The keys that sign access tokens: private halves in files of mode 0600, public halves in the database.
//!
//! One key is current. A retired key's public half verifies until the last token it signed has expired; its private half
//! is removed at once.

use crate::{
    auth_error::AuthError,
    entropy::{hex, random},
    limits::{ACCESS_LIFETIME_S, CLOCK_LEEWAY_S},
    state_dir::{StateDir, StateError},
    timestamp::Timestamp,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    jwk::{AlgorithmParameters, Jwk},
};
use rusqlite::{Connection, OptionalExtension, params};
use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

const FILE_ENDING: &str = ".signing.key";

/// How long a retired key's tokens may still be valid, ms.
const RETIRED_LIFETIME_MS: u64 = (ACCESS_LIFETIME_S + CLOCK_LEEWAY_S) * 1000;

/// A PKCS#8 Ed25519 private key up to the 32 bytes that differ (RFC 8410, section 10.3).
const PKCS8_ED25519: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A private key and the id that tokens name it by.
#[derive(Clone)]
pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) key: EncodingKey,
}

/// The signing keys of this gateway.
pub(crate) struct Keyring {
    state: StateDir,
    /// The private key last used. The database says which is current; this only saves reading its file again.
    loaded: Mutex<Option<SigningKey>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(…)")
    }
}

impl Keyring {
    pub(crate) fn new(state: StateDir) -> Self {
        Self { state, loaded: Mutex::new(None) }
    }

    /// Makes a key if there is none, or if the current one's file is gone. Returns the id of a key it made.
    pub(crate) fn ensure(
        &self,
        transaction: &Connection,
        now: Timestamp,
    ) -> Result<Option<String>, AuthError> {
        let Some((kid, _)) = current(transaction)? else {
            return self.rotate(transaction, now).map(Some);
        };
        match self.state.read(&file_name(&kid))? {
            Some(_) => Ok(None),
            None => self.rotate(transaction, now).map(Some),
        }
    }

    /// Retires the current key and makes another; returns its id. The file is written first: a crash in between leaves a
    /// file that no row names, which [`remove_strays`](Self::remove_strays) takes away.
    pub(crate) fn rotate(
        &self,
        transaction: &Connection,
        now: Timestamp,
    ) -> Result<String, AuthError> {
        let seed: [u8; 32] = random();
        let kid = hex(&random::<8>());
        let public = public_half(&private_key(&seed))
            .ok_or_else(|| StateError::Damaged { path: self.state.path().join(file_name(&kid)) })?;
        self.state.write(&file_name(&kid), &seed)?;
        transaction.execute(
            "UPDATE signing_keys SET retired_ms = ? WHERE retired_ms IS NULL",
            params![now],
        )?;
        transaction.execute(
            "INSERT INTO signing_keys (kid, public_key, created_ms) VALUES (?, ?, ?)",
            params![kid, public.as_slice(), now],
        )?;
        Ok(kid)
    }

    /// The current private key.
    pub(crate) fn signing_key(&self, transaction: &Connection) -> Result<SigningKey, AuthError> {
        let (kid, _) = current(transaction)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = loaded.as_ref().filter(|key| key.kid == kid) {
            return Ok(key.clone());
        }
        let name = file_name(&kid);
        let damaged = || StateError::Damaged { path: self.state.path().join(&name) };
        let bytes = self.state.read(&name)?.ok_or_else(damaged)?;
        let seed: [u8; 32] = bytes.try_into().map_err(|_| damaged())?;
        let key = SigningKey { kid, key: private_key(&seed) };
        *loaded = Some(key.clone());
        Ok(key)
    }

    /// Removes private keys that are not current: retired ones, and what a crash left. Only within a write transaction:
    /// outside it, another process's key may be written and not named yet.
    pub(crate) fn remove_strays(&self, transaction: &Connection) -> Result<(), AuthError> {
        let keep = current(transaction)?.map(|(kid, _)| file_name(&kid));
        for name in self.state.names_ending(FILE_ENDING)? {
            if Some(&name) != keep.as_ref() {
                self.state.remove(&name)?;
            }
        }
        Ok(())
    }
}

/// When the current key was made.
pub(crate) fn current_key_made(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    Ok(current(connection)?.map(|(_, created)| created))
}

/// The public key of this id, if tokens it signed may still be valid.
pub(crate) fn public_key(
    connection: &Connection,
    now: Timestamp,
    kid: &str,
) -> rusqlite::Result<Option<DecodingKey>> {
    let mut select = connection.prepare_cached(
        "SELECT public_key FROM signing_keys WHERE kid = ? AND (retired_ms IS NULL OR retired_ms > ?)",
    )?;
    let oldest = now.minus_ms(RETIRED_LIFETIME_MS);
    let key: Option<[u8; 32]> =
        select.query_row(params![kid, oldest], |row| row.get(0)).optional()?;
    Ok(key.map(|key| DecodingKey::from_ed_der(&key)))
}

/// Forgets public keys whose last token has expired.
pub(crate) fn forget_retired(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let oldest = now.minus_ms(RETIRED_LIFETIME_MS);
    connection.execute("DELETE FROM signing_keys WHERE retired_ms <= ?", params![oldest])?;
    Ok(())
}

fn current(connection: &Connection) -> rusqlite::Result<Option<(String, Timestamp)>> {
    let mut select = connection
        .prepare_cached("SELECT kid, created_ms FROM signing_keys WHERE retired_ms IS NULL")?;
    select.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn file_name(kid: &str) -> String {
    format!("{kid}{FILE_ENDING}")
}

fn private_key(seed: &[u8; 32]) -> EncodingKey {
    EncodingKey::from_ed_der(&[PKCS8_ED25519.as_slice(), seed].concat())
}

fn public_half(private: &EncodingKey) -> Option<[u8; 32]> {
    let jwk = Jwk::from_encoding_key(private, Algorithm::EdDSA).ok()?;
    let AlgorithmParameters::OctetKeyPair(pair) = jwk.algorithm else { return None };
    URL_SAFE_NO_PAD.decode(pair.x).ok()?.try_into().ok()
}
