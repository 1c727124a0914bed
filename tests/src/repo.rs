//! Where the repository is, and whether this run may rewrite what it checks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The top folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the tests' own folder has a parent")
}

/// Whether this run writes what it would otherwise compare: `BLESS=1`, as `cargo xtask bless` sets it.
pub fn blesses() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Compares a file of the repository with what it should hold, or writes it when [`blesses`].
///
/// # Errors
/// The file differs or is missing and this run does not bless; or it cannot be written.
pub fn same_as(path: &Path, wanted: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    if !blesses() {
        bail!("{} is stale: run `cargo xtask bless`, and read what changed", path.display());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, wanted).with_context(|| format!("cannot write {}", path.display()))
}
