//! Predictive echo: what a key will most likely show, shown before the host has answered. A pure machine of its own.
//!
//! The rules are mosh's ("Mosh: An Interactive Remote Shell for Mobile Clients", 2012), with their numbers. Every key
//! becomes guesses, each a cell or the cursor's place, in an epoch. An epoch is shown only once one of its guesses came
//! true; what could change the meaning of keys begins a new one. What comes true is dropped for the real cell, what
//! does not takes everything down. Where this differs from mosh:
//!
//! - **Early credit, late blame.** The screen is read at every output, and a guess that came true goes at once. It is
//!   judged false only behind the offset before which, as the host says, every immediate effect of its key lies.
//! - **Secrets are known.** While the host says that what is typed is not echoed, nothing is guessed at all. And outside
//!   of full-screen programs nothing is proven at the beginning of a row: the driver echoes there what is typed ahead of
//!   a program, a password too.
//! - **Keys on their way are not forgotten.** When a guess was false, they are guessed anew from where the cursor is.
//! - **Suggestions are not text.** Dim cells behind the cursor are overwritten, not moved; and nothing behind a gap of two
//!   blanks is moved, such as a prompt at the right or another pane.
//! - **A prompt that was proven stays proven.** After Enter, once all that was typed is settled, an epoch that begins
//!   behind a prompt where typing was echoed before is shown from its first key.
//!
//! ```text
//!   typed ──► Keys ──► edit: guesses, cursors ──► judge: credit, blame ──► overlay ──► the view paints it
//!                                                   ▲ parsed, echoed        ▲ Display: is the Link slow?
//! ```
//!
//! The same rules are in `web/src/predict`, held to the same cases in `tests/prediction/cases`.
//!
//! Read first: [`Predictor`], then `edit.rs`, then `judge.rs`.

mod display;
mod echoes;
mod edit;
mod guess;
mod judge;
mod keys;
mod overlay;
mod prompts;
mod shown;
mod strokes;

use std::collections::BTreeMap;
use std::time::Duration;

use devtail_protocol::Time;

use self::display::Display;
use self::echoes::Echoes;
use self::guess::{Guess, Place};
use self::keys::Keys;
pub use self::overlay::{Overlay, Painted};
use self::prompts::{Line, Prompts};
pub use self::shown::{Cell, Extent, Glyph, Shown, Spot};
use self::strokes::{Stroke, Strokes};
use crate::limits::PREDICTED_INPUT_MAX;

/// How something was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed<'a> {
    /// Keys, as the program gets them. More than 100 bytes at once are a paste, and not predicted.
    Keys(&'a [u8]),
    /// Text that an input method composed: never predicted.
    Composed,
}

/// Guesses what typing shows. `S`: how a cell looks; opaque here.
#[derive(Debug, Clone)]
pub struct Predictor<S> {
    keys: Keys,
    guesses: BTreeMap<Spot, Guess<S>>,
    /// One an epoch, the newest last.
    cursors: Vec<Place>,
    /// Where the first of `cursors` began.
    line: Option<Line>,
    /// The row it began in.
    anchor: u16,
    /// A row at whose beginning was typed, and nothing but text since.
    row_begun: Option<u16>,
    /// A key has left that row since: what stands in the row it came to is not what will stand there.
    has_left_row: bool,
    /// Guesses belong to this epoch now.
    epoch: u64,
    /// Epochs up to this one are shown.
    proven: u64,
    /// The newest input typed.
    newest: u64,
    strokes: Strokes,
    echoes: Echoes,
    display: Display,
    prompts: Prompts,
    /// Those of the screen behind the alternate one.
    shelved: Option<Prompts>,
    extent: Option<Extent>,
}

impl<S: Clone + Default> Predictor<S> {
    /// Nothing typed, nothing known.
    pub fn new() -> Self {
        Self {
            keys: Keys::default(),
            guesses: BTreeMap::new(),
            cursors: Vec::new(),
            line: None,
            anchor: 0,
            row_begun: None,
            has_left_row: false,
            epoch: 1,
            proven: 0,
            newest: 0,
            strokes: Strokes::default(),
            echoes: Echoes::default(),
            display: Display::default(),
            prompts: Prompts::default(),
            shelved: None,
            extent: None,
        }
    }

    /// This was typed, and is the channel's input number `seq`.
    pub fn typed(&mut self, now: Time, view: &impl Shown<Style = S>, seq: u64, typed: Typed<'_>) {
        self.judge(now, view);
        let is_settled = self.echoes.has_settled(self.newest);
        self.newest = seq;
        if view.is_secret() {
            self.keys = Keys::default();
            return;
        }
        match typed {
            Typed::Keys(bytes) if bytes.len() > PREDICTED_INPUT_MAX => {
                self.prompts.is_fresh = false;
                self.reset();
            }
            Typed::Keys(bytes) => {
                if self.is_astray(view) {
                    self.begin_anew(view);
                }
                for &byte in bytes {
                    if let Some(key) = self.keys.feed(byte) {
                        let stroke = Stroke { key, seq, made: now };
                        self.strokes.push(stroke);
                        self.stroke(view, stroke, is_settled);
                    }
                }
            }
            Typed::Composed => {
                // Nobody knows where the cursor will be.
                self.prompts.is_fresh = false;
                self.strokes.clear();
                self.become_tentative();
            }
        }
    }

    /// The view has parsed the Log up to here.
    pub fn parsed(&mut self, now: Time, view: &impl Shown<Style = S>, offset: u64) {
        self.echoes.parsed(offset);
        self.judge(now, view);
    }

    /// The host says: every immediate effect of the inputs up to `seq` lies before offset `at`.
    pub fn echoed(&mut self, now: Time, view: &impl Shown<Style = S>, seq: u64, at: u64) {
        self.echoes.echoed(seq, at);
        self.judge(now, view);
    }

    /// A Snapshot took the place of all that was shown; it is bound to this offset.
    pub fn restored(&mut self, offset: u64) {
        self.echoes.restored(offset);
        self.reset();
    }

    /// How long a round trip takes now, smoothed; `None` if that is unknown, which counts as quick.
    pub fn measured(&mut self, srtt: Option<Duration>) {
        self.display.measured(srtt, self.is_active());
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time, view: &impl Shown<Style = S>) {
        self.judge(now, view);
    }

    /// When the overlay may change by itself.
    pub fn poll_timeout(&self) -> Option<Time> {
        self.guesses.values().filter_map(|guess| self.display.due(guess.made)).min()
    }

    /// Whether anything is guessed and not yet judged, shown or not.
    pub fn is_active(&self) -> bool {
        !self.cursors.is_empty() || !self.guesses.is_empty()
    }

    /// Drops all guesses: what is typed next is shown once it is proven.
    pub fn reset(&mut self) {
        self.strokes.clear();
        self.clear();
    }

    /// Drops all guesses, and keeps what is on its way.
    fn clear(&mut self) {
        self.guesses.clear();
        self.cursors.clear();
        self.line = None;
        self.become_tentative();
    }

    fn become_tentative(&mut self) {
        self.epoch += 1;
    }

    const fn is_proven(&self, epoch: u64) -> bool {
        epoch <= self.proven
    }
}

impl<S: Clone + Default> Default for Predictor<S> {
    fn default() -> Self {
        Self::new()
    }
}
