//! Rows one by one, those of the screen behind those kept: one block is unpacked at a time.

use std::borrow::Cow;
use std::ops::Range;

use super::History;
use crate::terminal::screen::{RowText, Screen, rows};

/// Reads rows by number.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    history: &'a History,
    screen: Vec<u8>,
    screen_rows: u64,
    /// The block that was read last.
    open: Option<Open<'a>>,
}

#[derive(Debug)]
struct Open<'a> {
    first: u64,
    text: Cow<'a, [u8]>,
    /// Each row's place in the text, and whether it runs on.
    places: Vec<(Range<usize>, bool)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(history: &'a History, screen: &Screen) -> Self {
        let screen = screen.primary_rows();
        let screen_rows = rows(&screen).count() as u64;
        Self { history, screen, screen_rows, open: None }
    }

    /// Number behind the last row there is.
    pub(super) fn end(&self) -> u64 {
        self.history.next + self.screen_rows
    }

    /// The row of this number, if it is kept.
    pub(super) fn row(&mut self, number: u64) -> Option<RowText<'_>> {
        if number < self.history.base() || number >= self.end() {
            return None;
        }
        if !self.open.as_ref().is_some_and(|open| open.has(number)) {
            self.open = Some(self.load(number)?);
        }
        let open = self.open.as_ref()?;
        let (place, wraps) = &open.places[usize::try_from(number - open.first).ok()?];
        Some(RowText { vt: &open.text[place.clone()], wraps: *wraps })
    }

    /// Whether this row runs on into the next; not, if it is not kept.
    pub(super) fn wraps(&mut self, number: u64) -> bool {
        self.row(number).is_some_and(|row| row.wraps)
    }

    fn load(&self, number: u64) -> Option<Open<'a>> {
        if number >= self.history.next {
            return Some(Open::new(self.history.next, self.screen.clone().into()));
        }
        let blocks = &self.history.blocks;
        let at = blocks.partition_point(|block| block.end() <= number);
        blocks.get(at).map(|block| Open::new(block.first(), block.text()))
    }
}

impl<'a> Open<'a> {
    fn new(first: u64, text: Cow<'a, [u8]>) -> Self {
        let mut from = 0;
        let place = |row: RowText<'_>| {
            let begin = from;
            from += row.vt.len() + 1;
            (begin..from - 1, row.wraps)
        };
        let places = rows(&text).map(place).collect();
        Self { first, text, places }
    }

    fn has(&self, number: u64) -> bool {
        number.checked_sub(self.first).is_some_and(|at| at < self.places.len() as u64)
    }
}
