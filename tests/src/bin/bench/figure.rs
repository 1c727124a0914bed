//! The figures: what each means, what it should be, and what the rounds said.

use std::collections::BTreeMap;

use serde_json::json;

use crate::Group;
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

/// Every figure, in the order of the tables.
pub(crate) const FIGURES: &[Figure] = &[
    figure("echo.raw.p50", Group::Echo, "ms", "a key and its echo on a PTY alone", None, ""),
    figure("echo.raw.p99", Group::Echo, "ms", "the same, 99 of 100", None, ""),
    figure(
        "echo.devtail.p50",
        Group::Echo,
        "ms",
        "a key and its echo through client, gateway and holder",
        None,
        "ttyd 0.286, ssh 0.357, Eternal Terminal 0.351, mosh 19",
    ),
    figure(
        "echo.devtail.p99",
        Group::Echo,
        "ms",
        "the same, 99 of 100",
        None,
        "ttyd 0.883, ssh 0.555, Eternal Terminal 0.555, mosh 20.2",
    ),
    figure(
        "echo.ratio.p50",
        Group::Echo,
        "x",
        "devtail to raw, of the same round",
        None,
        "ttyd 3.3, ssh 4.2, Eternal Terminal 4.1",
    ),
    figure(
        "flood.raw",
        Group::Flood,
        "MB/s",
        "100 MB of text read from a PTY alone",
        None,
        "107 on another day",
    ),
    figure(
        "flood.devtail",
        Group::Flood,
        "MB/s",
        "100 MB of text until the client has parsed the end of it",
        None,
        "ttyd 62.9, ssh 44.4, Eternal Terminal 25.6, mosh 11.6",
    ),
    figure(
        "flood.ratio",
        Group::Flood,
        "x",
        "devtail to raw, of the same round",
        Some(Target::AtLeast(0.75)),
        "ttyd 0.59, ssh 0.41, tmux 0.28",
    ),
    figure(
        "flood.every_byte",
        Group::Flood,
        "MB/s",
        "100 MB of which the client gets every byte",
        None,
        "ttyd 62.9, ssh 44.4, Eternal Terminal 25.6",
    ),
    figure(
        "gap.time",
        Group::Gap,
        "ms",
        "back on the network after 10 MB were missed, until the screen is right",
        Some(Target::AtMost(100.0)),
        "",
    ),
    figure(
        "gap.bytes",
        Group::Gap,
        "kB",
        "bytes received for it, WebSocket and HTTP included",
        Some(Target::AtMost(64.0)),
        "Eternal Terminal: all 10 MB",
    ),
    figure(
        "terminal.prediction.instant",
        Group::Terminal,
        "%",
        "of the keys recorded in bash, zsh and fish, replayed over 300 ms: seen at once",
        Some(Target::AtLeast(70.0)),
        "mosh 71, the same keys",
    ),
    figure(
        "terminal.prediction.secrets",
        Group::Terminal,
        "cells",
        "letters of passwords ever shown, of all recorded sessions",
        Some(Target::AtMost(0.0)),
        "",
    ),
    figure(
        "terminal.prediction.wrong",
        Group::Terminal,
        "cells",
        "cells ever shown as they never were, of all recorded sessions",
        None,
        "",
    ),
    figure(
        "terminal.prediction.repaired",
        Group::Terminal,
        "ms",
        "how long the longest of them stood",
        None,
        "",
    ),
    figure(
        "terminal.interrupt.p50",
        Group::Terminal,
        "ms",
        "from ^C to the next prompt while base64 /dev/zero runs, over 100 kB/s and 100 ms",
        None,
        "",
    ),
    figure(
        "terminal.interrupt.p95",
        Group::Terminal,
        "ms",
        "the same, 95 of 100",
        Some(Target::AtMost(1000.0)),
        "Eternal Terminal 56000 to 116000, et.rs 1544",
    ),
    figure(
        "terminal.beside.p50",
        Group::Terminal,
        "ms",
        "a key's echo while another terminal of the device floods that link",
        None,
        "",
    ),
    figure(
        "terminal.beside.p99",
        Group::Terminal,
        "ms",
        "the same, 99 of 100; the round trip is 100",
        Some(Target::AtMost(160.0)),
        "",
    ),
    figure(
        "terminal.storm",
        Group::Terminal,
        "%",
        "8.5 MB of an agent's redraws in 20 s over 50 kB/s: what of it was sent; the screen is right at the end",
        Some(Target::AtMost(1.0)),
        "",
    ),
    figure(
        "terminal.wire.vim.ssh",
        Group::Terminal,
        "kB",
        "a recorded vim by ssh -C, at IP level",
        None,
        "",
    ),
    figure("terminal.wire.vim.devtail", Group::Terminal, "kB", "the same by devtail", None, ""),
    figure(
        "terminal.wire.vim",
        Group::Terminal,
        "x",
        "devtail to ssh -C",
        Some(Target::AtMost(1.0)),
        "mosh 1.6 to 1.8",
    ),
    figure(
        "terminal.payload.vim",
        Group::Terminal,
        "%",
        "TCP payload sent, of what vim wrote",
        Some(Target::AtMost(30.0)),
        "",
    ),
    figure(
        "terminal.wire.htop.ssh",
        Group::Terminal,
        "kB",
        "a recorded htop by ssh -C, at IP level",
        None,
        "",
    ),
    figure("terminal.wire.htop.devtail", Group::Terminal, "kB", "the same by devtail", None, ""),
    figure(
        "terminal.wire.htop",
        Group::Terminal,
        "x",
        "devtail to ssh -C",
        Some(Target::AtMost(1.05)),
        "mosh 1.6 to 1.8",
    ),
    figure(
        "terminal.payload.htop",
        Group::Terminal,
        "%",
        "TCP payload sent, of what htop wrote",
        Some(Target::AtMost(30.0)),
        "",
    ),
    figure(
        "terminal.wire.cargo.ssh",
        Group::Terminal,
        "kB",
        "a recorded cargo build by ssh -C, at IP level",
        None,
        "",
    ),
    figure("terminal.wire.cargo.devtail", Group::Terminal, "kB", "the same by devtail", None, ""),
    figure(
        "terminal.wire.cargo",
        Group::Terminal,
        "x",
        "devtail to ssh -C",
        Some(Target::AtMost(1.0)),
        "mosh 1.6 to 1.8",
    ),
    figure(
        "terminal.payload.cargo",
        Group::Terminal,
        "%",
        "TCP payload sent, of what cargo wrote",
        Some(Target::AtMost(30.0)),
        "",
    ),
    figure(
        "memory.terminal",
        Group::Memory,
        "kB",
        "PSS of the holder of one idle terminal, its program left out",
        None,
        "mosh 5200, sshd 1680, Eternal Terminal 571, tmux 7",
    ),
    figure(
        "memory.terminal.gateway",
        Group::Memory,
        "kB",
        "own memory the gateway grows by for one idle terminal that a link reads",
        None,
        "",
    ),
    figure(
        "memory.link",
        Group::Memory,
        "kB",
        "own memory the gateway grows by for one idle link with nothing open",
        Some(Target::AtMost(20.0)),
        "ttyd 14.8, sshd 1680",
    ),
];

const fn figure(
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
        assert!(FIGURES.iter().any(|figure| figure.id == id), "{id} is no figure");
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
            FIGURES.iter().find(|figure| figure.id == "flood.ratio").expect("it is a figure");
        let measured = rounds.measured(figure).expect("it was measured");
        assert_eq!(measured.holds(), Some(true));
        assert_eq!(measured.numbers(), "0.800 (0.500–0.900)");
        let json: serde_json::Value = serde_json::from_str(&measured.json()).expect("it is JSON");
        assert_eq!((json["n"].as_u64(), json["holds"].as_bool()), (Some(3), Some(true)));
    }
}
