//! One gateway a state directory: a lock that dies with its process.

use devtail_control::{StateDir, StateError};
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use std::{
    fs::{File, OpenOptions},
    io,
    path::PathBuf,
};
use thiserror::Error;

const NAME: &str = "gateway.lock";

/// Held while a gateway serves a state directory. The file stays; the lock goes with the process, even by `kill -9`.
#[derive(Debug)]
pub(crate) struct StateLock {
    _file: File,
}

/// Why the state directory cannot be had alone.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another gateway serves it.
    #[error("another gateway already serves {state}; use that one, stop it, or choose another directory with --state", state = state.display())]
    Taken {
        /// The state directory.
        state: PathBuf,
    },
    /// The lock file cannot be made or locked.
    #[error("cannot lock {path}: {source}", path = path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state directory failed.
    #[error(transparent)]
    State(#[from] StateError),
}

impl StateLock {
    pub(crate) fn take(state: &StateDir) -> Result<Self, LockError> {
        let path = state.file(NAME)?;
        let file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(source) => return Err(LockError::Io { path, source }),
        };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _file: file }),
            Err(Errno::WOULDBLOCK) => Err(LockError::Taken { state: state.path().to_owned() }),
            Err(error) => Err(LockError::Io { path, source: error.into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_gateway_on_one_state_directory_is_told_so() {
        let temp = tempfile::tempdir().unwrap();
        let state = StateDir::open(temp.path()).unwrap();
        let first = StateLock::take(&state).unwrap();
        let error = StateLock::take(&state).unwrap_err();
        assert!(matches!(error, LockError::Taken { .. }));
        assert!(error.to_string().contains("--state"), "{error}");
        drop(first);
        StateLock::take(&state).unwrap();
    }
}
