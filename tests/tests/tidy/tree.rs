//! The files of the repository: those git knows, and new ones it does not ignore.

use std::path::PathBuf;
use std::process::Command;

use devtail_tests::repo;

/// A file of the repository.
pub(crate) struct File {
    /// Its path from the top folder.
    pub(crate) path: String,
    /// Its bytes as they are.
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// Its text, or nothing for a picture or another binary file.
    pub(crate) fn text(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok().filter(|text| !text.contains('\0'))
    }

    /// Whether a program wrote it, by its own word.
    pub(crate) fn is_generated(&self) -> bool {
        self.text().is_some_and(|text| text.lines().take(8).any(|line| line.contains("@generated")))
    }
}

/// Every file, in the order of the paths.
pub(crate) fn files() -> Vec<File> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(repo::root())
        .output()
        .expect("git lists the repository's files: apt-get install git");
    assert!(
        listed.status.success(),
        "git ls-files failed: run the tests in a clone of the repository"
    );
    let mut paths: Vec<&str> = listed
        .stdout
        .split(|byte| *byte == 0)
        .filter_map(|name| str::from_utf8(name).ok())
        .collect();
    paths.retain(|path| !path.is_empty());
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().filter_map(read).collect()
}

/// The Rust files that a person wrote.
pub(crate) fn rust() -> Vec<File> {
    files().into_iter().filter(|file| file.path.ends_with(".rs") && !file.is_generated()).collect()
}

/// None for a file that git still lists and somebody just deleted, and for a link.
fn read(path: &str) -> Option<File> {
    let full: PathBuf = repo::root().join(path);
    full.symlink_metadata().ok()?.is_file().then_some(())?;
    Some(File { path: path.to_owned(), bytes: std::fs::read(full).ok()? })
}
