//! The state directory: private to its owner, or not used at all.

use crate::limits::MAX_KEY_FILE_BYTES;
use rustix::process::geteuid;
use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use thiserror::Error;

const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// A directory of mode 0700 that belongs to this process's user; what is in it is 0600.
#[derive(Clone, Debug)]
pub struct StateDir(PathBuf);

/// Why the state directory, or a file in it, is not used.
#[derive(Debug, Error)]
pub enum StateError {
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
    /// It belongs to somebody else, who could change it under us.
    #[error("{path} belongs to user {owner}, not to user {us}; choose another with --state, or `chown` it", path = path.display())]
    Owner {
        /// What.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
        /// Our user id.
        us: u32,
    },
    /// Others may read or write it, and that could not be changed.
    #[error("{path} has mode {mode:o}, which lets others in, and it cannot be tightened; use a file system with permissions", path = path.display())]
    Open {
        /// What.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is not what belongs in its place (a link, or a file for a directory).
    #[error("{path} is not a {expected}; move it away", path = path.display())]
    Kind {
        /// What.
        path: PathBuf,
        /// What belongs there.
        expected: &'static str,
    },
    /// A key file does not hold a key.
    #[error("{path} is damaged; restore it from a backup, or move it away and pair the devices again", path = path.display())]
    Damaged {
        /// What.
        path: PathBuf,
    },
}

impl StateDir {
    /// Makes the directory and its parents if need be, and tightens it to 0700.
    ///
    /// # Errors
    /// If it cannot be made, is no directory, belongs to another user, or stays open to others.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        make_directory(path)?;
        let dir = Self(path.to_owned());
        secure(path, fs::metadata(path), "directory")?;
        Ok(dir)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A directory of mode 0700 in it, made if need be.
    ///
    /// # Errors
    /// As [`StateDir::open`]; a symbolic link is refused.
    pub fn directory(&self, name: &str) -> Result<PathBuf, StateError> {
        let path = self.0.join(name);
        make_directory(&path)?;
        secure(&path, fs::symlink_metadata(&path), "directory")?;
        Ok(path)
    }

    /// A file of mode 0600 in it, made empty if need be.
    ///
    /// # Errors
    /// If it cannot be made, is no plain file, belongs to another user, or stays open to others.
    pub fn file(&self, name: &str) -> Result<PathBuf, StateError> {
        let path = self.0.join(name);
        match create(&path) {
            Ok(_) => Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                secure(&path, fs::symlink_metadata(&path), "file")?;
                Ok(path)
            }
            Err(source) => Err(StateError::Io { action: "create", path, source }),
        }
    }

    /// What a file of at most 4 KiB in it holds, or nothing if there is no such file.
    ///
    /// # Errors
    /// As [`StateDir::file`]; a longer file is damaged.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        let path = self.0.join(name);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            metadata => secure(&path, metadata, "file")?,
        }
        let read = || {
            let mut bytes = Vec::new();
            File::open(&path)?.take(MAX_KEY_FILE_BYTES + 1).read_to_end(&mut bytes).map(|_| bytes)
        };
        let bytes = read().map_err(io_error("read", &path))?;
        if bytes.len() as u64 > MAX_KEY_FILE_BYTES {
            return Err(StateError::Damaged { path });
        }
        Ok(Some(bytes))
    }

    /// Writes a file of mode 0600 that appears whole or not at all, power cuts included, and replaces its former self.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.0.join(name);
        let draft = self.0.join(format!("{name}.new"));
        let write = || {
            remove_if_there(&draft)?;
            let mut file = create(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            File::open(&self.0)?.sync_all()
        };
        write().map_err(io_error("write", &path))
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn remove(&self, name: &str) -> Result<(), StateError> {
        let path = self.0.join(name);
        remove_if_there(&path).map_err(io_error("remove", &path))
    }

    /// The names of the files in it that end so.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn names_ending(&self, ending: &str) -> Result<Vec<String>, StateError> {
        let entries = fs::read_dir(&self.0).map_err(io_error("list", &self.0))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter(|name| name.ends_with(ending)).collect())
    }
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io { action, path, source }
}

fn make_directory(path: &Path) -> Result<(), StateError> {
    DirBuilder::new()
        .recursive(true)
        .mode(DIRECTORY_MODE)
        .create(path)
        .map_err(io_error("create", path))
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Tightens what is ours; refuses what is not.
fn secure(
    path: &Path,
    metadata: io::Result<fs::Metadata>,
    expected: &'static str,
) -> Result<(), StateError> {
    let metadata = metadata.map_err(io_error("look at", path))?;
    let fits = if expected == "directory" { metadata.is_dir() } else { metadata.is_file() };
    if !fits {
        return Err(StateError::Kind { path: path.to_owned(), expected });
    }
    let us = geteuid().as_raw();
    if metadata.uid() != us {
        return Err(StateError::Owner { path: path.to_owned(), owner: metadata.uid(), us });
    }
    if metadata.mode() & 0o077 == 0 {
        return Ok(());
    }
    let wanted = if expected == "directory" { DIRECTORY_MODE } else { FILE_MODE };
    let open = |mode: u32| StateError::Open { path: path.to_owned(), mode: mode & 0o7777 };
    fs::set_permissions(path, Permissions::from_mode(wanted)).map_err(|_| open(metadata.mode()))?;
    // Some file systems accept the change and forget it.
    let now = fs::metadata(path).map_err(io_error("look at", path))?.mode();
    if now & 0o077 == 0 { Ok(()) } else { Err(open(now)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_new_state_directory_and_its_files_are_private() {
        let temp = tempfile::tempdir().unwrap();
        let state = StateDir::open(&temp.path().join("a/b")).unwrap();
        assert_eq!(mode(state.path()), 0o700);
        assert_eq!(mode(&state.directory("tls").unwrap()), 0o700);
        assert_eq!(mode(&state.file("control.db").unwrap()), 0o600);
        state.write("x.key", b"1").unwrap();
        state.write("x.key", b"2").unwrap();
        assert_eq!(mode(&state.path().join("x.key")), 0o600);
        assert_eq!(state.read("x.key").unwrap().unwrap(), b"2");
        assert_eq!(state.names_ending(".key").unwrap(), ["x.key"]);
    }

    #[test]
    fn permissions_that_let_others_in_are_tightened() {
        let temp = tempfile::tempdir().unwrap();
        fs::set_permissions(temp.path(), Permissions::from_mode(0o755)).unwrap();
        let state = StateDir::open(temp.path()).unwrap();
        assert_eq!(mode(temp.path()), 0o700);
        let key = temp.path().join("x.key");
        fs::write(&key, b"k").unwrap();
        fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(state.read("x.key").unwrap().unwrap(), b"k");
        assert_eq!(mode(&key), 0o600);
    }

    #[test]
    fn a_link_in_the_place_of_a_key_is_refused() {
        let temp = tempfile::tempdir().unwrap();
        let state = StateDir::open(temp.path()).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", temp.path().join("x.key")).unwrap();
        assert!(matches!(state.read("x.key"), Err(StateError::Kind { expected: "file", .. })));
        assert!(matches!(state.file("x.key"), Err(StateError::Kind { .. })));
    }

    #[test]
    fn a_directory_of_another_user_is_refused() {
        // The root directory belongs to root, and a directory made by this test to its user: one of the two is another's.
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("theirs");
        fs::create_dir(&path).unwrap();
        let theirs = if geteuid().is_root() {
            std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
            path
        } else {
            PathBuf::from("/")
        };
        let error = StateDir::open(&theirs).unwrap_err();
        assert!(matches!(error, StateError::Owner { .. }), "{error}");
        assert!(error.to_string().contains("--state"), "it says what to do: {error}");
    }
}
