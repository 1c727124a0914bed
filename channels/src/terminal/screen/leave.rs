//! Rows that leave the primary screen at its top: counted always, written down where somebody collects them.

use super::Screen;
use super::cell::{Cell, Shown, Style};
use super::cluster::Clusters;
use super::row::Row;
use crate::terminal::limits::{BUFFER_BYTES_KEPT, LEAVING_BYTES_MAX, ROW_BYTES_MAX};

/// Ends a row that is the last of its line.
const ENDS: u8 = b'\n';
/// Ends a row whose text runs on into the next: a control that no cell ever shows.
const RUNS_ON: u8 = 0x0b;

/// How many rows left, and those that were not taken yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Leaving {
    above: u64,
    /// There where somebody collects them.
    left: Option<Left>,
}

/// Rows that left, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// All that left before these is to be forgotten: a program cleared it, or it is too much.
    pub forgets: bool,
    /// Number of the first.
    pub first: u64,
    /// How many there are.
    pub count: u64,
    /// Each row behind the other, with its end: see [`rows`].
    pub text: Vec<u8>,
}

/// One row as it is kept: its text and SGR sequences, and whether it runs on into the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowText<'a> {
    /// Text and looks; begins and ends plain.
    pub vt: &'a [u8],
    /// Whether its text runs on into the next row.
    pub wraps: bool,
}

/// The rows of a text as [`Left`] has it.
pub fn rows(text: &[u8]) -> impl Iterator<Item = RowText<'_>> {
    let mut from = 0;
    memchr::memchr2_iter(ENDS, RUNS_ON, text).map(move |at| {
        let vt = &text[from..at];
        from = at + 1;
        RowText { vt, wraps: text[at] == RUNS_ON }
    })
}

impl Left {
    fn clear(&mut self, forgets: bool) {
        (self.forgets, self.count) = (forgets, 0);
        self.text.clear();
        self.text.shrink_to(BUFFER_BYTES_KEPT);
    }
}

impl Screen {
    /// How many rows have left the primary screen at its top since the Log began: the number of its first row.
    pub const fn rows_above(&self) -> u64 {
        self.leaving.above
    }

    /// Writes down from now on what leaves: to be taken with [`Screen::take_left`] after each turn.
    pub fn collect_rows(&mut self) {
        self.leaving.left.get_or_insert_default();
    }

    /// Gives what left since the last time; nothing where nobody collects.
    pub fn take_left(&mut self, take: impl FnOnce(&Left)) {
        let Some(left) = &mut self.leaving.left else { return };
        left.first = self.leaving.above - left.count;
        take(left);
        left.clear(false);
    }

    /// The rows of the primary screen, as [`Screen::take_left`] would have them; those below the last one written are not
    /// there.
    pub fn primary_rows(&self) -> Vec<u8> {
        let is_written = |row: &Row| row.cells.iter().any(|cell| *cell != Cell::default());
        let rows = &self.primary.rows;
        let mut text = Vec::new();
        let written = rows.iter().rposition(is_written).map_or(0, |last| last + 1);
        rows[..written].iter().for_each(|row| write_row(row, &self.clusters, &mut text));
        text
    }

    /// The first rows of the primary screen are about to leave it.
    pub(super) fn leave(&mut self, count: u16) {
        self.leaving.above += u64::from(count);
        let Some(left) = &mut self.leaving.left else { return };
        for row in &self.primary.rows[..count.into()] {
            if left.text.len() > LEAVING_BYTES_MAX {
                left.clear(true);
            }
            write_row(row, &self.clusters, &mut left.text);
            left.count += 1;
        }
    }

    /// What left before is to be forgotten.
    pub(super) fn forget_left(&mut self) {
        if let Some(left) = &mut self.leaving.left {
            left.clear(true);
        }
    }

    /// A Snapshot says how many rows left.
    pub(super) fn restore_above(&mut self, above: u64) {
        self.leaving.above = above;
    }
}

fn write_row(row: &Row, clusters: &Clusters, out: &mut Vec<u8>) {
    if let Some(text) = row.plain() {
        write_plain(row, text, out);
        return;
    }
    let begin = out.len();
    let cells = written(row);
    write_cells(cells, Some(Style::PLAIN), clusters, out);
    if out.len() - begin > ROW_BYTES_MAX {
        out.truncate(begin);
        write_cells(cells, None, clusters, out);
        cut(out, begin + ROW_BYTES_MAX);
    }
    out.push(if row.wraps { RUNS_ON } else { ENDS });
}

/// A row of ASCII without looks.
fn write_plain(row: &Row, text: &[u8], out: &mut Vec<u8>) {
    if row.wraps {
        out.extend_from_slice(text);
        // As far as the last column, which a wide character may have left blank.
        let blank = (row.cells.len() - 1).saturating_sub(text.len());
        out.resize(out.len() + blank, b' ');
        out.push(RUNS_ON);
        return;
    }
    let end = text.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    out.extend_from_slice(&text[..end]);
    out.push(ENDS);
}

/// The cells that are told: without the blanks at the end, but for a row that runs on, of which the last column alone may
/// be blank (a wide character found no room there).
fn written(row: &Row) -> &[Cell] {
    let cells = &row.cells[..];
    if row.wraps {
        let is_blank = cells.last().is_some_and(|cell| cell.glyph.is_blank());
        return &cells[..cells.len() - usize::from(is_blank)];
    }
    let is_seen = |cell: &Cell| {
        !(cell.style == Style::PLAIN && (cell.glyph.is_blank() || cell.glyph.is_space()))
    };
    let cells = row.inked();
    &cells[..cells.iter().rposition(is_seen).map_or(0, |last| last + 1)]
}

/// `style`: what the text before looks like; `None` leaves looks out.
fn write_cells(cells: &[Cell], mut style: Option<Style>, clusters: &Clusters, out: &mut Vec<u8>) {
    for cell in cells {
        if style.is_some_and(|style| style != cell.style) {
            let mut said = String::new();
            cell.style.write(&mut said);
            out.extend_from_slice(said.as_bytes());
            style = Some(cell.style);
        }
        match cell.glyph.shown() {
            Shown::Blank => out.push(b' '),
            Shown::Char(char) if char.is_ascii() => out.push(char as u8),
            Shown::Char(char) => {
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Shown::Cluster(number) => out.extend_from_slice(clusters.text(number).as_bytes()),
            Shown::Tail => {}
        }
    }
    if style.is_some_and(|style| style != Style::PLAIN) {
        out.extend_from_slice(b"\x1b[0m");
    }
}

/// Cuts a text before this length, between characters.
fn cut(out: &mut Vec<u8>, mut len: usize) {
    if out.len() <= len {
        return;
    }
    while out[len] & 0xc0 == 0x80 {
        len -= 1;
    }
    out.truncate(len);
}
