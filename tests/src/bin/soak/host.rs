//! The host of a run: a small disk of its own, and a wall clock that can be stepped.
//!
//! The disk is a tmpfs in a mount namespace of this process, so it goes with it, however the run ends. The clock is
//! libfaketime's: it moves what gateway and holders take for the date, and leaves monotonic time alone, as a step of a
//! real clock does.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use nix::sched::{CloneFlags, unshare};

/// The disk under the state folder: room for a database and its journal, and quick to fill.
const DISK: &str = "size=16m";

/// Where a gateway lives.
#[derive(Debug)]
pub(crate) struct Host {
    folder: tempfile::TempDir,
    clock: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Host {
    /// Makes one. Call it before there is a second thread: the others would not see the disk.
    ///
    /// # Errors
    /// The process may not mount (it needs `CAP_SYS_ADMIN`), or faketime is missing.
    pub(crate) fn make() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        unshare(CloneFlags::CLONE_NEWNS).context("a disk of the run's own needs root")?;
        run(Command::new("mount").args(["--make-rprivate", "/"]))?;
        let disk = folder.path().join("disk");
        fs::create_dir(&disk)?;
        run(Command::new("mount").args(["-t", "tmpfs", "-o", DISK, "tmpfs"]).arg(&disk))?;
        let clock = folder.path().join("clock");
        let environment = environment(&clock)?;
        let host = Self { folder, clock, environment };
        host.step_clock(0)?;
        Ok(host)
    }

    /// The small disk.
    pub(crate) fn disk(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// What a gateway is started with, to see this host's clock.
    pub(crate) fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// A file outside of the small disk.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sets the wall clock so many seconds after the true one.
    ///
    /// # Errors
    /// Its file cannot be written.
    pub(crate) fn step_clock(&self, seconds: i64) -> Result<()> {
        // Under another name first: nobody may read half a number.
        let next = self.file("clock.next");
        fs::write(&next, format!("{seconds:+}s\n"))?;
        fs::rename(next, &self.clock).context("cannot step the clock")
    }

    /// Fills the disk to its last byte.
    ///
    /// # Errors
    /// It cannot be written for another reason.
    pub(crate) fn fill_disk(&self) -> Result<()> {
        let mut ballast = File::create(self.ballast())?;
        for size in [64 << 10, 1 << 10, 1] {
            let piece = vec![b'x'; size];
            loop {
                match ballast.write(&piece) {
                    Ok(_) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::StorageFull => break,
                    Err(error) => return Err(error).context("cannot fill the disk"),
                }
            }
        }
        Ok(())
    }

    /// Gives the room back.
    ///
    /// # Errors
    /// The ballast cannot be removed.
    pub(crate) fn free_disk(&self) -> Result<()> {
        fs::remove_file(self.ballast()).context("cannot free the disk")
    }

    fn ballast(&self) -> PathBuf {
        self.disk().join("ballast")
    }
}

/// libfaketime, told to read its clock from this file at each look.
fn environment(clock: &Path) -> Result<Vec<(OsString, OsString)>> {
    let output =
        Command::new("faketime").args(["-m", "-f", "+0s", "printenv", "LD_PRELOAD"]).output();
    let output = output.context("faketime is missing: apt-get install faketime")?;
    let library = String::from_utf8(output.stdout)?.trim().to_owned();
    ensure!(!library.is_empty(), "faketime did not say which library it loads");
    let words = [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        // What files say of their age is the disk's.
        ("NO_FAKE_STAT", "1"),
        // Without memory, Rust's std waits for itself for ever while it prints a backtrace.
        ("RUST_BACKTRACE", "0"),
    ];
    let mut environment: Vec<(OsString, OsString)> =
        words.iter().map(|(name, value)| (name.into(), value.into())).collect();
    environment.push(("FAKETIME_TIMESTAMP_FILE".into(), clock.into()));
    Ok(environment)
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().context("mount is missing: apt-get install mount")?;
    ensure!(output.status.success(), "mount: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
