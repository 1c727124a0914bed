//! How a run ended, for a person and for a machine.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use devtail_tests::tokens::Verdict;
use serde_json::{Value, json};

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Report {
    /// What became of what was typed.
    pub(crate) verdict: Verdict,
    /// What went wrong on purpose, by name.
    pub(crate) faults: BTreeMap<&'static str, u64>,
    /// How often a Snapshot replaced what was shown.
    pub(crate) snapshots: u64,
}

impl Report {
    /// One object: the seed, what went wrong, what became of what was typed, how long it took, whether all is well.
    pub(crate) fn json(&self, seed: u64, took: Duration) -> Value {
        let Verdict { typed, lost, doubled, reordered, foreign } = self.verdict;
        json!({
            "seed": seed,
            "faults": self.faults,
            "typed": typed,
            "lost": lost,
            "doubled": doubled,
            "reordered": reordered,
            "foreign": foreign,
            "snapshots": self.snapshots,
            "seconds": took.as_secs(),
            "sound": self.verdict.is_sound(),
        })
    }
}

/// The object of a run that did not come to its end: something never came back.
pub(crate) fn broken(seed: u64, took: Duration, error: &anyhow::Error) -> Value {
    json!({ "seed": seed, "seconds": took.as_secs(), "sound": false, "error": format!("{error:#}") })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, times) in &self.faults {
            write!(f, "{times} {}, ", name.replace('_', " "))?;
        }
        write!(f, "{} snapshots; {}", self.snapshots, self.verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_each_fault_and_what_was_lost() {
        let verdict = Verdict { typed: 9, lost: 1, doubled: 0, reordered: 0, foreign: 0 };
        let report = Report { verdict, faults: BTreeMap::from([("disk_full", 2)]), snapshots: 3 };
        let json = report.json(7, Duration::from_secs(4));
        assert_eq!(json["faults"]["disk_full"], 2);
        assert_eq!(
            (&json["lost"], &json["sound"], &json["seed"]),
            (&1.into(), &false.into(), &7.into())
        );
        assert!(report.to_string().contains("2 disk full"));
    }
}
