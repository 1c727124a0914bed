//! The hot paths (tests/hot) as valgrind sees them: how many instructions, how many allocations, and where.
//!
//! An instruction count is the same on a busy machine and on an idle one. It is no time: it says that a path grew, not
//! how long a key takes. What a path took when it was last looked at stands in tests/ratchet/instructions.json.
//!
//! Read first: [`Hot::instructions`], then [`ratchet`].

mod heap;
pub mod ratchet;
mod stacks;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, ensure};

pub use heap::Heap;
pub use stacks::Stacks;

/// The function of tests/hot below which everything counts.
const COUNTED: &str = "hot_path";
/// Callers that are told apart: more than the deepest stack has.
const CALLERS: u32 = 100;

/// The program of tests/hot, built with all optimisations.
#[derive(Debug)]
pub struct Hot {
    program: PathBuf,
}

/// One of its paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotPath {
    /// Its name, as `echo`.
    pub name: String,
    /// What one step is, as `key`.
    pub unit: String,
    /// Steps in one run.
    pub steps: u64,
}

impl Hot {
    /// Finds the program beside the one that runs now.
    ///
    /// # Errors
    /// It is not built; the message says what builds it.
    pub fn find() -> Result<Self> {
        let here = std::env::current_exe()?;
        let programs = here.ancestors().map(|folder| folder.join("release/hot"));
        let program = programs.into_iter().find(|program| program.is_file());
        let program = program
            .context("hot is not built: run `CARGO_INCREMENTAL=0 cargo build --release --package devtail-hot`")?;
        Ok(Self { program })
    }

    /// Its paths, by its own word.
    ///
    /// # Errors
    /// It cannot be started, or prints no list.
    pub fn paths(&self) -> Result<Vec<HotPath>> {
        let output = Command::new(&self.program).output()?;
        let text = String::from_utf8(output.stdout)?;
        let paths: Option<Vec<HotPath>> = text.lines().map(listed).collect();
        paths.filter(|paths| !paths.is_empty()).context("hot printed no list of paths")
    }

    /// The instructions of one run of this path.
    ///
    /// # Errors
    /// valgrind is missing, or the path failed in it.
    pub fn instructions(&self, path: &HotPath) -> Result<u64> {
        let folder = tempfile::tempdir()?;
        let written = folder.path().join("callgrind");
        self.valgrind(path, &written, &["--tool=callgrind", "--callgrind-out-file="], &[])?;
        let text = std::fs::read_to_string(&written)?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let total = total.context("callgrind wrote no total")?.trim().parse()?;
        ensure!(total > 0, "nothing ran below {COUNTED} in {}", path.name);
        Ok(total)
    }

    /// Where the instructions and allocations of one run come from.
    ///
    /// # Errors
    /// As [`Self::instructions`].
    pub fn stacks(&self, path: &HotPath) -> Result<Stacks> {
        let folder = tempfile::tempdir()?;
        let written = folder.path().join("callgrind");
        let callers = format!("--separate-callers={CALLERS}");
        let more = [callers.as_str(), "--compress-strings=no", "--compress-pos=no"];
        self.valgrind(path, &written, &["--tool=callgrind", "--callgrind-out-file="], &more)?;
        Ok(Stacks::read(&std::fs::read_to_string(&written)?))
    }

    /// The allocations of one run, those of C included.
    ///
    /// # Errors
    /// As [`Self::instructions`].
    pub fn heap(&self, path: &HotPath) -> Result<Heap> {
        let folder = tempfile::tempdir()?;
        let written = folder.path().join("dhat");
        let callers = format!("--num-callers={CALLERS}");
        self.valgrind(path, &written, &["--tool=dhat", "--dhat-out-file="], &[&callers])?;
        Heap::read(&std::fs::read_to_string(&written)?, COUNTED)
    }

    fn valgrind(&self, path: &HotPath, out: &Path, tool: &[&str; 2], more: &[&str]) -> Result<()> {
        let [tool, out_file] = tool;
        let mut command = Command::new("valgrind");
        // Where the stack begins, and with it what is copied in one go, follows from how large the environment is.
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.arg(tool).arg(format!("{out_file}{}", out.display())).args(more);
        if *tool == "--tool=callgrind" {
            command.arg(format!("--toggle-collect=*{COUNTED}*"));
        }
        let output = command.arg(&self.program).arg(&path.name).output();
        let output = output.context("cannot start valgrind: apt-get install valgrind")?;
        ensure!(output.status.success(), "{} failed in valgrind: {}", path.name, said(&output));
        Ok(())
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn listed(line: &str) -> Option<HotPath> {
    let mut words = line.split('\t');
    let [name, unit, steps] = [words.next()?, words.next()?, words.next()?];
    Some(HotPath { name: name.to_owned(), unit: unit.to_owned(), steps: steps.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_from_its_line() {
        let path = HotPath { name: "echo".to_owned(), unit: "key".to_owned(), steps: 1000 };
        assert_eq!(listed("echo\tkey\t1000"), Some(path));
        assert_eq!(listed("echo\tkey"), None);
    }
}
