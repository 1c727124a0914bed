//! Where an escape sequence begins and ends: the one state machine under the [`Scanner`](super::Scanner) and the
//! [`Screen`](super::Screen).
//!
//! It follows the parser of the VT500 (vt100.net/emu/dec_ansi_parser) with three decisions for a stream that is UTF-8:
//! the 8-bit C1 controls do not exist (their UTF-8 forms vanish from strings), a byte above 0x7F abandons a control
//! sequence, and a string that runs into another escape sequence ends there.
//!
//! At ground the caller reads the stream itself, which is where nearly all bytes are. At an ESC it calls
//! [`Lexer::start`], then [`Lexer::step`] until the lexer is at ground again.

use super::limits::SEQUENCE_BYTES_MAX;

/// The state between two bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexer {
    state: State,
    /// The sequence so far, from its ESC on.
    held: Vec<u8>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    Control,
    /// A control sequence without end: dropped up to its final byte.
    Overlong,
    String(Kind),
    /// An ESC in a string: its terminator, or the next sequence.
    StringEscape(Kind),
    /// A 0xC2 in a string: a C1 control or half a letter.
    StringC1(Kind),
}

/// Which sort of string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `ESC ]`
    Osc,
    /// `ESC P`
    Dcs,
    /// `ESC _`, `ESC ^`, `ESC X`: application, privacy message, start of string.
    Other,
}

/// How a string ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// By BEL, as xterm allows for an OSC.
    Bell,
    /// By `ESC \`.
    Terminator,
    /// By the ESC of another sequence.
    Cut,
    /// By CAN or SUB: it is void.
    Cancelled,
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// The input is used up.
    More,
    /// A C0 control inside a sequence: it acts at once, and the sequence goes on.
    C0(u8),
    /// `ESC`, intermediates, final byte.
    Escape(&'a [u8]),
    /// `ESC [`, parameters, intermediates, final byte.
    Control(&'a [u8]),
    /// A string begins.
    Open(Kind),
    /// More of the string.
    Part(&'a [u8]),
    /// The string ended.
    Close(Close),
    /// The sequence was void.
    Void,
}

const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
/// Escape.
pub(super) const ESC: u8 = 0x1b;
/// First byte of the UTF-8 forms of U+0080 to U+00BF, the C1 controls among them.
pub(super) const C1_LEAD: u8 = 0xc2;

/// Whether `C1_LEAD` and this byte are a C1 control.
pub(super) const fn is_c1_trail(byte: u8) -> bool {
    matches!(byte, 0x80..=0x9f)
}

impl Lexer {
    /// Whether no sequence is under way.
    pub(super) fn is_ground(&self) -> bool {
        self.state == State::Ground
    }

    /// Begins at an ESC that the caller has consumed.
    pub(super) fn start(&mut self) {
        self.state = State::Escape;
        self.held.clear();
        self.held.push(ESC);
    }

    /// Takes from `input`; says how many bytes and what they were.
    pub(super) fn step<'a>(&'a mut self, input: &'a [u8]) -> (usize, Step<'a>) {
        match self.state {
            State::Ground => (0, Step::More),
            State::Escape | State::Control | State::Overlong => self.sequence(input),
            State::String(kind) => self.string(kind, input),
            State::StringEscape(kind) => self.string_escape(kind, input),
            State::StringC1(kind) => self.string_c1(kind, input),
        }
    }

    fn sequence<'a>(&'a mut self, input: &'a [u8]) -> (usize, Step<'a>) {
        for (at, &byte) in input.iter().enumerate() {
            match byte {
                CAN | SUB => return self.void(at + 1),
                ESC => self.start(),
                0x00..=0x1f => return (at + 1, Step::C0(byte)),
                0x7f => {}
                0x80..=0xff => return self.void(at),
                0x20..=0x7e if self.state == State::Escape => match (self.held.len(), byte) {
                    (_, 0x20..=0x2f) => self.hold(byte),
                    (1, b'[') => {
                        self.hold(byte);
                        self.state = State::Control;
                    }
                    (1, b']') => return self.open(at + 1, Kind::Osc),
                    (1, b'P') => return self.open(at + 1, Kind::Dcs),
                    (1, b'X' | b'^' | b'_') => return self.open(at + 1, Kind::Other),
                    _ => {
                        self.hold(byte);
                        self.state = State::Ground;
                        return (at + 1, Step::Escape(&self.held));
                    }
                },
                0x20..=0x3f => self.hold(byte),
                0x40..=0x7e if self.state == State::Overlong => return self.void(at + 1),
                0x40..=0x7e => {
                    self.hold(byte);
                    self.state = State::Ground;
                    return (at + 1, Step::Control(&self.held));
                }
            }
        }
        (input.len(), Step::More)
    }

    fn hold(&mut self, byte: u8) {
        if self.held.len() < SEQUENCE_BYTES_MAX {
            self.held.push(byte);
        } else {
            self.state = State::Overlong;
        }
    }

    fn void(&mut self, used: usize) -> (usize, Step<'_>) {
        self.state = State::Ground;
        (used, Step::Void)
    }

    fn open(&mut self, used: usize, kind: Kind) -> (usize, Step<'_>) {
        self.state = State::String(kind);
        (used, Step::Open(kind))
    }

    fn close(&mut self, used: usize, close: Close) -> (usize, Step<'_>) {
        self.state = State::Ground;
        (used, Step::Close(close))
    }

    fn string<'a>(&'a mut self, kind: Kind, input: &'a [u8]) -> (usize, Step<'a>) {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            match byte {
                CAN | SUB => return self.close(at + 1, Close::Cancelled),
                0x07 if kind == Kind::Osc => return self.close(at + 1, Close::Bell),
                ESC => {
                    self.state = State::StringEscape(kind);
                    return self.string_escape_from(kind, input, at + 1);
                }
                C1_LEAD => match input.get(at + 1) {
                    None => {
                        self.state = State::StringC1(kind);
                        return (at + 1, Step::More);
                    }
                    Some(&next) if is_c1_trail(next) => at += 2,
                    Some(_) => return (at + 2, Step::Part(&input[at..at + 2])),
                },
                0x00..=0x1f if kind == Kind::Osc => at += 1,
                _ => {
                    let rest = &input[at..];
                    let end = rest
                        .iter()
                        .position(|&byte| byte < 0x20 || byte == C1_LEAD)
                        .unwrap_or(rest.len())
                        .max(1);
                    return (at + end, Step::Part(&rest[..end]));
                }
            }
        }
        (at, Step::More)
    }

    fn string_escape_from<'a>(
        &'a mut self,
        kind: Kind,
        input: &'a [u8],
        from: usize,
    ) -> (usize, Step<'a>) {
        let (used, step) = self.string_escape(kind, &input[from..]);
        (from + used, step)
    }

    fn string_escape<'a>(&'a mut self, _kind: Kind, input: &'a [u8]) -> (usize, Step<'a>) {
        match input.first() {
            None => (0, Step::More),
            Some(b'\\') => self.close(1, Close::Terminator),
            Some(_) => {
                self.start();
                (0, Step::Close(Close::Cut))
            }
        }
    }

    fn string_c1<'a>(&'a mut self, kind: Kind, input: &'a [u8]) -> (usize, Step<'a>) {
        let Some(&next) = input.first() else { return (0, Step::More) };
        self.state = State::String(kind);
        if is_c1_trail(next) {
            let (used, step) = self.string(kind, &input[1..]);
            return (1 + used, step);
        }
        (0, Step::Part(&[C1_LEAD]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every step of the bytes, however they are cut.
    fn steps(bytes: &[u8], cut: usize) -> String {
        let (mut lexer, mut said) = (Lexer::default(), String::new());
        for mut part in bytes.chunks(cut) {
            while !part.is_empty() {
                if lexer.is_ground() {
                    match part[0] {
                        ESC => lexer.start(),
                        byte => said.push(byte as char),
                    }
                    part = &part[1..];
                    continue;
                }
                let (used, step) = lexer.step(part);
                match step {
                    Step::More => {}
                    Step::C0(byte) => said += &format!("<{byte:02x}>"),
                    Step::Escape(raw) | Step::Control(raw) => {
                        said += &format!("{{{}}}", raw[1..].escape_ascii())
                    }
                    Step::Open(kind) => said += &format!("{kind:?}("),
                    Step::Part(raw) => said += &raw.escape_ascii().to_string(),
                    Step::Close(close) => said += &format!("){close:?} "),
                    Step::Void => said.push('!'),
                }
                part = &part[used..];
            }
        }
        said
    }

    #[track_caller]
    fn reads(bytes: &[u8], expected: &str) {
        for cut in 1..=bytes.len() {
            assert_eq!(steps(bytes, cut), expected, "cut into {cut}");
        }
    }

    #[test]
    fn sequences_are_found_wherever_the_input_is_cut() {
        reads(b"a\x1b[1;31mb\x1b(0c\x1b7", "a{[1;31m}b{(0}c{7}");
        reads(b"\x1b]0;hi\x07x\x1b]2;you\x1b\\y", "Osc(0;hi)Bell xOsc(2;you)Terminator y");
        reads(b"\x1bP$qm\x1b\\\x1b_G\x1b\\", "Dcs($qm)Terminator Other(G)Terminator ");
    }

    #[test]
    fn what_interrupts_a_sequence_is_obeyed_and_the_rest_is_read_on() {
        reads(b"\x1b[1\n;2m", "<0a>{[1;2m}");
        reads(b"\x1b[1\x18m", "!m");
        reads(b"\x1b[1\x1b[2m", "{[2m}");
        reads(b"\x1b]0;a\x1b[mb", "Osc(0;a)Cut {[m}b");
        reads(b"\x1b]0;a\x1ab", "Osc(0;a)Cancelled b");
        reads(b"\x1b[1\xc3", "!\u{c3}");
    }

    #[test]
    fn c1_controls_vanish_from_strings_and_their_neighbours_stay() {
        reads(b"\x1b]0;a\xc2\x9cb\xc2\xa9\x07", "Osc(0;ab\\xc2\\xa9)Bell ");
    }

    #[test]
    fn an_endless_sequence_costs_its_bound_and_no_more() {
        let mut bytes = b"\x1b[".to_vec();
        bytes.extend([b'1'; 100_000]);
        bytes.extend(b"mx");
        let mut lexer = Lexer::default();
        lexer.start();
        let (used, step) = lexer.step(&bytes[1..]);
        assert_eq!(step, Step::Void);
        assert_eq!(&bytes[1 + used..], b"x");
        assert!(lexer.held.len() <= SEQUENCE_BYTES_MAX);
    }
}
