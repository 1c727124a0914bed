//! What each hot path took when it was last looked at, and what it may take now.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::repo;

/// A path may grow by so much before somebody has to look, in percent: more than another libc moves a count by.
pub const GROWTH_MAX_PERCENT: u64 = 5;

/// Instructions of one run, by path.
pub type Counts = BTreeMap<String, u64>;

/// What the paths of one sort of machine took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Which compiler built them.
    pub rustc: String,
    /// What they took.
    pub instructions: Counts,
}

/// By architecture, as Rust names it: another one takes other instructions.
pub type Baselines = BTreeMap<String, Held>;

/// Where the baselines stand.
pub fn file() -> PathBuf {
    repo::root().join("tests/ratchet/instructions.json")
}

/// The baselines as they are committed; none if there is no file yet.
///
/// # Errors
/// The file is not what [`written`] makes.
pub fn read() -> Result<Baselines> {
    let Ok(text) = std::fs::read_to_string(file()) else { return Ok(Baselines::new()) };
    serde_json::from_str(&text).context("tests/ratchet/instructions.json cannot be read")
}

/// The file's text.
///
/// # Errors
/// None that can come: numbers and names are always JSON.
pub fn written(baselines: &Baselines) -> Result<String> {
    Ok(serde_json::to_string_pretty(baselines)? + "\n")
}

/// The compiler that builds here, as `1.95.0`.
///
/// # Errors
/// There is no rustc, or it does not say its version.
pub fn rustc() -> Result<String> {
    let output = Command::new("rustc").arg("--version").output().context("cannot start rustc")?;
    let text = String::from_utf8(output.stdout)?;
    let version = text.split_whitespace().nth(1);
    Ok(version.context("rustc does not say its version")?.to_owned())
}

/// What is wrong with these counts: a path that grew too much, with both numbers; one that is not held; one that is gone.
pub fn complaints(held: &Counts, counted: &Counts) -> Vec<String> {
    let mut found = Vec::new();
    for (path, now) in counted {
        match held.get(path) {
            None => found.push(format!("{path}: {now} instructions, and no number is held")),
            Some(before) if now * 100 > before * (100 + GROWTH_MAX_PERCENT) => {
                found.push(format!(
                    "{path}: {now} instructions where {before} are held: {:+.1} %, at most +{GROWTH_MAX_PERCENT} %",
                    growth_percent(*before, *now)
                ));
            }
            Some(_) => {}
        }
    }
    let gone = held.keys().filter(|path| !counted.contains_key(*path));
    found.extend(gone.map(|path| format!("{path}: a number is held, and there is no such path")));
    found
}

/// By how much the second is more than the first.
pub fn growth_percent(before: u64, now: u64) -> f64 {
    (now as f64 / before.max(1) as f64 - 1.0) * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(paths: &[(&str, u64)]) -> Counts {
        paths.iter().map(|(path, count)| ((*path).to_owned(), *count)).collect()
    }

    #[test]
    fn a_path_that_grew_too_much_is_named_with_both_numbers() {
        let held = counts(&[("echo", 1000), ("flood", 2000)]);
        assert_eq!(
            complaints(&held, &counts(&[("echo", 1060), ("flood", 2000)])),
            ["echo: 1060 instructions where 1000 are held: +6.0 %, at most +5 %"]
        );
    }

    #[test]
    fn a_path_may_grow_by_five_percent_and_shrink_by_any() {
        let held = counts(&[("echo", 1000)]);
        assert!(complaints(&held, &counts(&[("echo", 1050)])).is_empty());
        assert!(complaints(&held, &counts(&[("echo", 1)])).is_empty());
        assert_eq!(complaints(&held, &counts(&[("echo", 1051)])).len(), 1);
    }

    #[test]
    fn no_path_goes_uncounted_and_none_is_forgotten() {
        let found = complaints(&counts(&[("old", 7)]), &counts(&[("new", 8)]));
        let new = "new: 8 instructions, and no number is held";
        assert_eq!(found, [new, "old: a number is held, and there is no such path"]);
    }

    #[test]
    fn the_file_reads_back_as_it_was_written() {
        let held = Held { rustc: "1.95.0".to_owned(), instructions: counts(&[("echo", 5)]) };
        let baselines = Baselines::from([("x86_64".to_owned(), held)]);
        let text = written(&baselines).expect("it is written");
        assert_eq!(serde_json::from_str::<Baselines>(&text).expect("it reads"), baselines);
    }
}
