//! How bytes reach the Screen: text in runs, controls one by one, sequences from the lexer.

use super::Screen;
use crate::terminal::lex::{Close, ESC, Kind, Lexer, Step};
use crate::terminal::limits::STRING_BYTES_MAX;

/// The place in the stream, and what is incomplete there.
#[derive(Debug, Clone, Default)]
pub(super) struct Stream {
    pub(super) offset: u64,
    /// The last Offset at which nothing was incomplete.
    pub(super) ground: u64,
    pub(super) lexer: Lexer,
    letter: Vec<u8>,
    string: Vec<u8>,
    kind: Option<Kind>,
}

impl Stream {
    pub(super) fn at(offset: u64) -> Self {
        Self { offset, ground: offset, ..Self::default() }
    }

    fn is_ground(&self) -> bool {
        self.lexer.is_ground() && self.letter.is_empty()
    }
}

impl Screen {
    /// Folds what came next in the Log. It may be cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        let start = self.stream.offset;
        while !rest.is_empty() {
            let was_ground = self.stream.is_ground();
            rest =
                if self.stream.lexer.is_ground() { self.ground(rest) } else { self.sequence(rest) };
            self.stream.offset = start + (bytes.len() - rest.len()) as u64;
            if self.stream.is_ground() {
                self.stream.ground = self.stream.offset;
            } else if was_ground && self.stream.lexer.is_ground() {
                self.stream.ground = self.stream.offset - self.stream.letter.len() as u64;
            }
        }
    }

    /// The Offset right behind what was fed.
    pub fn offset(&self) -> u64 {
        self.stream.offset
    }

    /// The last Offset that stood between sequences and letters. What was fed behind it has had no effect yet, so the
    /// Screen is the fold up to here as well: this is where a Snapshot is. (The [`Scanner`](crate::terminal::Scanner)
    /// lets no control stand inside a sequence, which would act at once.)
    pub fn ground_offset(&self) -> u64 {
        self.stream.ground
    }

    /// Forgets what is incomplete.
    pub(super) fn cut(&mut self, offset: u64) {
        self.stream = Stream::at(offset);
    }

    fn ground<'a>(&mut self, input: &'a [u8]) -> &'a [u8] {
        if !self.stream.letter.is_empty() {
            return self.rest_of_letter(input);
        }
        match input[0] {
            0x20..=0x7e => {
                let run = input
                    .iter()
                    .position(|byte| !(0x20..=0x7e).contains(byte))
                    .unwrap_or(input.len());
                self.print_ascii(&input[..run]);
                &input[run..]
            }
            ESC => {
                self.stream.lexer.start();
                &input[1..]
            }
            0x80..=0xff => {
                let run = input.iter().position(|byte| *byte < 0x80).unwrap_or(input.len());
                self.letters(&input[..run], run == input.len());
                &input[run..]
            }
            byte => {
                self.c0(byte, self.stream.offset + 1);
                &input[1..]
            }
        }
    }

    /// Prints a run of bytes above ASCII. What is no UTF-8 shows as U+FFFD; an incomplete letter at the end of the input waits.
    fn letters(&mut self, mut run: &[u8], is_end: bool) {
        while !run.is_empty() {
            let (valid, invalid) = match std::str::from_utf8(run) {
                Ok(text) => (text.len(), 0),
                Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(usize::MAX)),
            };
            for char in std::str::from_utf8(&run[..valid]).unwrap_or_default().chars() {
                self.print(char);
            }
            run = &run[valid..];
            if invalid == usize::MAX && is_end {
                self.stream.letter.extend_from_slice(run);
                return;
            }
            if invalid > 0 {
                self.print(char::REPLACEMENT_CHARACTER);
                run = &run[invalid.min(run.len())..];
            }
        }
    }

    fn rest_of_letter<'a>(&mut self, input: &'a [u8]) -> &'a [u8] {
        let given = input.iter().take(3).take_while(|byte| (0x80..=0xbf).contains(*byte)).count();
        let mut letter = std::mem::take(&mut self.stream.letter);
        let begun = letter.len();
        letter.extend_from_slice(&input[..given]);
        let whole = match std::str::from_utf8(&letter) {
            Ok(_) => letter.len(),
            Err(error) if error.valid_up_to() > 0 => error.valid_up_to(),
            Err(error) => error.error_len().unwrap_or(letter.len()),
        };
        self.letters(&letter[..whole], given == input.len());
        &input[whole.saturating_sub(begun).min(given)..]
    }

    fn sequence<'a>(&mut self, input: &'a [u8]) -> &'a [u8] {
        let mut lexer = std::mem::take(&mut self.stream.lexer);
        let (used, step) = lexer.step(input);
        match step {
            Step::More | Step::Void => {}
            Step::C0(byte) => self.c0(byte, self.stream.offset + used as u64),
            Step::Escape(raw) => self.escape(raw),
            Step::Control(raw) => self.control(raw),
            Step::Open(kind) => self.stream.kind = Some(kind),
            Step::Part(part) => {
                let room = STRING_BYTES_MAX - self.stream.string.len();
                self.stream.string.extend_from_slice(&part[..part.len().min(room)]);
            }
            Step::Close(close) => self.string(close, self.stream.offset + used as u64),
        }
        self.stream.lexer = lexer;
        &input[used..]
    }

    fn string(&mut self, close: Close, at: u64) {
        let text = std::mem::take(&mut self.stream.string);
        if self.stream.kind.take() == Some(Kind::Osc) && close != Close::Cancelled {
            self.osc(&text, at);
        }
    }
}
