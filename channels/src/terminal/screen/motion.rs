//! Where the cursor goes, and what scrolls with it.

use super::Screen;
use super::cell::Cell;
use super::cursor::Saved;
use super::grid::Grid;
use super::keyboard::Keyboard;
use super::mode::Switch;

impl Screen {
    /// IND: down a row, scrolling at the bottom margin. Says whether it scrolled.
    pub(super) fn index(&mut self) -> bool {
        self.cursor.pending = false;
        let (row, fill) = (self.cursor.row, self.blank());
        let grid = self.grid();
        if row == grid.bottom {
            let (top, bottom) = (grid.top, grid.bottom);
            if top == 0 && !self.is_alternate() {
                self.leave(1);
            }
            self.grid().scroll_up(top, bottom, 1, fill);
            return true;
        }
        if row < grid.last_row() {
            self.cursor.row += 1;
        }
        false
    }

    /// RI: up a row, scrolling at the top margin.
    pub(super) fn reverse_index(&mut self) {
        self.cursor.pending = false;
        let (row, fill) = (self.cursor.row, self.blank());
        let grid = self.grid();
        if row == grid.top {
            let (top, bottom) = (grid.top, grid.bottom);
            grid.scroll_down(top, bottom, 1, fill);
        } else {
            self.cursor.row = row.saturating_sub(1);
        }
    }

    /// CUP: counts from 0, from the margin in origin mode.
    pub(super) fn move_to(&mut self, row: u16, col: u16) {
        let (first, last) = self.reach();
        self.cursor.row = row.saturating_add(first).min(last);
        self.move_go_to_col(col);
    }

    /// Goes to a column of this row.
    pub(super) fn move_go_to_col(&mut self, col: u16) {
        self.cursor.col = col.min(self.size.cols() - 1);
        self.cursor.pending = false;
    }

    /// CUU: stops at the top margin if it starts below it.
    pub(super) fn up(&mut self, count: u16) {
        let top = self.grid().top;
        let stop = if self.cursor.row >= top { top } else { 0 };
        self.cursor.row = self.cursor.row.saturating_sub(count).max(stop);
        self.cursor.pending = false;
    }

    /// CUD: stops at the bottom margin if it starts above it.
    pub(super) fn down(&mut self, count: u16) {
        let (bottom, last) = (self.grid().bottom, self.grid().last_row());
        let stop = if self.cursor.row <= bottom { bottom } else { last };
        self.cursor.row = self.cursor.row.saturating_add(count).min(stop);
        self.cursor.pending = false;
    }

    /// DECSTBM: sets the margins (from 0) and homes the cursor; a region of less than two rows changes nothing.
    pub(super) fn set_margins(&mut self, top: u16, bottom: u16) {
        let last = self.grid().last_row();
        let bottom = bottom.min(last);
        if top < bottom || last == 0 {
            (self.grid().top, self.grid().bottom) = (top.min(bottom), bottom);
            self.move_to(0, 0);
        }
    }

    /// DECSC.
    pub(super) fn save_cursor(&mut self) {
        let origin = self.has(Switch::Origin);
        self.grid().saved =
            Saved { cursor: self.cursor, style: self.pen, charsets: self.charsets, origin };
    }

    /// DECRC. A place outside the margins is brought inside in origin mode.
    pub(super) fn restore_cursor(&mut self) {
        let saved = self.grid().saved;
        (self.pen, self.charsets, self.cursor) = (saved.style, saved.charsets, saved.cursor);
        self.modes.set(Switch::Origin, saved.origin);
        self.stay_in_reach();
    }

    /// Shows the alternate screen, blank; the cursor stays where it is.
    pub(super) fn enter_alternate(&mut self) {
        if self.alternate.is_none() {
            self.alternate = Some(Grid::new(self.size, self.blank()));
            self.stay_in_reach();
        }
    }

    /// Shows the primary screen again; nothing of the other is kept.
    pub(super) fn leave_alternate(&mut self) {
        self.alternate = None;
        self.keyboards[1] = Keyboard::default();
        self.stay_in_reach();
    }

    /// IL and DL happen between the cursor's row and the bottom margin, if it is between the margins.
    pub(super) fn lines_below(&mut self) -> Option<(u16, u16)> {
        let (row, grid) = (self.cursor.row, self.grid());
        let inside = (grid.top..=grid.bottom).contains(&row);
        let region = (row, grid.bottom);
        inside.then(|| {
            self.move_go_to_col(0);
            region
        })
    }

    /// What erasing leaves now.
    pub(super) fn blank(&self) -> Cell {
        self.pen.erased()
    }

    /// Brings the cursor between the margins in origin mode.
    fn stay_in_reach(&mut self) {
        let (first, last) = self.reach();
        self.cursor.row = self.cursor.row.clamp(first, last);
    }

    /// The rows that CUP can reach.
    pub(super) fn reach(&self) -> (u16, u16) {
        let grid = self.shown();
        if self.has(Switch::Origin) { (grid.top, grid.bottom) } else { (0, grid.last_row()) }
    }
}
