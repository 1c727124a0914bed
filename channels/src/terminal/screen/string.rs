//! OSC strings: titles, colours, the clipboard, and the host's own marks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Screen;
use crate::terminal::limits::{CLIPBOARD_BYTES_MAX, TITLE_CHARS_MAX};
use crate::terminal::mark::Mark;
use crate::terminal::message::Happening;
use crate::terminal::scan::Slot;

impl Screen {
    /// The text of an OSC; `at` is the Offset behind it.
    pub(super) fn osc(&mut self, text: &[u8], at: u64) {
        let (number, rest) = match text.iter().position(|&byte| byte == b';') {
            Some(semicolon) => (&text[..semicolon], &text[semicolon + 1..]),
            None => (text, &[][..]),
        };
        match number {
            b"0" | b"2" => self.title = readable(rest),
            b"4" => self.set_palette(rest),
            b"10" => self.set_dynamic(&[Slot::Foreground, Slot::Background, Slot::Cursor], rest),
            b"11" => self.set_dynamic(&[Slot::Background, Slot::Cursor], rest),
            b"12" => self.set_dynamic(&[Slot::Cursor], rest),
            b"52" => self.set_clipboard(rest, at),
            b"104" if rest.is_empty() => self.palette.reset_indexed(),
            b"104" => rest
                .split(|&byte| byte == b';')
                .filter_map(index)
                .for_each(|slot| self.palette.reset(slot)),
            b"110" => self.palette.reset(Slot::Foreground),
            b"111" => self.palette.reset(Slot::Background),
            b"112" => self.palette.reset(Slot::Cursor),
            b"8377" => {
                if let Some(mark) = Mark::decode(rest) {
                    self.told(mark, at);
                }
            }
            _ => {}
        }
    }

    fn set_palette(&mut self, rest: &[u8]) {
        let fields: Vec<&[u8]> = rest.split(|&byte| byte == b';').collect();
        for pair in fields.chunks_exact(2) {
            if let Some(slot) = index(pair[0]) {
                self.palette.set(slot, pair[1]);
            }
        }
    }

    fn set_dynamic(&mut self, slots: &[Slot], rest: &[u8]) {
        for (slot, spec) in slots.iter().zip(rest.split(|&byte| byte == b';')) {
            self.palette.set(*slot, spec);
        }
    }

    fn set_clipboard(&mut self, rest: &[u8], at: u64) {
        let Some(semicolon) = rest.iter().position(|&byte| byte == b';') else { return };
        let (selection, encoded) = (&rest[..semicolon], &rest[semicolon + 1..]);
        if !selection.iter().all(|byte| b"cpqs01234567".contains(byte))
            || encoded.len() > CLIPBOARD_BYTES_MAX / 3 * 4 + 4
        {
            return;
        }
        let Ok(text) = STANDARD.decode(encoded) else { return };
        if text.len() > CLIPBOARD_BYTES_MAX {
            return;
        }
        let selection = if selection.is_empty() { b"c" } else { selection };
        let selection = String::from_utf8_lossy(selection).into_owned();
        self.happened(at, Happening::Clipboard { selection, text: text.into() });
    }
}

fn index(field: &[u8]) -> Option<Slot> {
    std::str::from_utf8(field).ok()?.parse().ok().map(Slot::Palette)
}

/// A title as it may be shown: no control characters, bounded.
fn readable(text: &[u8]) -> String {
    String::from_utf8_lossy(text)
        .chars()
        .filter(|char| !char.is_control())
        .take(TITLE_CHARS_MAX)
        .collect()
}
