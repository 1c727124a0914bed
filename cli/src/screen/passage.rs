//! What passes on its way to the window: everything but the host's own marks; and which modes it left switched on. Pure.

use std::collections::BTreeSet;

const ESC: u8 = 0x1b;
/// `ESC ] 8377 ; NAME=VALUE ESC \`: the host's own mark.
const MARK: &[u8] = b"\x1b]8377;";
/// Bytes of a control sequence that are read.
const HELD_MAX: usize = 64;
/// Private modes that a window has switched on by itself: cursor shown, lines wrapped.
const ON_BY_ITSELF: [u16; 2] = [25, 7];
/// The modes of the mouse, of pastes, of focus, of the alternate screen and of the cursor keys.
const RESTORED: [u16; 17] =
    [1, 7, 9, 25, 47, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1047, 1049, 2004, 2026];

/// Follows one stream, however it is cut.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    at: At,
    held: Vec<u8>,
    /// Modes that are not as a window has them by itself.
    changed: BTreeSet<u16>,
    /// Kitty keyboard modes pushed and not popped.
    keyboards: u32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Ground,
    /// Within what may become a mark; held back.
    Opening,
    /// Within a mark.
    Mark,
    /// Within `CSI …`; passed on and remembered.
    Control,
    /// Within a string that passes, up to its end.
    String,
}

impl Passage {
    /// What of these bytes is for the window.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + self.held.len());
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            if self.at == At::Ground {
                // The long way is only for what follows an ESC.
                let plain = rest.iter().position(|byte| *byte == ESC).unwrap_or(rest.len());
                out.extend_from_slice(&rest[..plain]);
                rest = &rest[plain..];
                if !rest.is_empty() {
                    self.at = At::Opening;
                    self.held.clear();
                }
                continue;
            }
            if self.step(byte, &mut out) {
                rest = &rest[1..];
            }
        }
        out
    }

    /// A Snapshot follows: what was held back of the stream before it is void.
    pub(crate) fn begin_anew(&mut self) {
        self.at = At::Ground;
        self.held.clear();
    }

    /// What gives a window back as it was before the stream.
    pub(crate) fn restore(&self) -> Vec<u8> {
        let mut out = b"\x1b\\\x1b[0m".to_vec();
        if self.keyboards > 0 {
            out.extend_from_slice(format!("\x1b[<{}u", self.keyboards).as_bytes());
        }
        for mode in self.changed.iter().rev() {
            let end = if ON_BY_ITSELF.contains(mode) { 'h' } else { 'l' };
            out.extend_from_slice(format!("\x1b[?{mode}{end}").as_bytes());
        }
        // Scrolling region, keypad, charset, cursor shape; the cursor stays where it is.
        out.extend_from_slice(b"\x1b7\x1b[r\x1b8\x1b>\x1b(B\x0f\x1b[0 q");
        out
    }

    /// One byte outside the ground; false if it is to be looked at again.
    fn step(&mut self, byte: u8, out: &mut Vec<u8>) -> bool {
        match self.at {
            At::Ground => return false,
            At::Opening => self.open(byte, out),
            At::Mark => self.mark(byte),
            At::Control => return self.control(byte, out),
            At::String => {
                out.push(byte);
                match byte {
                    0x07 | 0x18 | 0x1a => self.at = At::Ground,
                    ESC => {
                        // Its end, or another sequence: both begin like this.
                        out.pop();
                        self.at = At::Opening;
                        self.held = vec![ESC];
                    }
                    _ => {}
                }
            }
        }
        true
    }

    fn open(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.held.push(byte);
        if self.held == MARK {
            self.at = At::Mark;
            self.held.clear();
            return;
        }
        if MARK.starts_with(&self.held) {
            return;
        }
        out.append(&mut self.held);
        self.at = match out[..] {
            [.., ESC, b'['] => At::Control,
            [.., ESC, b'P' | b'X' | b'^' | b'_' | b'k'] => At::String,
            [.., ESC, ESC] => {
                out.pop();
                self.held.push(ESC);
                At::Opening
            }
            [.., ESC, _] => At::Ground,
            // `ESC ]` and a number that is not the mark's.
            _ if byte == 0x07 => At::Ground,
            _ => At::String,
        };
        if self.at == At::String && byte == ESC {
            out.pop();
            self.held.push(ESC);
            self.at = At::Opening;
        }
    }

    fn mark(&mut self, byte: u8) {
        match byte {
            ESC | 0x07 => {
                self.held.clear();
                // The `\` behind the ESC is taken with the next `open`.
                self.at = if byte == ESC { At::Mark } else { At::Ground };
                if byte == ESC {
                    self.held.push(ESC);
                }
            }
            b'\\' if self.held == [ESC] => {
                self.held.clear();
                self.at = At::Ground;
            }
            _ => self.held.clear(),
        }
    }

    /// A byte of a control sequence: passed on, and read if it is its last.
    fn control(&mut self, byte: u8, out: &mut Vec<u8>) -> bool {
        if byte == ESC {
            self.held.clear();
            self.at = At::Ground;
            return false;
        }
        out.push(byte);
        match byte {
            0x40..=0x7e => {
                self.read_control(byte);
                self.held.clear();
                self.at = At::Ground;
            }
            0x20..=0x3f if self.held.len() < HELD_MAX => self.held.push(byte),
            0x18 | 0x1a => {
                self.held.clear();
                self.at = At::Ground;
            }
            _ => {}
        }
        true
    }

    fn read_control(&mut self, last: u8) {
        let Ok(text) = std::str::from_utf8(&self.held) else { return };
        match (text.as_bytes().first(), last) {
            (Some(b'?'), b'h' | b'l') => {
                for mode in text[1..].split(';').filter_map(|mode| mode.parse().ok()) {
                    let is_usual = (last == b'h') == ON_BY_ITSELF.contains(&mode);
                    match (RESTORED.contains(&mode), is_usual) {
                        (true, true) => drop(self.changed.remove(&mode)),
                        (true, false) => drop(self.changed.insert(mode)),
                        (false, _) => {}
                    }
                }
            }
            (Some(b'>'), b'u') => self.keyboards = (self.keyboards + 1).min(16),
            (Some(b'<'), b'u') => {
                let count: u32 = text[1..].parse().unwrap_or(1);
                self.keyboards = self.keyboards.saturating_sub(count);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(parts: &[&[u8]]) -> (String, Passage) {
        let mut passage = Passage::default();
        let out: Vec<u8> = parts.iter().flat_map(|part| passage.feed(part)).collect();
        (String::from_utf8(out).unwrap(), passage)
    }

    const MIXED: &[u8] = b"a\x1b[1;31mb\x1b]8377;size=132x50\x1b\\c\x1b]0;title\x07d\x1b]8;;http://x\x1b\\e\x1bP+q\x1b\\f\x1b7g\x1b\x1b[?25lh";

    #[test]
    fn a_mark_of_the_host_is_taken_out_wherever_the_stream_is_cut() {
        let rest =
            String::from_utf8(MIXED.to_vec()).unwrap().replace("\x1b]8377;size=132x50\x1b\\", "");
        for cut in 0..MIXED.len() {
            let (out, _) = pass(&[&MIXED[..cut], &MIXED[cut..]]);
            assert_eq!(out, rest, "cut at {cut}");
        }
    }

    #[test]
    fn a_string_that_looks_like_a_mark_at_first_passes_whole() {
        for text in [
            "\x1b]83;x\x07y",
            "\x1b]8377x\x1b\\y",
            "\x1b]8;;a\x1b\\\x1b[mz",
            "\x1b]\x07z",
            "x\x1b[3",
        ] {
            assert_eq!(pass(&[text.as_bytes(), b"."]).0, format!("{text}."));
        }
    }

    #[test]
    fn what_a_program_left_on_is_switched_off_and_nothing_else() {
        let (_, passage) =
            pass(&[b"\x1b[?1049h\x1b[?1000;1006h\x1b[?25l\x1b[?2004h\x1b[?2004l\x1b[>1u"]);
        let restored = String::from_utf8(passage.restore()).unwrap();
        for wanted in ["\x1b[?1049l", "\x1b[?1000l", "\x1b[?1006l", "\x1b[?25h", "\x1b[<1u"] {
            assert!(restored.contains(wanted), "{restored:?}");
        }
        assert!(!restored.contains("2004"));
        let (_, quiet) = pass(&[b"plain"]);
        assert!(!String::from_utf8(quiet.restore()).unwrap().contains("?"));
    }
}
