//! A stream without its escape sequences: what a client that paints its own screen shows of a letter.

use serde::Deserialize;

/// How an echo is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Echo {
    /// The very bytes come.
    Bytes,
    /// A screen is painted: sequences are passed over.
    Text,
}

/// Takes the sequences and controls out, across pieces.
#[derive(Debug, Default)]
pub(crate) struct Plain(State);

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Text,
    /// Behind an ESC, and what stands between it and the final byte.
    Escape,
    /// In a CSI, to its final byte.
    Sequence,
    /// In a string such as a title, to BEL or ST.
    Words,
}

impl Plain {
    /// What is text of this piece.
    pub(crate) fn feed(&mut self, piece: &[u8]) -> Vec<u8> {
        piece.iter().copied().filter(|byte| self.is_text(*byte)).collect()
    }

    const fn is_text(&mut self, byte: u8) -> bool {
        let (next, is_text) = match (self.0, byte) {
            (_, 0x1b) => (State::Escape, false),
            (State::Text, _) => (State::Text, byte >= b' ' && byte != 0x7f),
            (State::Escape, b'[') => (State::Sequence, false),
            (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => (State::Words, false),
            (State::Escape, b' '..=b'/') => (State::Escape, false),
            (State::Escape, _) | (State::Sequence, b'@'..=b'~') | (State::Words, 0x07) => {
                (State::Text, false)
            }
            (State::Sequence, _) => (State::Sequence, false),
            (State::Words, _) => (State::Words, false),
        };
        self.0 = next;
        is_text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_shown_is_left_also_across_pieces() {
        let mut plain = Plain::default();
        assert_eq!(plain.feed(b"\x1b[?25la\x1b[1;34"), b"a");
        assert_eq!(plain.feed(b"Hb\x1b]0;title\x07c\x1b(Bd\r\n"), b"bcd");
        assert_eq!(plain.feed(b"\x1b]2;x\x1b\\e\x1bMf"), b"ef");
    }
}
