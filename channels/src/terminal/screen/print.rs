//! Text: how characters take their places.

use unicode_width::UnicodeWidthChar as _;

use super::Screen;
use super::cell::{Cell, Glyph, Shown};
use super::grid::Grid;
use super::mode::Switch;

impl Screen {
    /// Prints characters that need no thought: bytes 0x20 to 0x7E.
    pub(super) fn print_ascii(&mut self, mut run: &[u8]) {
        if !self.charsets.is_ascii() || self.has(Switch::Insert) || !self.has(Switch::Autowrap) {
            run.iter().for_each(|&byte| self.print(char::from(byte)));
            return;
        }
        while !run.is_empty() {
            let wrapped = self.wrap_if_pending();
            let (col, pen) = (usize::from(self.cursor.col), self.pen);
            let (cursor_row, cols) = (self.cursor.row, usize::from(self.size.cols()));
            let count = run.len().min(cols - col);
            let row = self.grid().make_room(cursor_row, col, col + count);
            for (cell, &byte) in row.cells[col..col + count].iter_mut().zip(run) {
                *cell = Cell { glyph: Glyph::ascii(byte), style: pen };
            }
            row.wrote_ascii(col, &run[..count], pen);
            self.runs_on(wrapped);
            self.advance(count);
            run = &run[count..];
        }
    }

    /// Prints one character of the stream.
    pub(super) fn print(&mut self, char: char) {
        let char = self.charsets.read(char);
        match char.width() {
            None => {}
            Some(0) => self.combine(char),
            Some(1) => self.place(Glyph::char(char, false)),
            Some(_) => self.place(Glyph::char(char, true)),
        }
    }

    fn place(&mut self, glyph: Glyph) {
        let width = if glyph.is_wide() { 2 } else { 1 };
        let mut wrapped = self.wrap_if_pending();
        if self.cursor.col + width > self.size.cols() {
            if self.size.cols() < width || !self.has(Switch::Autowrap) {
                return;
            }
            let (row, fill) = (self.cursor.row, self.pen.erased());
            let col = self.cursor.col;
            self.grid().erase(row, col, col + 1, fill);
            wrapped = self.wrap();
        }
        let (row, col, pen) = (self.cursor.row, self.cursor.col, self.pen);
        if self.has(Switch::Insert) {
            self.grid().insert_cells(row, col, width, pen.erased());
        }
        self.grid().put(row, col, glyph, pen);
        self.runs_on(wrapped);
        self.advance(width.into());
    }

    /// Adds a mark to the character before the cursor.
    fn combine(&mut self, mark: char) {
        let (row, pending) = (self.cursor.row, self.cursor.pending);
        let Some(mut col) =
            (if pending { Some(self.cursor.col) } else { self.cursor.col.checked_sub(1) })
        else {
            return;
        };
        if self.grid().row(row).cells[usize::from(col)].glyph.is_tail() {
            col -= 1;
        }
        let cell = self.grid().row(row).cells[usize::from(col)];
        let mut text = match cell.glyph.shown() {
            Shown::Blank | Shown::Tail => String::from(' '),
            Shown::Char(char) => String::from(char),
            Shown::Cluster(number) => self.clusters.text(number).to_owned(),
        };
        text.push(mark);
        if self.clusters.is_full() {
            self.forget_unshown_clusters();
        }
        if let Some(number) = self.clusters.number(&text) {
            let glyph = Glyph::cluster(number, cell.glyph.is_wide());
            let row = self.grid().row(row);
            row.touch(usize::from(col) + 1);
            row.cells[usize::from(col)].glyph = glyph;
        }
    }

    /// Numbers the clusters anew, those that some cell still shows.
    fn forget_unshown_clusters(&mut self) {
        let old = std::mem::take(&mut self.clusters);
        let grids = [Some(&mut self.primary), self.alternate.as_mut()];
        for cell in grids.into_iter().flatten().flat_map(cells) {
            if let Shown::Cluster(number) = cell.glyph.shown() {
                let wide = cell.glyph.is_wide();
                cell.glyph = match self.clusters.number(old.text(number)) {
                    Some(number) => Glyph::cluster(number, wide),
                    None => Glyph::BLANK,
                };
            }
        }
    }

    fn advance(&mut self, cells: usize) {
        let col = usize::from(self.cursor.col) + cells;
        let cols = usize::from(self.size.cols());
        self.cursor.pending = col == cols;
        self.cursor.col = u16::try_from(col.min(cols - 1)).unwrap_or(u16::MAX);
    }

    /// Says which row runs on by that.
    fn wrap_if_pending(&mut self) -> Option<u16> {
        let wraps = std::mem::take(&mut self.cursor.pending) && self.has(Switch::Autowrap);
        if wraps { self.wrap() } else { None }
    }

    /// Goes on in the next row; says which row runs on by that, once something is written there.
    fn wrap(&mut self) -> Option<u16> {
        let before = self.cursor.row;
        let scrolled = self.index();
        self.cursor.col = 0;
        let from = if scrolled { before.checked_sub(1) } else { Some(before) };
        from.filter(|&from| from < self.cursor.row)
    }

    fn runs_on(&mut self, row: Option<u16>) {
        let Some(row) = row else { return };
        let cells = |row: u16| &self.shown().rows[usize::from(row)].cells;
        let (last, first) = (cells(row)[cells(row).len() - 1], cells(row + 1)[0]);
        // A wide character that found one column only has left it blank, in its own background.
        let made_room = first.glyph.is_wide() && last == first.style.erased();
        self.grid().row(row).wraps = !last.glyph.is_blank() || made_room;
    }
}

fn cells(grid: &mut Grid) -> impl Iterator<Item = &mut Cell> {
    grid.rows.iter_mut().flat_map(|row| &mut row.cells)
}
