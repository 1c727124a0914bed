//! The figures: what each means, what it should be, and what the rounds said.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A figure of the load. Its id is stable.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) id: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) what: &'static str,
    /// The most it should be, where the project says so.
    pub(crate) at_most: Option<f64>,
    /// The same of others, as measured elsewhere on a machine of this size.
    pub(crate) peers: &'static [(&'static str, f64)],
}

const fn figure(
    id: &'static str,
    unit: &'static str,
    what: &'static str,
    at_most: Option<f64>,
    peers: &'static [(&'static str, f64)],
) -> Figure {
    Figure { id, unit, what, at_most, peers }
}

/// What an idle WebSocket costs a server that only echoes, in plain and over TLS.
const BARE: &[(&str, f64)] = &[
    ("ttyd", 14.8),
    ("sshd", 1680.0),
    ("bare tokio-tungstenite", 14.2),
    ("bare fastwebsockets", 5.5),
];
const BARE_TLS: &[(&str, f64)] = &[("bare tokio-tungstenite", 20.5), ("bare fastwebsockets", 14.0)];

/// All of them, in the order of the output.
pub(crate) const FIGURES: &[Figure] = &[
    figure("load.links", "links", "idle links at once", None, &[]),
    figure("load.handshakes", "1/s", "links made a second, all asked for at once", None, &[]),
    figure("load.idle.plain", "kB", "the gateway's own memory for one idle link", Some(10.0), BARE),
    figure(
        "load.idle.cpu",
        "%",
        "of one processor, the gateway's while all are idle",
        Some(1.0),
        &[],
    ),
    figure(
        "load.storm.back",
        "s",
        "kill -9 of the gateway until every link is live",
        Some(15.0),
        &[],
    ),
    figure("load.storm.lost", "links", "links that did not come back", Some(0.0), &[]),
    figure(
        "load.storm.typed",
        "lines",
        "lines typed meanwhile, lost, doubled or out of order",
        Some(0.0),
        &[],
    ),
    figure("load.handshakes.tls", "1/s", "as load.handshakes, over TLS", None, &[]),
    figure("load.idle.tls", "kB", "as load.idle.plain, over TLS", Some(20.0), BARE_TLS),
    figure("load.idle.cpu.tls", "%", "as load.idle.cpu, over TLS", Some(1.0), &[]),
    figure("load.storm.back.tls", "s", "as load.storm.back, over TLS", Some(15.0), &[]),
    figure("load.storm.lost.tls", "links", "as load.storm.lost, over TLS", Some(0.0), &[]),
    figure("load.storm.typed.tls", "lines", "as load.storm.typed, over TLS", Some(0.0), &[]),
    figure(
        "load.typing.p50",
        "ms",
        "a key's echo, all typists together, beside the idle links",
        None,
        &[],
    ),
    figure("load.typing.p99", "ms", "the same, 99 of 100", None, &[]),
    figure("load.typing.flooded.p50", "ms", "the same beside floods in other terminals", None, &[]),
    figure("load.typing.flooded.p99", "ms", "the same, 99 of 100", None, &[]),
    figure("load.client", "kB", "what one idle client costs this program", None, &[]),
];

/// What every round said.
#[derive(Debug, Default)]
pub(crate) struct Rounds(BTreeMap<&'static str, Vec<f64>>);

impl Rounds {
    /// Takes one round's value of a figure.
    pub(crate) fn take(&mut self, id: &'static str, value: f64) {
        assert!(FIGURES.iter().any(|figure| figure.id == id), "{id} is no figure");
        self.0.entry(id).or_default().push(value);
    }

    /// The figures that some round measured.
    pub(crate) fn measured(&self) -> Vec<Measured> {
        let of = |figure: &'static Figure| {
            let mut values = self.0.get(figure.id)?.clone();
            values.sort_by(f64::total_cmp);
            Some(Measured { figure, values })
        };
        FIGURES.iter().filter_map(of).collect()
    }
}

impl Figure {
    pub(crate) fn target_text(&self) -> String {
        self.at_most.map_or("-".to_owned(), |most| format!("≤ {most} {}", self.unit))
    }
}

/// A figure with its values, the least first; at least one.
#[derive(Debug)]
pub(crate) struct Measured {
    figure: &'static Figure,
    values: Vec<f64>,
}

impl Measured {
    /// The one in the middle; of an even number the greater of the two, which is the worse.
    fn median(&self) -> f64 {
        self.values[self.values.len() / 2]
    }

    /// Whether the target is met; None where there is none.
    fn holds(&self) -> Option<bool> {
        self.figure.at_most.map(|most| self.median() <= most)
    }

    /// Whether nothing was lost: a figure that may be no other than 0 is 0 in every round.
    pub(crate) fn is_sound(&self) -> bool {
        self.figure.at_most != Some(0.0) || self.values.iter().all(|value| *value == 0.0)
    }

    pub(crate) fn json(&self) -> String {
        let Self { figure, values } = self;
        let peers: Map<String, Value> =
            figure.peers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        json!({
            "id": figure.id, "value": self.median(), "unit": figure.unit,
            "min": values.first(), "max": values.last(), "n": values.len(),
            "target": figure.at_most.map(|_| figure.target_text()), "holds": self.holds(), "peers": peers,
        })
        .to_string()
    }

    pub(crate) fn line(&self) -> String {
        let target = match self.holds() {
            None => String::new(),
            Some(true) => format!("  holds {}", self.figure.target_text()),
            Some(false) => format!("  MISSES {}", self.figure.target_text()),
        };
        let span = match self.values.as_slice() {
            [least, .., greatest] => format!(" ({least:.2}–{greatest:.2})"),
            [_] | [] => String::new(),
        };
        format!("{:24} {:.2}{span} {}{target}", self.figure.id, self.median(), self.figure.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_may_only_be_nothing_is_sound_if_every_round_says_so() {
        let mut rounds = Rounds::default();
        rounds.take("load.storm.lost", 0.0);
        rounds.take("load.storm.lost", 0.0);
        rounds.take("load.storm.lost", 1.0);
        let measured = rounds.measured().pop().expect("it was measured");
        assert_eq!((measured.holds(), measured.is_sound()), (Some(true), false));
        let json: Value = serde_json::from_str(&measured.json()).expect("it is JSON");
        assert_eq!((json["n"].as_u64(), json["max"].as_f64()), (Some(3), Some(1.0)));
        assert!(json["peers"].is_object());
    }
}
