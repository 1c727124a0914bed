//! A recorded session: what was typed and what the program wrote, with the time of each, as the Log has it.
//!
//! One JSON value a line: first an object that says what it is, then `[ms, "k", keys]`, `[ms, "p", keys of a password]`
//! and `[ms, "o", output]`. Output is what the host's Log holds: questions are answered and gone, marks are in it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use devtail_channels::terminal::Size;
use serde_json::{Value, json};

use crate::repo;

/// A session.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The file's name without its ending.
    pub name: String,
    /// Whether it is one of the shells, to which the target applies.
    pub is_shell: bool,
    /// The grid.
    pub size: Size,
    /// In order of time.
    pub moments: Vec<Moment>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When, in milliseconds.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// This was typed, in one input.
    Typed(String),
    /// This was typed, and is a part of a password.
    Secret(String),
    /// This was added to the Log.
    Output(String),
}

impl Recording {
    /// Reads all that are in the repository, by name.
    ///
    /// # Errors
    /// One is missing or damaged.
    pub fn all() -> Result<Vec<Self>> {
        let folder = fs::read_dir(Self::folder()).context("no recordings")?;
        let mut paths = folder.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Where they are.
    pub fn folder() -> PathBuf {
        repo::root().join("tests/prediction/recordings")
    }

    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)?;
        let name = path.file_stem().context("a name")?.to_string_lossy().into_owned();
        let mut lines = text.lines();
        let head: Value = serde_json::from_str(lines.next().context("an empty recording")?)?;
        let side = |name: &str| head[name].as_u64().and_then(|side| side.try_into().ok());
        let size = Size::new(side("cols").unwrap_or(0), side("rows").unwrap_or(0))?;
        let moments = lines.map(moment).collect::<Result<_>>();
        let moments = moments.with_context(|| name.clone())?;
        Ok(Self { name, is_shell: head["shell"] == true, size, moments })
    }

    /// Writes it into the repository.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<()> {
        let (cols, rows) = (self.size.cols(), self.size.rows());
        let mut text = format!("{}\n", json!({"cols": cols, "rows": rows, "shell": self.is_shell}));
        for Moment { at, what } in &self.moments {
            let line = match what {
                What::Typed(keys) => json!([at, "k", keys]),
                What::Secret(keys) => json!([at, "p", keys]),
                What::Output(output) => json!([at, "o", output]),
            };
            let _ = writeln!(text, "{line}");
        }
        fs::create_dir_all(Self::folder())?;
        fs::write(Self::folder().join(format!("{}.jsonl", self.name)), text)?;
        Ok(())
    }
}

fn moment(line: &str) -> Result<Moment> {
    let (at, sort, text): (u64, String, String) = serde_json::from_str(line)?;
    let what = match sort.as_str() {
        "k" => What::Typed(text),
        "p" => What::Secret(text),
        "o" => What::Output(text),
        other => bail!("nothing is called {other}"),
    };
    Ok(Moment { at, what })
}
