//! A row of cells, and what is known of all of them at once: where the blank end begins, and whether it is plain text.
//! Both make a flood cheap: a row that scrolls away is blanked as far as it was written, and told without looking at
//! its cells.

use super::cell::{Cell, Style};
use crate::terminal::limits::SIDE_MAX;

/// New cells, to be copied: several times as fast as to write them one by one.
static BLANK: [Cell; SIDE_MAX as usize] = [Style::PLAIN.erased(); SIDE_MAX as usize];

/// A row of cells. Whoever changes a cell says so first: see [`Row::part`], [`Row::touch`], [`Row::wrote_ascii`].
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) cells: Vec<Cell>,
    /// Whether the text runs on into the next row.
    pub(super) wraps: bool,
    /// The cells from here on are as new.
    ink: u16,
    /// Whether the cells before `ink` are what `text` has there, without looks.
    is_plain: bool,
    text: Box<[u8]>,
}

impl Row {
    pub(super) fn new(cols: u16, fill: Cell) -> Self {
        let text = vec![b' '; cols.into()].into();
        let mut row = Self {
            cells: vec![Cell::default(); cols.into()],
            wraps: false,
            ink: 0,
            is_plain: true,
            text,
        };
        row.fill(fill);
        row
    }

    /// Erases all of it.
    pub(super) fn fill(&mut self, fill: Cell) {
        self.wraps = false;
        if fill == Cell::default() {
            let ink = usize::from(self.ink);
            self.cells[..ink].copy_from_slice(&BLANK[..ink]);
            (self.ink, self.is_plain) = (0, true);
        } else {
            self.cells.fill(fill);
            (self.ink, self.is_plain) = (self.len(), false);
        }
    }

    /// The cells that may differ from new ones.
    pub(super) fn inked(&self) -> &[Cell] {
        &self.cells[..self.ink.into()]
    }

    /// What the cells show up to [`Row::inked`]'s end, if that is ASCII without looks; blank cells are spaces.
    pub(super) fn plain(&self) -> Option<&[u8]> {
        self.is_plain.then(|| &self.text[..self.ink.into()])
    }

    /// The cells before `to` are about to change in some way.
    pub(super) fn touch(&mut self, to: usize) {
        self.ink = self.ink.max(narrow(to).min(self.len()));
        self.is_plain = false;
    }

    /// The cells from `col` on were just given these characters 0x20 to 0x7E, and looks.
    pub(super) fn wrote_ascii(&mut self, col: usize, run: &[u8], style: Style) {
        let (ink, end) = (usize::from(self.ink), col + run.len());
        self.ink = self.ink.max(narrow(end));
        self.is_plain &= style == Style::PLAIN;
        if self.is_plain {
            if ink < col {
                self.text[ink..col].fill(b' ');
            }
            self.text[col..end].copy_from_slice(run);
        }
    }

    /// Erases the cells `from..to`. No wide glyph may stand across the edges.
    pub(super) fn erase(&mut self, from: usize, to: usize, fill: Cell) {
        if to >= self.cells.len() && fill == Cell::default() {
            let ink = usize::from(self.ink);
            if from < ink {
                self.cells[from..ink].fill(fill);
                self.ink = narrow(from);
            }
            return;
        }
        self.touch(to);
        self.cells[from..to].fill(fill);
    }

    /// Gives it another width. Nothing is wrapped anew.
    pub(super) fn resize(&mut self, cols: usize) {
        if cols == self.cells.len() {
            return;
        }
        self.part(cols);
        self.cells.resize(cols, Cell::default());
        let mut text = vec![b' '; cols];
        let kept = self.text.len().min(cols);
        text[..kept].copy_from_slice(&self.text[..kept]);
        self.text = text.into();
        self.ink = self.ink.min(narrow(cols));
        self.wraps = false;
    }

    /// Makes `col` the edge of a cell: a wide glyph across it is erased. Says where the change begins.
    pub(super) fn part(&mut self, col: usize) -> usize {
        if col == 0 || !self.cells.get(col).is_some_and(|cell| cell.glyph.is_tail()) {
            return col;
        }
        for cell in &mut self.cells[col - 1..=col] {
            *cell = cell.style.erased();
        }
        col - 1
    }

    /// As [`Row::part`]; says where the change ends.
    pub(super) fn part_behind(&mut self, col: usize) -> usize {
        if self.part(col) < col { col + 1 } else { col }
    }

    fn len(&self) -> u16 {
        narrow(self.cells.len())
    }
}

fn narrow(cols: usize) -> u16 {
    u16::try_from(cols).unwrap_or(u16::MAX)
}
