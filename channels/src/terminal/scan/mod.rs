//! The Scanner: stands between the PTY and the Log, and lets through what every reader's emulator may safely see.
//!
//! It takes out a program's questions (the host answers them, once), forged size marks, C1 controls, and what no
//! emulator agrees on. What it lets through is complete: never half a sequence, never half a letter. It does not look at
//! plain text: it hops from one interesting byte to the next.
//!
//! It knows nothing of the screen: questions come out in their place in the stream, and whoever folds the stream
//! answers them.

mod control;
mod question;
mod string;

use std::ops::ControlFlow;

use self::control::Ruling;
use self::string::{Fate, Verdict};
use super::lex::{C1_LEAD, Close, ESC, Kind, Lexer, Step, is_c1_trail};
use super::limits::{BUFFER_BYTES_KEPT, REPEAT_MAX, STRING_BYTES_MAX};
pub use question::{Question, Slot};

/// Asks for the answerback message, which nobody wants a terminal to type.
const ENQUIRY: u8 = 0x05;
const CANCEL: u8 = 0x18;
/// Clean bytes that are handed on before more are made: far more than most reads hold, far less than REP can make of one.
const CLEAN_BYTES: usize = 16 << 10;

/// One piece of the stream, in order.
#[derive(Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Bytes for the Log: whole letters and sequences.
    Clean(&'a [u8]),
    /// A question, to be answered from the screen as it is after all before it.
    Question(Question),
    /// The program saves its window title (XTWINOPS 22).
    SaveTitle,
    /// The program wants the title back that it saved last (XTWINOPS 23): its place in the Log takes an OSC 2, so that
    /// no reader needs to have seen it saved.
    RestoreTitle,
}

/// The stream's state between two reads.
#[derive(Debug, Default)]
pub struct Scanner {
    lexer: Lexer,
    /// The beginning of a letter, at ground.
    letter: Vec<u8>,
    /// What has happened to the string under way.
    fate: Fate,
    /// The character right before, if one is: what REP repeats.
    repeatable: Option<char>,
    clean: Vec<u8>,
}

impl Scanner {
    /// A Scanner at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the Log, as written so far, ends between sequences. Only a long string keeps it from that.
    pub fn is_ground(&self) -> bool {
        !matches!(self.fate, Fate::Passing { .. })
    }

    /// Takes what was read; hands each segment on, in order. Holds back what is incomplete.
    pub fn scan(&mut self, input: &[u8], mut each: impl FnMut(Segment<'_>)) {
        self.scan_while(input, |segment| {
            each(segment);
            ControlFlow::Continue(())
        });
    }

    /// As [`Self::scan`], until it is told to stop; says how many bytes it has taken. Little is handed on behind the stop.
    pub fn scan_while(
        &mut self,
        input: &[u8],
        mut each: impl FnMut(Segment<'_>) -> ControlFlow<()>,
    ) -> usize {
        let mut rest = input;
        while !rest.is_empty() {
            if self.lexer.is_ground() {
                rest = self.ground(rest);
                continue;
            }
            let mut lexer = std::mem::take(&mut self.lexer);
            let (used, step) = lexer.step(rest);
            let segment = self.judge(step);
            self.lexer = lexer;
            rest = &rest[used..];
            let is_due = segment.is_some() || self.clean.len() >= CLEAN_BYTES;
            if is_due && self.hand_on(segment, &mut each).is_break() {
                return input.len() - rest.len();
            }
        }
        // All is taken: a stop would change nothing.
        let _ = self.hand_on(None, &mut each);
        input.len()
    }

    /// Says that nothing more comes: hands on a held beginning of a letter, and ends a string.
    pub fn finish(&mut self, mut each: impl FnMut(Segment<'_>)) {
        self.clean.append(&mut self.letter);
        if !self.is_ground() {
            self.clean.push(CANCEL);
            self.fate = Fate::default();
        }
        self.lexer = Lexer::default();
        let _ = self.hand_on(None, &mut |segment| {
            each(segment);
            ControlFlow::Continue(())
        });
    }

    /// Makes room for the host's own mark: ends a string under way for the readers, with what is answered, and drops the
    /// rest of it as it comes. The stream itself is still within the string: what follows is no text.
    pub fn interrupt(&mut self) -> &'static [u8] {
        match self.fate {
            Fate::Passing { .. } => {
                self.fate = Fate::Dropping;
                &[CANCEL]
            }
            Fate::Judging { .. } | Fate::Dropping => &[],
        }
    }

    /// Hands on what is clean, and then the segment that comes behind it.
    fn hand_on(
        &mut self,
        segment: Option<Segment<'static>>,
        each: &mut impl FnMut(Segment<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        if !self.clean.is_empty() {
            flow = each(Segment::Clean(&self.clean));
            self.clean.clear();
            self.clean.shrink_to(BUFFER_BYTES_KEPT);
        }
        if let Some(segment) = segment
            && each(segment).is_break()
        {
            flow = ControlFlow::Break(());
        }
        flow
    }

    /// Takes text up to the next ESC; answers the rest.
    fn ground<'a>(&mut self, input: &'a [u8]) -> &'a [u8] {
        if !self.letter.is_empty() {
            return self.rest_of_letter(input);
        }
        let Some(at) = memchr::memchr3(ESC, C1_LEAD, ENQUIRY, input) else {
            let whole = input.len() - begun_letter(input);
            self.text(&input[..whole]);
            self.letter.extend_from_slice(&input[whole..]);
            return &[];
        };
        self.text(&input[..at]);
        match (input[at], input.get(at + 1)) {
            (ESC, _) => self.lexer.start(),
            (C1_LEAD, None) => self.letter.push(C1_LEAD),
            (C1_LEAD, Some(&next)) if is_c1_trail(next) => return &input[at + 2..],
            (C1_LEAD, Some(_)) => self.text(&input[at..=at]),
            _ => {}
        }
        &input[at + 1..]
    }

    fn text(&mut self, text: &[u8]) {
        if let Some(&last) = text.last() {
            self.repeatable = match last {
                0x20..=0x7e => Some(char::from(last)),
                0x80..=0xff => last_char(text),
                _ => None,
            };
            self.clean.extend_from_slice(text);
        }
    }

    /// Completes the letter that the last read began.
    fn rest_of_letter<'a>(&mut self, input: &'a [u8]) -> &'a [u8] {
        let wanted = letter_len(self.letter[0]) - self.letter.len();
        let given =
            input.iter().take(wanted).take_while(|byte| (0x80..=0xbf).contains(*byte)).count();
        self.letter.extend_from_slice(&input[..given]);
        let complete = given == wanted;
        if complete || given < input.len() {
            let letter = std::mem::take(&mut self.letter);
            let is_c1 = letter.len() == 2 && letter[0] == C1_LEAD && is_c1_trail(letter[1]);
            if !is_c1 {
                self.text(&letter);
            }
        }
        &input[given..]
    }

    fn judge(&mut self, step: Step<'_>) -> Option<Segment<'static>> {
        match step {
            Step::More | Step::Void => None,
            Step::C0(byte) => {
                if byte != ENQUIRY {
                    self.clean.push(byte);
                }
                None
            }
            Step::Escape(raw) => self.rule(raw, control::escape(raw)),
            Step::Control(raw) => self.rule(raw, control::control(raw)),
            Step::Open(kind) => {
                self.repeatable = None;
                self.fate = Fate::new(kind);
                None
            }
            Step::Part(part) => {
                self.part(part);
                None
            }
            Step::Close(close) => self.close(close),
        }
    }

    fn rule(&mut self, raw: &[u8], ruling: Ruling) -> Option<Segment<'static>> {
        let repeatable = self.repeatable.take();
        match ruling {
            Ruling::Pass => self.clean.extend_from_slice(raw),
            Ruling::Drop => {}
            Ruling::Instead(bytes) => self.clean.extend_from_slice(&bytes),
            Ruling::Ask(question) => return Some(Segment::Question(question)),
            Ruling::SaveTitle => return Some(Segment::SaveTitle),
            Ruling::RestoreTitle => return Some(Segment::RestoreTitle),
            Ruling::Repeat(times) => {
                self.repeatable = repeatable;
                let mut buffer = [0; 4];
                let char =
                    repeatable.map_or(&[][..], |char| char.encode_utf8(&mut buffer).as_bytes());
                for _ in 0..usize::from(times).min(REPEAT_MAX) {
                    self.clean.extend_from_slice(char);
                }
            }
        }
        None
    }

    fn part(&mut self, part: &[u8]) {
        match &mut self.fate {
            Fate::Dropping => {}
            Fate::Judging { kind, held } => {
                held.extend_from_slice(part);
                match string::judge(*kind, held) {
                    Verdict::Wait => {}
                    Verdict::Drop => self.fate = Fate::Dropping,
                    Verdict::Pass => {
                        self.clean.extend_from_slice(introducer(*kind));
                        self.clean.extend_from_slice(held);
                        self.fate = Fate::Passing { bytes: held.len() };
                    }
                }
            }
            Fate::Passing { bytes } => {
                *bytes += part.len();
                if *bytes > STRING_BYTES_MAX {
                    self.clean.push(CANCEL);
                    self.fate = Fate::Dropping;
                } else {
                    self.clean.extend_from_slice(part);
                }
            }
        }
    }

    fn close(&mut self, close: Close) -> Option<Segment<'static>> {
        match std::mem::take(&mut self.fate) {
            Fate::Dropping => None,
            Fate::Passing { .. } => {
                self.clean.extend_from_slice(terminator(close));
                None
            }
            Fate::Judging { .. } if close == Close::Cancelled => None,
            Fate::Judging { kind, held } => match string::settle(kind, &held, close) {
                Ruling::Ask(question) => Some(Segment::Question(question)),
                Ruling::Pass => {
                    self.clean.extend_from_slice(introducer(kind));
                    self.clean.extend_from_slice(&held);
                    self.clean.extend_from_slice(terminator(close));
                    None
                }
                Ruling::Drop
                | Ruling::Instead(_)
                | Ruling::Repeat(_)
                | Ruling::SaveTitle
                | Ruling::RestoreTitle => None,
            },
        }
    }
}

const fn introducer(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Osc => b"\x1b]",
        Kind::Dcs => b"\x1bP",
        Kind::Other => b"\x1b_",
    }
}

/// What ends the string in the Log; one that ran into the next sequence gets an end of its own.
const fn terminator(close: Close) -> &'static [u8] {
    match close {
        Close::Bell => b"\x07",
        Close::Terminator | Close::Cut => b"\x1b\\",
        Close::Cancelled => &[CANCEL],
    }
}

/// How many bytes a letter has that begins with this one.
const fn letter_len(lead: u8) -> usize {
    match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    }
}

/// How many bytes at the end are the beginning of a letter.
fn begun_letter(text: &[u8]) -> usize {
    let last = text.iter().rev().take(3);
    let Some(back) = last.into_iter().position(|byte| !(0x80..=0xbf).contains(byte)) else {
        return 0;
    };
    let lead = text[text.len() - 1 - back];
    if letter_len(lead) > back + 1 { back + 1 } else { 0 }
}

fn last_char(text: &[u8]) -> Option<char> {
    let tail = &text[text.len().saturating_sub(4)..];
    (0..tail.len())
        .rev()
        .find_map(|from| std::str::from_utf8(&tail[from..]).ok()?.chars().next_back())
}

#[cfg(test)]
mod tests;
