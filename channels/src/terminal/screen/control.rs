//! Control sequences (CSI) and the C0 controls: each line is one, by the name of its standard.

use super::Screen;
use super::mode::{Mode, Switch};
use crate::terminal::csi::Csi;
use crate::terminal::message::Happening;

impl Screen {
    /// One of the controls 0x00 to 0x1F (and DEL); `at` is the Offset behind it.
    pub(super) fn c0(&mut self, byte: u8, at: u64) {
        match byte {
            0x07 => self.happened(at, Happening::Bell),
            0x08 => self.move_go_to_col(self.cursor.col.saturating_sub(1)),
            0x09 if !self.cursor.pending => self.move_go_to_col(self.tabs.after(self.cursor.col)),
            0x0a..=0x0c => {
                self.index();
                if self.has(Switch::NewLine) {
                    self.move_go_to_col(0);
                }
            }
            0x0d => self.move_go_to_col(0),
            0x0e => self.charsets.shift = 1,
            0x0f => self.charsets.shift = 0,
            _ => {}
        }
    }

    /// A complete control sequence.
    pub(super) fn control(&mut self, raw: &[u8]) {
        let Some(csi) = Csi::parse(raw) else { return };
        match (csi.prefix, csi.intermediate, csi.last) {
            (0, 0, b'm') => self.pen.select(&csi),
            (0, 0, b'A'..=b'H' | b'I' | b'Z' | b'`' | b'a' | b'd'..=b'f' | b'j' | b'k') => {
                self.go(&csi)
            }
            (0, 0, b'@' | b'L' | b'M' | b'P' | b'S' | b'T') => self.shift(&csi),
            (0 | b'?', 0, b'J' | b'K') | (0, 0, b'X') => self.erase(&csi),
            (0 | b'?', 0, b'h') => self.switch(&csi, true),
            (0 | b'?', 0, b'l') => self.switch(&csi, false),
            (0, 0, b'g') => self.clear_tabs(csi.value(0)),
            (0, 0, b'r') => {
                self.set_margins(csi.count(0) - 1, csi.value(1).checked_sub(1).unwrap_or(u16::MAX))
            }
            (0, 0, b's') => self.save_cursor(),
            (0, 0, b'u') => self.restore_cursor(),
            (0, b'!', b'p') => self.soft_reset(),
            (0, b' ', b'q') if csi.value(0) <= 6 => {
                self.cursor_shape = u8::try_from(csi.value(0)).unwrap_or(0)
            }
            (b'>', 0, b'm') if csi.value(0) == 4 => {
                self.other_keys = u8::try_from(csi.value(1).min(3)).unwrap_or(0)
            }
            (b'>', 0, b'm') if csi.len() == 0 => self.other_keys = 0,
            (b'>', 0, b'u') => self.keyboard().push(csi.value(0)),
            (b'<', 0, b'u') => self.keyboard().pop(csi.value(0)),
            (b'=', 0, b'u') => self.keyboard().set(csi.value(0), csi.value(1)),
            _ => {}
        }
    }

    fn go(&mut self, csi: &Csi) {
        let (count, col) = (csi.count(0), self.cursor.col);
        match csi.last {
            b'A' | b'k' => self.up(count),
            b'B' | b'e' => self.down(count),
            b'C' | b'a' => self.move_go_to_col(col.saturating_add(count)),
            b'D' | b'j' => self.move_go_to_col(col.saturating_sub(count)),
            b'E' => {
                self.down(count);
                self.move_go_to_col(0);
            }
            b'F' => {
                self.up(count);
                self.move_go_to_col(0);
            }
            b'G' | b'`' => self.move_go_to_col(count - 1),
            b'd' => self.move_to(count - 1, col),
            b'I' => (0..count.min(self.size.cols()))
                .for_each(|_| self.move_go_to_col(self.tabs.after(self.cursor.col))),
            b'Z' => (0..count.min(self.size.cols()))
                .for_each(|_| self.move_go_to_col(self.tabs.before(self.cursor.col))),
            _ => self.move_to(count - 1, csi.count(1) - 1),
        }
    }

    fn shift(&mut self, csi: &Csi) {
        let (count, fill) = (csi.count(0), self.blank());
        let (row, col) = (self.cursor.row, self.cursor.col);
        self.cursor.pending = false;
        let (top, bottom) = (self.grid().top, self.grid().bottom);
        match csi.last {
            b'@' => self.grid().insert_cells(row, col, count, fill),
            b'P' => self.grid().delete_cells(row, col, count, fill),
            b'S' => self.grid().scroll_up(top, bottom, count, fill),
            b'T' => self.grid().scroll_down(top, bottom, count, fill),
            _ => {
                let Some((first, last)) = self.lines_below() else { return };
                match csi.last {
                    b'L' => self.grid().scroll_down(first, last, count, fill),
                    _ => self.grid().scroll_up(first, last, count, fill),
                }
            }
        }
    }

    fn erase(&mut self, csi: &Csi) {
        let (fill, cols) = (self.blank(), self.size.cols());
        let (row, col) = (self.cursor.row, self.cursor.col);
        self.cursor.pending = false;
        let is_primary = !self.is_alternate();
        let grid = self.grid();
        let rows = grid.last_row() + 1;
        match (csi.last, csi.value(0)) {
            (b'J', 0) => {
                grid.erase(row, col, cols, fill);
                grid.erase_rows(row + 1, rows, fill);
            }
            (b'J', 1) => {
                grid.erase_rows(0, row, fill);
                grid.erase(row, 0, col + 1, fill);
            }
            (b'J', 2) => grid.erase_rows(0, rows, fill),
            (b'J', 3) if is_primary => self.forget_left(),
            (b'K', 0) => grid.erase(row, col, cols, fill),
            (b'K', 1) => grid.erase(row, 0, col + 1, fill),
            (b'K', 2) => grid.erase(row, 0, cols, fill),
            (b'X', _) => grid.erase(row, col, col.saturating_add(csi.count(0)), fill),
            _ => {}
        }
    }

    fn clear_tabs(&mut self, which: u16) {
        match which {
            0 => self.tabs.set(self.cursor.col, false),
            3 => self.tabs.clear(),
            _ => {}
        }
    }

    fn switch(&mut self, csi: &Csi, on: bool) {
        for &number in csi.values() {
            match Mode::find(number, csi.prefix == b'?') {
                None => {}
                Some(Mode::Switch(switch)) => {
                    self.modes.set(switch, on);
                    if switch == Switch::Origin {
                        self.move_to(0, 0);
                    }
                }
                Some(Mode::Mouse(number)) => self.modes.mouse = if on { number } else { 0 },
                Some(Mode::MouseEncoding(number)) => {
                    self.modes.mouse_encoding = if on { number } else { 0 }
                }
                Some(Mode::SavedCursor) if on => self.save_cursor(),
                Some(Mode::SavedCursor) => self.restore_cursor(),
                Some(Mode::Alternate) if on => self.enter_alternate(),
                Some(Mode::Alternate) => self.leave_alternate(),
                Some(Mode::AlternateAndCursor) if on => {
                    self.save_cursor();
                    self.enter_alternate();
                }
                Some(Mode::AlternateAndCursor) => {
                    self.leave_alternate();
                    self.restore_cursor();
                }
            }
        }
    }
}
