//! The embedded database: opened, migrated, and written in whole transactions only.
//!
//! Other processes (the CLI) write it too, so nothing read from it is remembered between calls. `synchronous` is FULL: a
//! rotation that a power cut takes back would make the device's newest refresh token look stolen.

use crate::{limits::DATABASE_BUSY_TIMEOUT, state_dir::StateDir};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};
use thiserror::Error;

pub(crate) const DATABASE_FILE: &str = "control.db";

/// One file a version; a released one is never edited.
const MIGRATIONS: [&str; 3] = [
    include_str!("../migrations/0001_authority.sql"),
    include_str!("../migrations/0002_push.sql"),
    include_str!("../migrations/0003_shares.sql"),
];

/// Why the database did not answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite's own trouble: a full disk, a damaged file, or another process that held the lock for 5 s.
    #[error("control.db: {0}")]
    Database(#[from] rusqlite::Error),
    /// A newer devtail wrote it.
    #[error(
        "control.db has version {found}, this devtail knows up to {known}; run the newer devtail that wrote it"
    )]
    Newer {
        /// The file's version.
        found: usize,
        /// The newest version this build knows.
        known: usize,
    },
}

#[derive(Debug)]
pub(crate) struct Store(Mutex<Connection>);

impl Store {
    /// Opens or makes `control.db` and brings it to the newest version. The caller keeps other openers out meanwhile.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(DATABASE_BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        migrate(&mut connection, &MIGRATIONS)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// The file, made with mode 0600 if it is not there: SQLite gives its journal the same mode.
    pub(crate) fn file(
        state: &StateDir,
    ) -> Result<std::path::PathBuf, crate::state_dir::StateError> {
        state.file(DATABASE_FILE)
    }

    /// Runs reads and writes as one: all of it happens if `body` is Ok, nothing if it is Err.
    pub(crate) fn write<T, E: From<rusqlite::Error>>(
        &self,
        body: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        // Immediate: a transaction that reads first and upgrades later fails at once under contention.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = body(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Reads.
    pub(crate) fn read<T, E>(
        &self,
        body: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        body(&self.connection())
    }

    /// A panic cannot leave a half-done transaction behind (dropping it rolls back), so a poisoned lock is still good.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = migrations.len();
    let Some(due) = migrations.get(found..) else {
        return Err(StoreError::Newer { found, known });
    };
    for migration in due {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_an_older_version_is_brought_up_and_of_a_newer_one_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &["CREATE TABLE a (x)"]).unwrap();
        migrate(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
        connection.execute("INSERT INTO b VALUES (1)", []).unwrap();
        let error = migrate(&mut connection, &["CREATE TABLE a (x)"]).unwrap_err();
        assert!(matches!(error, StoreError::Newer { found: 2, known: 1 }), "{error}");
    }

    #[test]
    fn a_migration_that_fails_leaves_the_version_it_found() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x); NONSENSE"])
            .unwrap_err();
        let version: usize =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(version, 0);
        migrate(&mut connection, &["CREATE TABLE a (x)"]).unwrap();
    }

    #[test]
    fn the_schema_fits_the_sqlite_that_is_built_in() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &MIGRATIONS).unwrap();
        migrate(&mut connection, &MIGRATIONS).unwrap();
    }
}
