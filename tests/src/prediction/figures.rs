//! How good a prediction was: what a person saw, compared with what the host really showed.

use std::fmt;

use super::picture::Film;
use super::recording::{Moment, Recording, What};

/// A key whose effect is seen within this long is shown at once, ms: two frames of a screen at 40 Hz.
const AT_ONCE: u64 = 50;
/// How long the effect of the last key before a pause is waited for, ms.
const EFFECT_WITHIN: u64 = 1000;
/// What the host shows within this long after it was seen, ms, was no mistake: the program was slow.
const SLOW_PROGRAM: u64 = 500;
/// How long before what is seen may have been real, beyond the round trip, ms.
const STALE: u64 = 1000;
/// How long after a key of a password its letter is looked for, ms.
const SECRET_WATCHED: u64 = 3000;

/// What a session came to.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Keys that had an effect to be seen.
    pub keys: usize,
    /// Of which it was seen at once.
    pub instant: usize,
    /// How long each of these effects took to be seen, ms, sorted.
    pub waits: Vec<u64>,
    /// Cells that never were like this on the host, those seen longest last.
    pub wrong: Vec<Wrong>,
}

/// A cell that was seen as it never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wrong {
    /// For so long, ms.
    pub seen_ms: u64,
    /// Whether it held a letter of a password just typed.
    pub is_secret: bool,
}

impl Figures {
    /// Compares. `truth` counts in the recording's time, in which keys take effect at once; `seen` in that of a person
    /// whose host is `one_way` ms away.
    pub fn compare(recording: &Recording, truth: &Film, seen: &Film, one_way: u64) -> Self {
        let mut figures = Self::default();
        let typed: Vec<&Moment> = recording
            .moments
            .iter()
            .filter(|moment| !matches!(moment.what, What::Output(_)))
            .collect();
        for (number, moment) in typed.iter().enumerate() {
            let next = typed.get(number + 1).map_or(u64::MAX, |next| next.at);
            figures.key(moment.at, next.min(moment.at + EFFECT_WITHIN), truth, seen, one_way);
        }
        let secret = |at: u64, glyph: char| {
            typed.iter().any(|moment| match &moment.what {
                What::Secret(keys) => {
                    keys.contains(glyph) && (moment.at..moment.at + SECRET_WATCHED).contains(&at)
                }
                What::Typed(_) | What::Output(_) => false,
            })
        };
        // Before the first key nothing can be predicted.
        let begin = typed.first().map_or(0, |moment| moment.at);
        figures.mistakes(begin, truth, seen, one_way, secret);
        figures.waits.sort_unstable();
        figures.wrong.sort_unstable();
        figures
    }

    /// How long the effect of a key takes to be seen for this many in a hundred keys, ms.
    pub fn wait_ms(&self, percent: usize) -> u64 {
        nth(&self.waits, percent)
    }

    /// How long a wrong cell is seen at most, ms; 0 if there was none.
    pub fn repaired_ms(&self) -> u64 {
        self.wrong.last().map_or(0, |wrong| wrong.seen_ms)
    }

    /// Letters of passwords seen where the host showed none.
    pub fn secrets(&self) -> usize {
        self.wrong.iter().filter(|wrong| wrong.is_secret).count()
    }

    /// The share of keys seen at once, in percent.
    pub fn instant_percent(&self) -> f64 {
        100.0 * self.instant as f64 / self.keys.max(1) as f64
    }

    fn key(&mut self, at: u64, next: u64, truth: &Film, seen: &Film, one_way: u64) {
        let (before, after) = (truth.before(at).edge(), truth.before(next).edge());
        if before == after {
            return;
        }
        self.keys += 1;
        // A later key may overtake it: then it is seen with that one.
        let end = next + 2 * one_way + EFFECT_WITHIN;
        let mut later = seen.from(at).take_while(|(from, _)| *from <= end);
        let wait = later.find(|(_, picture)| picture.edge() == after);
        let wait = wait.map_or(end - at, |(from, _)| from.saturating_sub(at));
        self.instant += usize::from(wait <= AT_ONCE);
        self.waits.push(wait);
    }

    fn mistakes(
        &mut self,
        begin: u64,
        truth: &Film,
        seen: &Film,
        one_way: u64,
        is_secret: impl Fn(u64, char) -> bool,
    ) {
        for (at, before, after) in seen.changes().filter(|(at, ..)| *at >= begin) {
            let cells = (0..after.cells()).filter(|cell| before.glyph(*cell) != after.glyph(*cell));
            for cell in cells.collect::<Vec<_>>() {
                let Some(glyph) = after.glyph(cell) else { continue };
                let from = at.saturating_sub(2 * one_way + STALE);
                let mut real = truth.between(from, at + SLOW_PROGRAM);
                if real.any(|picture| picture.glyph(cell) == Some(glyph)) {
                    continue;
                }
                let mut later = seen.from(at);
                let repaired = later.find(|(_, picture)| picture.glyph(cell) != Some(glyph));
                let seen_ms = repaired.map_or(u64::MAX, |(end, _)| end - at);
                self.wrong.push(Wrong { seen_ms, is_secret: is_secret(at, glyph) });
            }
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:5.1} % of {} keys at once, half within {} ms, 95 % within {} ms; {} wrong cells, repaired within {} ms; {} letters of passwords",
            self.instant_percent(),
            self.keys,
            self.wait_ms(50),
            self.wait_ms(95),
            self.wrong.len(),
            self.repaired_ms(),
            self.secrets(),
        )
    }
}

/// The value that this many in a hundred of the sorted are not above; 0 for none.
fn nth(sorted: &[u64], percent: usize) -> u64 {
    let at = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(at).copied().unwrap_or(0)
}
