//! Escape sequences without parameters.

use super::Screen;
use super::cell::{Cell, Glyph, Style};
use super::mode::Switch;

impl Screen {
    /// `ESC`, intermediates, final byte.
    pub(super) fn escape(&mut self, raw: &[u8]) {
        match raw[1..] {
            [b'7'] => self.save_cursor(),
            [b'8'] => self.restore_cursor(),
            [b'='] => self.modes.set(Switch::Keypad, true),
            [b'>'] => self.modes.set(Switch::Keypad, false),
            [b'D'] => {
                self.index();
            }
            [b'E'] => {
                self.index();
                self.move_go_to_col(0);
            }
            [b'H'] => self.tabs.set(self.cursor.col, true),
            [b'M'] => self.reverse_index(),
            [b'c'] => self.reset(),
            [b'n'] => self.charsets.shift = 2,
            [b'o'] => self.charsets.shift = 3,
            [b'#', b'8'] => self.fill_with_e(),
            [intermediate @ (b'(' | b')' | b'*' | b'+'), name] => {
                self.charsets.designate(intermediate, name)
            }
            _ => {}
        }
    }

    /// DECALN: the pattern a technician aligns the tube by.
    fn fill_with_e(&mut self) {
        let e = Cell { glyph: Glyph::ascii(b'E'), style: Style::PLAIN };
        let grid = self.grid();
        let rows = grid.last_row() + 1;
        grid.erase_rows(0, rows, e);
        (grid.top, grid.bottom) = (0, rows - 1);
        self.cursor = super::Cursor::default();
    }
}
