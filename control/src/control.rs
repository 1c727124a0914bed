//! The one door of this crate. Its questions and commands are grouped by file: pairing, hand-off, enrolment, rotation,
//! admission and roster.

use crate::{
    audit::{AuditEvent, AuditRow, Entry, page},
    auth_error::AuthError,
    bucket::PairingLimiter,
    entropy::{hex, random},
    keyring::{Keyring, current_key_made, forget_retired},
    limits::{PAIRING_MEMORY_MS, SHARE_MEMORY_MS, SIGNING_KEY_AGE_MS},
    principal::Actor,
    refresh_token::RefreshKey,
    refusals::{Counted, Refusals},
    state_dir::{StateDir, StateError},
    store::{DATABASE_FILE, Store, StoreError},
    tickets::Handoffs,
    timestamp::Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

const LOCK_FILE: &str = "control.lock";
const REFRESH_KEY_FILE: &str = "refresh.key";

/// Who may do what on one gateway. Cheap to clone; every clone, and every process that opened the same state directory,
/// sees the same. Its calls block for the length of a disk write, so an async caller runs them on a blocking thread.
#[derive(Clone, Debug)]
pub struct Control(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) keyring: Keyring,
    pub(crate) refresh_key: RefreshKey,
    pub(crate) gateway_id: String,
    limiter: Mutex<PairingLimiter>,
    handoffs: Mutex<Handoffs>,
    refusals: Mutex<Refusals>,
}

impl Control {
    /// Opens the state directory, and makes it, the database and the keys at first start.
    ///
    /// # Errors
    /// If the directory or a file in it is not private and cannot be made so, a key is damaged, or the database fails or
    /// was written by a newer devtail.
    pub fn open(now: Timestamp, state: &Path) -> Result<Self, AuthError> {
        // Other crates in the process may bring another provider; ours must not depend on who comes first. It is an error
        // if one is installed already, and then that one serves as well.
        let _ = jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER.install_default();
        let state = StateDir::open(state)?;
        // Two processes that open a new state directory at once must not make two sets of keys. Released on drop.
        let _lock = lock(&state)?;
        let store = Store::open(&Store::file(&state)?)?;
        let refresh_key = RefreshKey::new(refresh_key(&state)?);
        let keyring = Keyring::new(state);
        let gateway_id = store.write(|transaction| {
            if let Some(kid) = keyring.ensure(transaction, now)? {
                Entry::new(AuditEvent::SigningKeyMade, Actor::Host, kid).write(
                    transaction,
                    now,
                    1,
                )?;
            }
            keyring.remove_strays(transaction)?;
            Ok::<_, AuthError>(gateway_id(transaction)?)
        })?;
        Ok(Self(Arc::new(Inner {
            store,
            keyring,
            refresh_key,
            gateway_id,
            limiter: Mutex::new(PairingLimiter::new()),
            handoffs: Mutex::default(),
            refusals: Mutex::new(Refusals::new()),
        })))
    }

    /// Opens the state directory if a gateway was ever started on it; `None` if not, and then nothing is made.
    ///
    /// # Errors
    /// As [`Control::open`].
    pub fn find(now: Timestamp, state: &Path) -> Result<Option<Self>, AuthError> {
        match fs::symlink_metadata(state.join(DATABASE_FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // What else is wrong with it is said by who tries to use it.
            Ok(_) | Err(_) => Self::open(now, state).map(Some),
        }
    }

    /// This gateway's name in tokens (`iss`) and cookies: 32 hexadecimal digits, made at first start.
    pub fn gateway_id(&self) -> &str {
        &self.0.gateway_id
    }

    /// The audit log after a row's number (0 for all), oldest first: at most `limit` rows and at most 1000.
    ///
    /// # Errors
    /// If the database fails.
    pub fn audit(&self, after_id: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        self.0.store.read(|connection| page(connection, after_id, limit))
    }

    /// Replaces the signing key. Tokens of the old one stay valid until they expire, at most 15 minutes.
    ///
    /// # Errors
    /// If the key cannot be written; then the old one stays.
    pub fn rotate_signing_key(&self, now: Timestamp) -> Result<(), AuthError> {
        self.0.store.write(|transaction| self.rotate_key_in(transaction, now))?;
        self.0.store.write(|transaction| self.0.keyring.remove_strays(transaction))
    }

    /// What a gateway calls each minute: writes counted refusals, forgets what is over, replaces an old signing key.
    ///
    /// # Errors
    /// If the database or a key file fails; the next sweep tries again.
    pub fn sweep(&self, now: Timestamp) -> Result<(), AuthError> {
        self.handoffs().forget_expired(now);
        let counted = self.refusals().take_due(now);
        self.0.store.write(|transaction| {
            write_all(transaction, now, &counted)?;
            forget_retired(transaction, now)?;
            let oldest = now.minus_ms(PAIRING_MEMORY_MS);
            forget_shares(transaction, now.minus_ms(SHARE_MEMORY_MS))?;
            transaction.execute("DELETE FROM pairings WHERE expires_ms < ?", params![oldest])?;
            Ok::<_, StoreError>(())
        })?;
        let made = self.0.store.read(current_key_made).map_err(StoreError::from)?;
        match made {
            Some(made) if now.ms_since(made) < SIGNING_KEY_AGE_MS => Ok(()),
            Some(_) | None => self.rotate_signing_key(now),
        }
    }

    /// Writes a refusal to the audit log, or counts it if it repeats. Who is refused is refused all the same if the log
    /// cannot be written, so its failure is not the caller's.
    pub(crate) fn refused(&self, now: Timestamp, refusal: Entry) {
        let rows = self.refusals().note(now, refusal);
        if !rows.is_empty() {
            let _ = self.0.store.write(|transaction| write_all(transaction, now, &rows));
        }
    }

    pub(crate) fn limiter(&self) -> MutexGuard<'_, PairingLimiter> {
        self.0.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn handoffs(&self) -> MutexGuard<'_, Handoffs> {
        self.0.handoffs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.0.refusals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rotate_key_in(
        &self,
        transaction: &Transaction<'_>,
        now: Timestamp,
    ) -> Result<(), AuthError> {
        let kid = self.0.keyring.rotate(transaction, now)?;
        Ok(Entry::new(AuditEvent::SigningKeyMade, Actor::Host, kid).write(transaction, now, 1)?)
    }
}

fn write_all(
    transaction: &Transaction<'_>,
    now: Timestamp,
    rows: &[Counted],
) -> rusqlite::Result<()> {
    rows.iter().try_for_each(|(entry, count)| entry.write(transaction, now, *count))
}

/// Forgets sharing links that were over before this moment, and their guests.
fn forget_shares(transaction: &Transaction<'_>, before: Timestamp) -> rusqlite::Result<()> {
    let over = "SELECT id FROM shares WHERE expires_ms < ?1 OR ended_ms < ?1";
    transaction
        .execute(&format!("DELETE FROM devices WHERE share IN ({over})"), params![before])?;
    transaction.execute(&format!("DELETE FROM shares WHERE id IN ({over})"), params![before])?;
    Ok(())
}

fn lock(state: &StateDir) -> Result<File, StateError> {
    let path = state.file(LOCK_FILE)?;
    let lock = || File::open(&path).and_then(|file| file.lock().map(|()| file));
    lock().map_err(|source| StateError::Io { action: "lock", path: path.clone(), source })
}

fn refresh_key(state: &StateDir) -> Result<[u8; 32], StateError> {
    if let Some(bytes) = state.read(REFRESH_KEY_FILE)? {
        let path = state.path().join(REFRESH_KEY_FILE);
        return bytes.try_into().map_err(|_| StateError::Damaged { path });
    }
    let key = random();
    state.write(REFRESH_KEY_FILE, &key)?;
    Ok(key)
}

fn gateway_id(connection: &Connection) -> rusqlite::Result<String> {
    let known = connection.query_row("SELECT id FROM gateway", [], |row| row.get(0)).optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let id = hex(&random::<16>());
    connection
        .execute("INSERT INTO gateway (one, id, revocation_epoch) VALUES (1, ?, 0)", params![id])?;
    Ok(id)
}
