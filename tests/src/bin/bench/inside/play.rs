//! Plays a recorded session (asciicast v2) at its own pace, long pauses shortened.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// A longer pause says nothing about bytes.
const PAUSE_MAX: f64 = 0.25;

/// What was written, and after what pause.
pub(crate) fn pieces(file: &str) -> Result<Vec<(Duration, Vec<u8>)>> {
    let text = fs::read_to_string(file).with_context(|| file.to_owned())?;
    let mut pieces = Vec::new();
    let mut last = 0.0;
    for line in text.lines().skip(1) {
        let event: Value = serde_json::from_str(line)?;
        let at = event[0].as_f64().context("an event has a time")?;
        let written = event[2].as_str().context("an event has text")?;
        if event[1] == "o" {
            let pause = (at - last).clamp(0.0, PAUSE_MAX);
            pieces.push((Duration::from_secs_f64(pause), written.as_bytes().to_vec()));
        }
        last = at;
    }
    Ok(pieces)
}

/// Bytes that were written in all.
pub(crate) fn bytes(file: &str) -> Result<usize> {
    Ok(pieces(file)?.iter().map(|(_, written)| written.len()).sum())
}
