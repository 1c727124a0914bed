//! One of the two screens: its rows and margins, and what moves and erases cells. It knows no cursor of its own.

use super::cell::{Cell, Glyph, Style};
use super::cursor::Saved;
use super::row::Row;
use crate::terminal::message::Size;

/// Rows, margins, and the saved cursor of one screen.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) rows: Vec<Row>,
    /// First row of the scrolling region.
    pub(super) top: u16,
    /// Last row of the scrolling region.
    pub(super) bottom: u16,
    pub(super) saved: Saved,
}

impl Grid {
    pub(super) fn new(size: Size, fill: Cell) -> Self {
        Self {
            rows: vec![Row::new(size.cols(), fill); size.rows().into()],
            top: 0,
            bottom: size.rows() - 1,
            saved: Saved::default(),
        }
    }

    pub(super) fn row(&mut self, row: u16) -> &mut Row {
        &mut self.rows[usize::from(row)]
    }

    pub(super) fn last_row(&self) -> u16 {
        u16::try_from(self.rows.len() - 1).unwrap_or(u16::MAX)
    }

    /// Moves the rows `first..=last` up; blank ones follow from below.
    pub(super) fn scroll_up(&mut self, first: u16, last: u16, count: u16, fill: Cell) {
        let count = count.min(last - first + 1);
        let region = self.region(first, last);
        region.rotate_left(count.into());
        let kept = region.len() - usize::from(count);
        region[kept..].iter_mut().for_each(|row| row.fill(fill));
    }

    /// Moves the rows `first..=last` down; blank ones follow from above.
    pub(super) fn scroll_down(&mut self, first: u16, last: u16, count: u16, fill: Cell) {
        let count = count.min(last - first + 1);
        let region = self.region(first, last);
        region.rotate_right(count.into());
        region[..count.into()].iter_mut().for_each(|row| row.fill(fill));
        self.row(last).wraps = false;
    }

    /// The rows of a region that is about to move: no text runs into it or out of it any more.
    fn region(&mut self, first: u16, last: u16) -> &mut [Row] {
        if first > 0 {
            self.row(first - 1).wraps = false;
        }
        self.row(last).wraps = false;
        &mut self.rows[first.into()..=last.into()]
    }

    /// Prepares the cells `from..to` of a row to be erased: so are wide glyphs across the edges, and the row no longer runs
    /// on if its end is among them, nor does the one above if its beginning is.
    fn touch(&mut self, row: u16, from: usize, to: usize) -> &mut Row {
        let at = usize::from(row);
        let line = &mut self.rows[at];
        let (from, to) = (line.part(from), line.part_behind(to));
        if to >= line.cells.len() {
            line.wraps = false;
        }
        if from == 0 && at > 0 {
            self.rows[at - 1].wraps = false;
        }
        &mut self.rows[at]
    }

    /// Prepares the cells `from..to` of a row to be written. What runs on still does, unless a wide glyph across an edge
    /// goes, or the one that left the column above blank.
    pub(super) fn make_room(&mut self, row: u16, from: usize, to: usize) -> &mut Row {
        let at = usize::from(row);
        let line = &mut self.rows[at];
        let (begin, end) = (line.part(from), line.part_behind(to));
        if end > to && end == line.cells.len() {
            line.wraps = false;
        }
        if begin == 0 && at > 0 {
            let above = &mut self.rows[at - 1];
            above.wraps &=
                begin == from && above.cells.last().is_some_and(|cell| !cell.glyph.is_blank());
        }
        &mut self.rows[at]
    }

    /// Writes a glyph, one or two cells wide. The column must leave room for it.
    pub(super) fn put(&mut self, row: u16, col: u16, glyph: Glyph, style: Style) {
        let (col, width) = (usize::from(col), if glyph.is_wide() { 2 } else { 1 });
        let row = self.make_room(row, col, col + width);
        row.touch(col + width);
        row.cells[col] = Cell { glyph, style };
        if width == 2 {
            row.cells[col + 1] = Cell { glyph: Glyph::TAIL, style };
        }
    }

    /// Erases the cells `from..to` of a row.
    pub(super) fn erase(&mut self, row: u16, from: u16, to: u16, fill: Cell) {
        let (from, to) = (usize::from(from), usize::from(to).min(self.rows[0].cells.len()));
        if from < to {
            self.touch(row, from, to).erase(from, to, fill);
        }
    }

    /// Erases whole rows.
    pub(super) fn erase_rows(&mut self, from: u16, to: u16, fill: Cell) {
        if from > 0 && from < to {
            self.row(from - 1).wraps = false;
        }
        for row in from..to {
            self.row(row).fill(fill);
        }
    }

    /// Shifts the cells from `col` on to the right; blank ones take their place.
    pub(super) fn insert_cells(&mut self, row: u16, col: u16, count: u16, fill: Cell) {
        let (col, len) = (usize::from(col), self.rows[0].cells.len());
        let count = usize::from(count).min(len - col);
        let row = self.touch(row, col, len);
        row.touch(len);
        row.part(len - count);
        row.cells[col..].rotate_right(count);
        row.cells[col..col + count].fill(fill);
    }

    /// Shifts the cells behind `col` to the left over `count` of them; blank ones follow.
    pub(super) fn delete_cells(&mut self, row: u16, col: u16, count: u16, fill: Cell) {
        let (col, len) = (usize::from(col), self.rows[0].cells.len());
        let count = usize::from(count).min(len - col);
        let row = self.touch(row, col, len);
        row.touch(len);
        row.part(col + count);
        row.cells[col..].rotate_left(count);
        row.cells[len - count..].fill(fill);
    }

    /// How many rows [`Grid::resize`] takes from the top.
    pub(super) fn rows_that_leave(&self, size: Size, cursor_row: u16) -> u16 {
        (cursor_row.min(self.last_row()) + 1).saturating_sub(size.rows())
    }

    /// Gives the grid another size, cursor in `row`: rows go from below the cursor first, then from the top; new ones
    /// come below. Nothing is wrapped anew. Says by how many rows the text moved up.
    pub(super) fn resize(&mut self, size: Size, cursor_row: u16) -> u16 {
        let (rows, cols) = (usize::from(size.rows()), usize::from(size.cols()));
        let above = self.rows_that_leave(size, cursor_row);
        self.rows.drain(..usize::from(above));
        self.rows.resize_with(rows, || Row::new(size.cols(), Cell::default()));
        self.row(size.rows() - 1).wraps = false;
        self.rows.iter_mut().for_each(|row| row.resize(cols));
        (self.top, self.bottom) = (0, size.rows() - 1);
        self.saved.cursor.row = self.saved.cursor.row.saturating_sub(above).min(size.rows() - 1);
        self.saved.cursor.col = self.saved.cursor.col.min(size.cols() - 1);
        self.saved.cursor.pending = false;
        above
    }
}
