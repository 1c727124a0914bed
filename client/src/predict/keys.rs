//! What the typed bytes mean to a line editor.

use unicode_width::UnicodeWidthChar as _;

const ESC: u8 = 0x1b;

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A character one cell wide.
    Text(char),
    Backspace,
    Left,
    Right,
    Enter,
    /// It gives up the line for a fresh one.
    Interrupt,
    /// It moves or edits in a way not predicted, and text typed after it is text: Tab, Up, Home, ^A, a wide character …
    Edit,
    /// It may change what all later keys mean.
    Other,
}

/// Takes typed bytes apart, however they are cut.
#[derive(Debug, Default, Clone)]
pub(super) struct Keys {
    at: At,
    /// A character whose last byte is not here yet.
    letter: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Ground,
    Escape,
    /// Within `ESC [` or `ESC O`; whether it has parameters.
    Control {
        is_plain: bool,
    },
}

impl Keys {
    /// The key that this byte completes.
    pub(super) fn feed(&mut self, byte: u8) -> Option<Key> {
        match (self.at, byte) {
            (At::Ground, _) => self.ground(byte),
            (At::Escape, b'[' | b'O') => {
                self.at = At::Control { is_plain: true };
                None
            }
            (At::Escape | At::Control { .. }, ESC) => {
                self.at = At::Escape;
                Some(Key::Other)
            }
            (At::Escape, _) => {
                self.at = At::Ground;
                Some(Key::Other)
            }
            (At::Control { is_plain }, 0x40..=0x7e) => {
                self.at = At::Ground;
                control(byte, is_plain)
            }
            (At::Control { .. }, 0x20..=0x3f) => {
                self.at = At::Control { is_plain: false };
                None
            }
            (At::Control { .. }, _) => {
                self.at = At::Ground;
                Some(Key::Other)
            }
        }
    }

    fn ground(&mut self, byte: u8) -> Option<Key> {
        if byte >= 0x80 {
            return self.letter(byte);
        }
        self.letter.clear();
        Some(match byte {
            ESC => {
                self.at = At::Escape;
                return None;
            }
            0x7f => Key::Backspace,
            b'\r' => Key::Enter,
            0x03 => Key::Interrupt,
            // ^A ^E Tab ^K ^L ^U ^W
            0x01 | 0x05 | 0x09 | 0x0b | 0x0c | 0x15 | 0x17 => Key::Edit,
            0x00..=0x1f => Key::Other,
            0x20..=0x7e => Key::Text(char::from(byte)),
            0x80..=0xff => Key::Other,
        })
    }

    fn letter(&mut self, byte: u8) -> Option<Key> {
        self.letter.push(byte);
        let key = match std::str::from_utf8(&self.letter) {
            Ok(text) => text.chars().next().map_or(Key::Other, |char| match char.width() {
                Some(1) => Key::Text(char),
                Some(_) | None => Key::Edit,
            }),
            Err(error) if error.error_len().is_none() => return None,
            Err(_) => Key::Other,
        };
        self.letter.clear();
        Some(key)
    }
}

/// The key behind the last byte of `ESC [ …` or `ESC O …`.
fn control(last: u8, is_plain: bool) -> Option<Key> {
    Some(match last {
        b'C' if is_plain => Key::Right,
        b'D' if is_plain => Key::Left,
        // The window's focus came or went.
        b'I' | b'O' if is_plain => return None,
        // Up, Down, End, Home, the mouse; and with parameters Delete, words by Ctrl, a paste's brackets.
        b'A' | b'B' | b'C' | b'D' | b'F' | b'H' | b'M' | b'm' | b'~' => Key::Edit,
        _ => Key::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut keys = Keys::default();
        bytes.iter().filter_map(|byte| keys.feed(*byte)).collect()
    }

    #[test]
    fn letters_arrows_and_controls_are_told_apart() {
        use Key::{Backspace, Edit, Enter, Interrupt, Left, Other, Right, Text};
        assert_eq!(
            keys("aé\x7f\r\x03".as_bytes()),
            [Text('a'), Text('é'), Backspace, Enter, Interrupt]
        );
        assert_eq!(keys(b"\x1b[C\x1bOD\x1b[1;5C\x1b[A\x1b[3~"), [Right, Left, Edit, Edit, Edit]);
        assert_eq!(keys(b"\t\x12\x1bb\x1b[5n"), [Edit, Other, Other, Other]);
        assert_eq!(keys(b"\x1b[I\x1b[O\x1b[<0;3;4M"), [Edit]);
        assert_eq!(keys("猫\u{301}".as_bytes()), [Edit, Edit]);
    }

    #[test]
    fn bytes_that_are_no_letter_and_a_cut_sequence_are_something_else() {
        assert_eq!(keys(b"\xff\xc3"), [Key::Other]);
        assert_eq!(keys(b"\xc3a"), [Key::Text('a')]);
        assert_eq!(keys(b"\x1b\x1b[C"), [Key::Other, Key::Right]);
        assert_eq!(keys(b"\x1b[1\x03a"), [Key::Other, Key::Text('a')]);
    }
}
