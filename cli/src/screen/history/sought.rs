//! A text that is sought upwards, and the places found so far.

use std::ops::Range;

use devtail_channels::terminal::{Found, Match, Search};
use devtail_protocol::ChannelId;

/// Places asked for at once.
const PLACES: u32 = 100;

#[derive(Debug)]
pub(super) struct Sought {
    pub(super) text: String,
    /// The newest first.
    matches: Vec<Match>,
    /// Which of them is looked at.
    at: Option<usize>,
    /// From where the host goes on upwards; `None`: it has searched all.
    before: Option<u64>,
    /// Whether the next one is wanted as soon as it is known.
    pub(super) is_wanted: bool,
}

impl Sought {
    /// A text, sought from the row before this one.
    pub(super) fn new(text: String, before: u64) -> Self {
        Self { text, matches: Vec::new(), at: None, before: Some(before), is_wanted: true }
    }

    /// The question to go on with.
    pub(super) fn question(&self, id: ChannelId) -> Option<Search> {
        let before = Some(self.before?);
        let text = self.text.clone();
        // As in many an editor: who types a capital means it.
        let case_sensitive = text.chars().any(char::is_uppercase);
        Some(Search { id, text, case_sensitive, before, limit: PLACES })
    }

    pub(super) fn take(&mut self, found: Found) {
        self.before = found.more.then_some(found.reached);
        self.matches.extend(found.matches);
    }

    /// Goes to the next older place, if one is known.
    pub(super) fn older(&mut self) -> Option<Match> {
        let next = self.at.map_or(0, |at| at + 1);
        let found = self.matches.get(next).copied();
        self.is_wanted = found.is_none() && self.before.is_some();
        if found.is_some() {
            self.at = Some(next);
        }
        found
    }

    /// Goes back to the next newer place.
    pub(super) fn newer(&mut self) -> Option<Match> {
        let next = self.at?.checked_sub(1)?;
        self.at = Some(next);
        self.matches.get(next).copied()
    }

    /// The cells of a row that are part of a place, and whether it is the one looked at. `width`: the cells of each of the
    /// rows above it, as far as they run on into it.
    pub(super) fn cells(
        &self,
        row: u64,
        width: impl Fn(u64) -> Option<u32>,
    ) -> Vec<(Range<u32>, bool)> {
        let part = |(index, found): (usize, &Match)| {
            let is_at = self.at == Some(index);
            let (mut at, mut from, mut len) = (found.row, found.col, found.len);
            while at < row && row - at < 64 {
                len = len.checked_sub(width(at)?.checked_sub(from)?)?;
                (at, from) = (at + 1, 0);
            }
            (at == row && len > 0).then_some((from..from + len, is_at))
        };
        self.matches.iter().enumerate().filter_map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought() -> Sought {
        let mut sought = Sought::new("x".into(), 100);
        let place = |row| Match { row, col: 8, len: 4 };
        let matches = vec![place(90), place(70)];
        sought.take(Found { matches, more: true, base: 0, top: 100, reached: 60 });
        sought
    }

    #[test]
    fn places_are_gone_through_and_more_are_asked_for_behind_the_last() {
        let mut sought = sought();
        assert_eq!(sought.older().map(|found| found.row), Some(90));
        assert_eq!(sought.older().map(|found| found.row), Some(70));
        assert_eq!((sought.older(), sought.is_wanted), (None, true));
        assert_eq!(sought.question(ChannelId([0; 16])).unwrap().before, Some(60));
        sought.take(Found { matches: vec![], more: false, base: 0, top: 100, reached: 0 });
        assert_eq!((sought.older(), sought.is_wanted), (None, false));
        assert_eq!(sought.newer().map(|found| found.row), Some(90));
        assert_eq!(sought.newer(), None);
    }

    #[test]
    fn a_place_that_runs_on_is_marked_in_both_rows() {
        let mut sought = sought();
        sought.older();
        let width = |_| Some(10);
        assert_eq!(sought.cells(90, width), [(8..12, true)]);
        assert_eq!(sought.cells(91, width), [(0..2, true)]);
        assert_eq!(sought.cells(92, width), []);
        assert_eq!(sought.cells(70, width), [(8..12, false)]);
    }
}
