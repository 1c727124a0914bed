//! Where an [`Enrolment`] is kept. Only one process at a time may swap its refresh token.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::enrolment::Enrolment;
use crate::limits::ENROLMENT_MAX;

/// A place for one enrolment. A clone is the same place.
#[derive(Debug, Clone)]
pub enum Store {
    /// Lost with the process.
    Memory(Arc<Mutex<Enrolment>>),
    /// A JSON file of mode 0600, in a directory of mode 0700 that is made if need be.
    File(PathBuf),
}

/// The file cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// It does not hold an enrolment.
    #[error("{path} is damaged; remove it and pair again", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

/// Held while a refresh token is swapped.
#[derive(Debug)]
pub(crate) struct Exclusive {
    _lock: Option<File>,
}

impl Store {
    /// A place in memory.
    pub fn memory(enrolment: Enrolment) -> Self {
        Self::Memory(Arc::new(Mutex::new(enrolment)))
    }

    /// Reads it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn load(&self) -> Result<Enrolment, StoreError> {
        match self {
            Self::Memory(kept) => Ok(kept.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            Self::File(path) => {
                let bytes = read(path).map_err(io_error("read", path))?;
                serde_json::from_slice(&bytes)
                    .map_err(|_| StoreError::Damaged { path: path.clone() })
            }
        }
    }

    /// Writes it: whole or not at all, power cuts included.
    ///
    /// # Errors
    /// [`StoreError::Io`]; what was there before stays.
    pub fn save(&self, enrolment: &Enrolment) -> Result<(), StoreError> {
        match self {
            Self::Memory(kept) => {
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = enrolment.clone();
                Ok(())
            }
            Self::File(path) => {
                let text = serde_json::to_vec_pretty(enrolment).expect("plain texts make JSON");
                write(path, &text).map_err(io_error("write", path))
            }
        }
    }

    /// Waits until no other process swaps the token. Blocks.
    pub(crate) fn exclusive(&self) -> Result<Exclusive, StoreError> {
        let Self::File(path) = self else { return Ok(Exclusive { _lock: None }) };
        let lock_path = path.with_extension("lock");
        let lock = || {
            let file = create(&lock_path, OpenOptions::new().create(true).truncate(false))?;
            file.lock().map(|()| file)
        };
        Ok(Exclusive { _lock: Some(lock().map_err(io_error("lock", &lock_path))?) })
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(ENROLMENT_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let draft = path.with_extension("new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = create(&draft, OpenOptions::new().create_new(true))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    File::open(folder)?.sync_all()
}

fn create(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.write(true).mode(0o600).open(path)
}

fn io_error<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> StoreError + 'a {
    move |source| StoreError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::secret::Secret;

    fn enrolment(token: &str) -> Enrolment {
        Enrolment {
            endpoint: "http://127.0.0.1:8377".parse().unwrap(),
            fingerprint: None,
            gateway_id: "g".into(),
            host: "h".into(),
            device_id: "d".into(),
            device: "laptop".into(),
            scopes: vec![],
            refresh_token: Secret::new(token),
        }
    }

    #[test]
    fn a_file_is_written_whole_for_its_owner_alone_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateways/home.json");
        let store = Store::File(path.clone());
        store.save(&enrolment("one")).unwrap();
        store.save(&enrolment("two")).unwrap();
        assert_eq!(store.load().unwrap(), enrolment("two"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_damaged_file_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home.json");
        fs::write(&path, "{").unwrap();
        let error = Store::File(path).load().unwrap_err();
        assert!(error.to_string().contains("pair again"), "{error}");
    }

    #[test]
    fn two_do_not_swap_one_token_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home.json");
        let first = Store::File(path.clone()).exclusive().unwrap();
        let other = File::open(path.with_extension("lock")).unwrap();
        assert!(other.try_lock().is_err());
        drop(first);
        other.try_lock().unwrap();
    }
}
