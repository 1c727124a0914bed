//! The figures: what each means, what it should be, and what the rounds said.

use std::collections::BTreeMap;

use serde_json::json;

use crate::Group;
use crate::figures;
use crate::stats::median;

/// A figure that is kept.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) id: &'static str,
    pub(crate) group: Group,
    pub(crate) unit: &'static str,
    pub(crate) what: &'static str,
    /// What it should be, where the project says so.
    pub(crate) target: Option<Target>,
    /// The same of others, as measured elsewhere on a machine of this size; see docs/benchmarks.md.
    pub(crate) peers: &'static str,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

pub(crate) const fn figure(
    id: &'static str,
    group: Group,
    unit: &'static str,
    what: &'static str,
    target: Option<Target>,
    peers: &'static str,
) -> Figure {
    Figure { id, group, unit, what, target, peers }
}

impl Figure {
    pub(crate) fn target_text(&self) -> String {
        match self.target {
            None => "-".to_owned(),
            Some(Target::AtMost(value)) => format!("≤ {value} {}", self.unit),
            Some(Target::AtLeast(value)) => format!("≥ {value} {}", self.unit),
        }
    }
}

impl Target {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

/// What every round said.
#[derive(Debug, Default)]
pub(crate) struct Rounds(BTreeMap<&'static str, Vec<f64>>);

impl Rounds {
    /// Takes one round's value of a figure.
    pub(crate) fn take(&mut self, id: &'static str, value: f64) {
        assert!(figures::all().any(|figure| figure.id == id), "{id} is no figure");
        self.0.entry(id).or_default().push(value);
    }

    /// None if no round measured it.
    pub(crate) fn measured(&self, figure: &'static Figure) -> Option<Measured> {
        let values = self.0.get(figure.id)?;
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(Measured { figure, value: median(values), least, greatest, rounds: values.len() })
    }
}

/// A figure with its value.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) figure: &'static Figure,
    pub(crate) value: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
    pub(crate) rounds: usize,
}

impl Measured {
    /// Whether the target is met; None where there is none.
    pub(crate) fn holds(&self) -> Option<bool> {
        self.figure.target.map(|target| target.holds(self.value))
    }

    /// One JSON object.
    pub(crate) fn json(&self) -> String {
        let Self { figure, value, least, greatest, rounds } = self;
        json!({
            "id": figure.id, "value": value, "unit": figure.unit, "min": least, "max": greatest, "n": rounds,
            "target": figure.target.map(|_| figure.target_text()), "holds": self.holds(), "peers": figure.peers,
        })
        .to_string()
    }

    /// One line for a person.
    pub(crate) fn line(&self) -> String {
        let target = match self.holds() {
            None => String::new(),
            Some(true) => format!("  holds {}", self.figure.target_text()),
            Some(false) => format!("  MISSES {}", self.figure.target_text()),
        };
        format!("{:24} {} {}{target}", self.figure.id, self.numbers(), self.figure.unit)
    }

    /// "0.31 (0.29–0.35)".
    pub(crate) fn numbers(&self) -> String {
        let digits = if self.value < 10.0 { 3 } else { 1 };
        format!("{:.digits$} ({:.digits$}–{:.digits$})", self.value, self.least, self.greatest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_its_median_and_whether_it_holds() {
        let mut rounds = Rounds::default();
        for value in [0.8, 0.5, 0.9] {
            rounds.take("flood.ratio", value);
        }
        let figure =
            figures::all().find(|figure| figure.id == "flood.ratio").expect("it is a figure");
        let measured = rounds.measured(figure).expect("it was measured");
        assert_eq!(measured.holds(), Some(true));
        assert_eq!(measured.numbers(), "0.800 (0.500–0.900)");
        let json: serde_json::Value = serde_json::from_str(&measured.json()).expect("it is JSON");
        assert_eq!((json["n"].as_u64(), json["holds"].as_bool()), (Some(3), Some(true)));
    }
}
