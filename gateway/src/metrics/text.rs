//! Prometheus' text format 0.0.4.

use super::{
    Family,
    names::{BUILD, Name, Sort},
};
use std::fmt::Write;

/// The page while it is written.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn build(&mut self) {
        self.head(&BUILD);
        self.labelled(&BUILD, env!("CARGO_PKG_VERSION"), 1);
    }

    pub(super) fn number(&mut self, name: &Name, value: f64) {
        self.head(name);
        self.line(format_args!("{} {value}", name.name));
    }

    pub(super) fn family(&mut self, name: &Name, family: &Family) {
        self.head(name);
        for (word, number) in family.numbers() {
            self.labelled(name, word, number);
        }
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    fn head(&mut self, name: &Name) {
        let sort = match name.sort {
            Sort::Counter => "counter",
            Sort::Gauge => "gauge",
        };
        self.line(format_args!("# HELP {} {}", name.name, name.meaning));
        self.line(format_args!("# TYPE {} {sort}", name.name));
    }

    fn labelled(&mut self, name: &Name, word: &str, number: u64) {
        self.line(format_args!("{}{{{}=\"{word}\"}} {number}", name.name, name.label));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a String takes everything");
    }
}
