//! One case: a script of what is typed, shown and confirmed, and the overlay after each step.
//!
//! A step is one line: `at` in ms, one action, and after it `expect`, the overlay in words: `"0,2 l"` is an `l` in row 0
//! and column 2, with ` [1;31]` its style, with ` _` underlined, `?` for what is only underlined; `"cursor 0,3"` comes
//! last. No `expect` means: the same as before.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use devtail_channels::terminal::{Look, Screen, Size};
use devtail_client::predict::{Overlay, Predictor, Shown as _, Typed};
use devtail_protocol::Time;
use serde_json::{Map, Value, json};

use super::Window;

/// A case, in the middle of its script.
#[derive(Debug)]
pub struct Case {
    screen: Screen,
    predictor: Predictor<Look>,
    now: Time,
    seq: u64,
}

impl Case {
    /// Plays a case's file and compares; the same file, with what was really shown.
    ///
    /// # Errors
    /// The file is no case.
    pub fn play(path: &Path) -> Result<(String, String)> {
        let text = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        let mut file: Map<String, Value> = serde_json::from_str(&text)?;
        let Some(Value::Array(steps)) = file.remove("steps") else { bail!("no steps") };
        let size = |name: &str| file[name].as_u64().and_then(|n| n.try_into().ok()).unwrap_or(0);
        let size = Size::new(size("cols"), size("rows"))?;
        let mut case = Self {
            screen: Screen::new(size),
            predictor: Predictor::new(),
            now: Time::ZERO,
            seq: 0,
        };
        let mut shown = Vec::new();
        let mut lines = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let mut step = step.as_object().with_context(|| format!("step {at}"))?.clone();
            case.step(&step).with_context(|| format!("step {at}"))?;
            let now_shown = case.words();
            step.remove("expect");
            if now_shown != shown {
                step.insert("expect".to_owned(), json!(now_shown));
                shown = now_shown;
            }
            if step.contains_key("wake") {
                let wake = case.predictor.poll_timeout().map(|at| at.as_micros() / 1000);
                step.insert("wake".to_owned(), json!(wake));
            }
            lines.push(format!("    {}", Value::Object(step)));
        }
        let head: Vec<String> =
            file.iter().map(|(name, value)| format!("  \"{name}\": {value}")).collect();
        let played =
            format!("{{\n{},\n  \"steps\": [\n{}\n  ]\n}}\n", head.join(",\n"), lines.join(",\n"));
        Ok((text, played))
    }

    fn step(&mut self, step: &Map<String, Value>) -> Result<()> {
        if let Some(at) = step.get("at").and_then(Value::as_u64) {
            self.now = Time::from_micros(at * 1000);
        }
        let actions = step
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "at" | "expect" | "wake" | "why"));
        let actions: Vec<_> = actions.collect();
        ensure!(actions.len() <= 1, "more than one action");
        let (now, Some((name, value))) = (self.now, actions.first()) else {
            self.predictor.handle_timeout(self.now, &Window(&self.screen));
            return Ok(());
        };
        let text = value.as_str().unwrap_or_default();
        match name.as_str() {
            "output" => {
                self.screen.feed(text.as_bytes());
                self.predictor.parsed(now, &Window(&self.screen), self.screen.offset());
            }
            "type" => self.typed(Typed::Keys(text.as_bytes())),
            "compose" => self.typed(Typed::Composed),
            "echo" => {
                let seq = value.as_u64().context("echo of which input?")?;
                let at = self.screen.offset();
                self.predictor.echoed(now, &Window(&self.screen), seq, at);
            }
            "echo_ahead" => {
                // The offset lies three bytes ahead of what is parsed.
                let seq = value.as_u64().context("echo of which input?")?;
                self.predictor.echoed(now, &Window(&self.screen), seq, self.screen.offset() + 3);
            }
            "srtt" => self.predictor.measured(value.as_u64().map(Duration::from_millis)),
            "restore" => {
                self.screen.feed(text.as_bytes());
                self.predictor.restored(self.screen.offset());
            }
            other => bail!("no action is called {other}"),
        }
        Ok(())
    }

    fn typed(&mut self, typed: Typed<'_>) {
        self.seq += 1;
        self.predictor.typed(self.now, &Window(&self.screen), self.seq, typed);
    }

    fn words(&self) -> Vec<String> {
        let window = Window(&self.screen);
        let Overlay { cells, cursor } = self.predictor.overlay(&window);
        let mut words: Vec<String> = cells
            .iter()
            .map(|cell| {
                let sgr = cell.style.sgr();
                let style = sgr.trim_start_matches("\x1b[0").trim_matches([';', 'm']);
                let style = if style.is_empty() { String::new() } else { format!(" [{style}]") };
                let line = if cell.is_underlined { " _" } else { "" };
                let char = cell.char.unwrap_or('?');
                format!("{},{} {char}{style}{line}", cell.spot.row, cell.spot.col)
            })
            .collect();
        let extent = window.extent();
        assert!(cells.iter().all(|c| c.spot.row < extent.rows && c.spot.col < extent.cols));
        words.extend(cursor.map(|spot| format!("cursor {},{}", spot.row, spot.col)));
        words
    }
}
