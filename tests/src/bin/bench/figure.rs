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
    /// The same of others, as measured on another day on a machine of this size; see docs/benchmarks.md.
    pub(crate) peers: Peers,
}

/// Names and values, in the unit of the figure.
pub(crate) type Peers = &'static [(&'static str, f64)];

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
    peers: Peers,
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

/// The figures that somebody asked for.
#[derive(Debug)]
pub(crate) struct Wanted<'a>(pub(crate) &'a [&'static Figure]);

impl Wanted<'_> {
    /// Whether this very one is among them.
    pub(crate) fn one(&self, id: &str) -> bool {
        self.0.iter().any(|figure| figure.id == id)
    }

    /// Whether one of this name, or below it, is.
    pub(crate) fn any(&self, name: &str) -> bool {
        let is_below = |id: &str| id.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.0.iter().any(|figure| figure.id == name || is_below(figure.id))
    }
}

/// What every round said.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    values: BTreeMap<&'static str, Vec<f64>>,
    /// Of a figure, what others did beside it.
    beside: BTreeMap<&'static str, BTreeMap<String, Vec<f64>>>,
    samples: BTreeMap<(&'static str, String), Vec<f64>>,
}

impl Rounds {
    /// Takes one round's value of a figure.
    pub(crate) fn take(&mut self, id: &'static str, value: f64) {
        assert!(figures::all().any(|figure| figure.id == id), "{id} is no figure");
        self.values.entry(id).or_default().push(value);
    }

    /// Takes what somebody else did in the same round, beside a figure.
    pub(crate) fn beside(&mut self, id: &'static str, peer: &str, value: f64) {
        assert!(figures::all().any(|figure| figure.id == id), "{id} is no figure");
        let peers = self.beside.entry(id).or_default();
        peers.entry(peer.to_owned()).or_default().push(value);
    }

    /// Keeps single values, for a plot's line of this name.
    pub(crate) fn sampled(&mut self, plot: &'static str, line: &str, values: &[f64]) {
        self.samples.entry((plot, line.to_owned())).or_default().extend(values);
    }

    /// The lines of a plot with their values, in the order of their names.
    pub(crate) fn lines(&self, plot: &str) -> Vec<(&str, &[f64])> {
        let lines = self.samples.iter().filter(|((of, _), _)| *of == plot);
        lines.map(|((_, line), values)| (line.as_str(), values.as_slice())).collect()
    }

    /// None if no round measured it.
    pub(crate) fn measured(&self, figure: &'static Figure) -> Option<Measured> {
        let values = self.values.get(figure.id)?;
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let beside = self.beside.get(figure.id).into_iter().flatten();
        let peers = beside.map(|(name, values)| (name.clone(), median(values))).collect();
        let (value, rounds) = (median(values), values.len());
        Some(Measured { figure, value, least, greatest, rounds, peers })
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
    /// What others did in the same rounds, the median of each.
    pub(crate) peers: Vec<(String, f64)>,
}

impl Measured {
    /// Whether the target is met; None where there is none.
    pub(crate) fn holds(&self) -> Option<bool> {
        self.figure.target.map(|target| target.holds(self.value))
    }

    /// Others with their values: those of the same rounds by their name, those of another day marked as such.
    fn others(&self) -> impl Iterator<Item = (String, f64)> {
        let elsewhere = self.figure.peers.iter();
        let elsewhere = elsewhere.map(|(name, value)| (format!("{name} (another day)"), *value));
        self.peers.iter().cloned().chain(elsewhere)
    }

    /// The same in words: "ssh 0.36, ttyd (another day) 0.29".
    pub(crate) fn others_text(&self) -> String {
        let others = self.others().map(|(name, value)| format!("{name} {}", short(value)));
        others.collect::<Vec<_>>().join(", ")
    }

    /// One JSON object.
    pub(crate) fn json(&self) -> String {
        let Self { figure, value, least, greatest, rounds, peers: _ } = self;
        let peers: serde_json::Map<String, serde_json::Value> =
            self.others().map(|(name, value)| (name, value.into())).collect();
        json!({
            "id": figure.id, "value": value, "unit": figure.unit, "min": least, "max": greatest, "n": rounds,
            "target": figure.target.map(|_| figure.target_text()), "holds": self.holds(), "peers": peers,
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

/// Three digits that tell something, and no more.
fn short(value: f64) -> String {
    let digits = if value.abs() < 10.0 { 3 } else { usize::from(value.abs() < 1000.0) };
    let text = format!("{value:.digits$}");
    let is_fraction = text.contains('.');
    if is_fraction { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
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

    #[test]
    fn others_of_the_same_rounds_are_told_from_those_of_another_day() {
        let mut rounds = Rounds::default();
        rounds.take("flood.ratio", 0.8);
        rounds.beside("flood.ratio", "ssh", 0.3);
        rounds.beside("flood.ratio", "ssh", 0.5);
        let figure =
            figures::all().find(|figure| figure.id == "flood.ratio").expect("it is a figure");
        let measured = rounds.measured(figure).expect("it was measured");
        let json: serde_json::Value = serde_json::from_str(&measured.json()).expect("it is JSON");
        assert_eq!(json["peers"]["ssh"].as_f64(), Some(0.4));
        assert_eq!(json["peers"]["ttyd (another day)"].as_f64(), Some(0.59));
        assert!(measured.others_text().starts_with("ssh 0.4, ttyd (another day) 0.59"));
    }

    #[test]
    fn what_stands_below_a_name_is_wanted_by_it_and_no_neighbour() {
        let figures: Vec<&'static Figure> = figures::all()
            .filter(|figure| ["network.roam", "network.blackouts"].contains(&figure.id))
            .collect();
        let wanted = Wanted(&figures);
        assert!(wanted.any("network") && wanted.one("network.roam"));
        assert!(!wanted.any("network.blackout"), "blackouts is another");
    }

    #[test]
    fn every_id_is_one_figures_alone() {
        let mut ids: Vec<&str> = figures::all().map(|figure| figure.id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
