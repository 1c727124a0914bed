//! The escape character: `~.` at the beginning of a line leaves, as with ssh. Pure.

const ESCAPE: u8 = b'~';
const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// For the program.
    Keys(Vec<u8>),
    /// `~.`
    Leave,
    /// `~?`
    Help,
    /// `~t`
    TakeOver,
}

/// Watches what is typed for escapes.
#[derive(Debug)]
pub(super) struct Escape {
    at: At,
    /// How much of a bracketed paste's beginning or end was seen last.
    matched: usize,
    in_paste: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    /// An escape character at the beginning of a line, held back.
    Escape,
    Within,
}

impl Escape {
    pub(super) const fn new() -> Self {
        Self { at: At::LineStart, matched: 0, in_paste: false }
    }

    /// Takes what was typed apart, in order.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<Typed> {
        let mut typed = Vec::new();
        let mut keys = Vec::new();
        for &byte in bytes {
            self.watch_paste(byte);
            match (self.at, byte) {
                (At::LineStart, ESCAPE) if !self.in_paste => self.at = At::Escape,
                (At::Escape, b'.') => {
                    flush(&mut typed, &mut keys);
                    typed.push(Typed::Leave);
                    self.at = At::LineStart;
                }
                (At::Escape, b'?' | b't') => {
                    flush(&mut typed, &mut keys);
                    typed.push(if byte == b'?' { Typed::Help } else { Typed::TakeOver });
                    self.at = At::LineStart;
                }
                (At::Escape, ESCAPE) => self.pass(&mut keys, ESCAPE),
                (At::Escape, other) => {
                    keys.push(ESCAPE);
                    self.pass(&mut keys, other);
                }
                (At::LineStart | At::Within, other) => self.pass(&mut keys, other),
            }
        }
        flush(&mut typed, &mut keys);
        typed
    }

    fn pass(&mut self, keys: &mut Vec<u8>, byte: u8) {
        keys.push(byte);
        self.at = if matches!(byte, b'\r' | b'\n') { At::LineStart } else { At::Within };
    }

    /// What is pasted is no escape, wherever it stands.
    fn watch_paste(&mut self, byte: u8) {
        let sought = if self.in_paste { PASTE_ENDS } else { PASTE_BEGINS };
        self.matched = if sought[self.matched] == byte {
            self.matched + 1
        } else {
            usize::from(byte == sought[0])
        };
        if self.matched == sought.len() {
            self.matched = 0;
            self.in_paste = !self.in_paste;
        }
    }
}

fn flush(typed: &mut Vec<Typed>, keys: &mut Vec<u8>) {
    if !keys.is_empty() {
        typed.push(Typed::Keys(std::mem::take(keys)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Typed {
        Typed::Keys(text.as_bytes().to_vec())
    }

    #[test]
    fn an_escape_counts_at_the_beginning_of_a_line_only() {
        let mut escape = Escape::new();
        assert_eq!(escape.feed(b"ls ~.\r~."), [keys("ls ~.\r"), Typed::Leave]);
        assert_eq!(escape.feed(b"~?"), [Typed::Help]);
        assert_eq!(escape.feed(b"~t"), [Typed::TakeOver]);
        assert_eq!(Escape::new().feed(b"~."), [Typed::Leave]);
    }

    #[test]
    fn what_is_no_escape_is_typed_whole_also_in_single_bytes() {
        for (typed, sent) in
            [("~~.\r", "~.\r"), ("~/bin\r", "~/bin\r"), ("a~.b", "a~.b"), ("\r~\r", "\r~\r")]
        {
            let mut escape = Escape::new();
            let all: Vec<u8> = typed
                .bytes()
                .flat_map(|byte| escape.feed(&[byte]))
                .flat_map(|typed| match typed {
                    Typed::Keys(keys) => keys,
                    Typed::Leave | Typed::Help | Typed::TakeOver => panic!("no escape"),
                })
                .collect();
            assert_eq!(String::from_utf8(all).unwrap(), sent);
        }
    }

    #[test]
    fn a_paste_never_leaves() {
        let paste = "\x1b[200~one\r~.\r~?\x1b[201~";
        let mut escape = Escape::new();
        assert_eq!(escape.feed(paste.as_bytes()), [keys(paste)]);
        assert_eq!(escape.feed(b"\r~."), [keys("\r"), Typed::Leave]);
    }
}
