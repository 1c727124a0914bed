//! A line that is searched: one row, or several that run on into each other.

use std::ops::Range;

use memchr::memmem::Finder;
use unicode_width::UnicodeWidthChar as _;

use crate::terminal::message::{Match, plain};

/// The text of a line, folded to small letters if capitals do not count.
#[derive(Debug)]
pub(super) struct Line {
    first: u64,
    text: String,
    /// Where each row begins in the text, in bytes.
    rows: Vec<usize>,
    folds: bool,
}

impl Line {
    /// A line that begins with this row.
    pub(super) const fn new(first: u64, folds: bool) -> Self {
        Self { first, text: String::new(), rows: Vec::new(), folds }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, vt: &[u8]) {
        self.rows.push(self.text.len());
        let text = plain(vt);
        if self.folds { self.text.extend(text.chars().map(fold)) } else { self.text += &text }
    }

    /// Where a text stands, from left to right, none over another.
    pub(super) fn matches(&self, text: &str) -> Vec<Match> {
        let finder = Finder::new(text);
        let found = finder.find_iter(self.text.as_bytes());
        found.map(|at| self.place(at..at + text.len())).collect()
    }

    fn place(&self, bytes: Range<usize>) -> Match {
        let row = self.rows.partition_point(|begin| *begin <= bytes.start) - 1;
        let before = &self.text[self.rows[row]..bytes.start];
        Match { row: self.first + row as u64, col: cells(before), len: cells(&self.text[bytes]) }
    }
}

/// The small letter, one for one, so that places stay the same.
pub(super) fn fold(char: char) -> char {
    char.to_lowercase().next().unwrap_or(char)
}

fn cells(text: &str) -> u32 {
    let width = |char: char| char.width().unwrap_or(0);
    u32::try_from(text.chars().map(width).sum::<usize>()).unwrap_or(u32::MAX)
}
