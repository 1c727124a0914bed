//! Rows that are here, by number.

use std::collections::BTreeMap;
use std::ops::Range;

use devtail_channels::terminal::{Row, Rows};

/// Rows kept here at most: half of what a host keeps, so that going up and down asks for little twice.
const HELD_MAX: usize = 5_000;
/// Rows asked for at once: several windows, and on a slow link still a moment.
const PAGE: u64 = 200;

#[derive(Debug, Default)]
pub(super) struct Held {
    rows: BTreeMap<u64, Row>,
    /// Number of the oldest row the host has.
    pub(super) base: u64,
    /// Number behind the last row the host has, as far as is known.
    pub(super) end: u64,
}

impl Held {
    pub(super) fn row(&self, number: u64) -> Option<&Row> {
        self.rows.get(&number)
    }

    /// Takes an answer; `near`: what is looked at, and kept longest.
    pub(super) fn take(&mut self, answer: Rows, near: u64) {
        let behind = answer.first + answer.rows.len() as u64;
        self.base = answer.base;
        self.end = self.end.max(behind);
        // Cleared there, or not kept any more; and what was on the screen may have changed.
        self.rows = self.rows.split_off(&answer.base);
        self.rows.extend((answer.first..).zip(answer.rows));
        while self.rows.len() > HELD_MAX {
            let (first, last) = (self.rows.first_key_value(), self.rows.last_key_value());
            let (Some((&first, _)), Some((&last, _))) = (first, last) else { return };
            let far = if near.abs_diff(first) > near.abs_diff(last) { first } else { last };
            self.rows.remove(&far);
        }
    }

    /// What is on the screen from here on is to be asked for anew.
    pub(super) fn forget_from(&mut self, number: u64) {
        self.rows.split_off(&number);
    }

    /// What to ask for so that these rows are here, and as many above and below them; `None` if they are.
    pub(super) fn missing(&self, seen: Range<u64>) -> Option<(u64, u32)> {
        let seen = seen.start.max(self.base)..seen.end.min(self.end);
        let ahead = seen.end.saturating_sub(seen.start);
        let is_missing = |number: &u64| !self.rows.contains_key(number);
        let above = seen.start.saturating_sub(ahead).max(self.base)..seen.start;
        let mut below = seen.end..(seen.end + ahead).min(self.end);
        let upto = |last: u64| (last + 1).saturating_sub(PAGE).max(self.base)..last + 1;
        let from = |first: u64| first..(first + PAGE).min(self.end);
        // One goes up from what is here, or down, or jumps.
        let goes_up = seen.end == self.end || !is_missing(&seen.end);
        let (last, first) = (seen.clone().rev().find(is_missing), { seen }.find(is_missing));
        let page = match (last, first) {
            (Some(last), _) if goes_up => upto(last),
            (_, Some(first)) => from(first),
            (_, None) => match above.rev().find(is_missing) {
                Some(last) => upto(last),
                None => from(below.find(is_missing)?),
            },
        };
        // An answer may have had no room for the end of a page.
        let start = page.clone().find(is_missing).unwrap_or(page.start);
        Some((start, u32::try_from(page.end - start).unwrap_or(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(range: Range<u64>, base: u64) -> Rows {
        let row = |n: u64| Row { vt: n.to_string().into(), wraps: false };
        Rows { first: range.start, base, top: range.end, rows: range.map(row).collect() }
    }

    #[test]
    fn pages_are_asked_for_as_they_come_into_sight_and_once() {
        let mut held = Held { end: 1000, ..Held::default() };
        assert_eq!(held.missing(970..1000), Some((800, 200)));
        held.take(answer(800..1000, 0), 970);
        assert_eq!(held.missing(970..1000), None);
        assert_eq!(held.missing(820..850), Some((600, 200)), "as many above are kept ready");
        held.take(answer(600..800, 0), 820);
        assert_eq!(held.missing(820..850), None);
        assert_eq!(held.missing(0..30), Some((0, 200)));
        held.take(answer(0..200, 0), 0);
        assert_eq!(held.missing(180..210), Some((200, 200)), "and one goes down again");
    }

    #[test]
    fn behind_an_answer_that_was_cut_short_the_rest_is_asked_for() {
        let mut held = Held { end: 1000, ..Held::default() };
        assert_eq!(held.missing(970..1000), Some((800, 200)));
        held.take(answer(800..900, 0), 970);
        assert_eq!(held.missing(970..1000), Some((900, 100)));
    }

    #[test]
    fn the_nearest_rows_are_kept_and_those_that_the_host_dropped_go() {
        let mut held = Held { end: 20_000, ..Held::default() };
        for page in 0..8 {
            held.take(answer(page * 1000..(page + 1) * 1000, 0), page * 1000);
        }
        assert_eq!(held.rows.len(), HELD_MAX);
        assert!(held.row(7999).is_some() && held.row(0).is_none());
        held.take(answer(9000..9001, 7500), 9000);
        assert!(held.row(7499).is_none() && held.row(7500).is_some());
    }
}
