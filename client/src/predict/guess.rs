//! One guess: a cell, or the cursor's place.

use devtail_protocol::Time;

use super::shown::{Cell, Glyph, Spot};
use super::strokes::Stroke;
use crate::limits::CELL_PASTS_MAX;

/// What a cell is guessed to show.
#[derive(Debug, Clone)]
pub(super) struct Guess<S> {
    /// `None`: it will change, and nobody knows to what.
    pub(super) cell: Option<Cell<S>>,
    /// Whether it was typed here, and not moved here by an edit at its left.
    pub(super) is_typed: bool,
    pub(super) epoch: u64,
    /// The input that does it.
    pub(super) seq: u64,
    pub(super) made: Time,
    past: Past,
}

/// What the cell showed since it is guessed at; that it shows one of these again proves nothing.
#[derive(Debug, Default, Clone)]
struct Past {
    shown: Vec<(Glyph, bool)>,
    /// There were more than are kept: nothing proves anything.
    is_long: bool,
}

/// Where the cursor is guessed to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) spot: Spot,
    pub(super) epoch: u64,
    /// The input that moves it there.
    pub(super) seq: u64,
}

/// What a guess has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Pending,
    /// It came true, and what came was new.
    True,
    /// It came true, or may have, and that proves nothing.
    Over,
    False,
}

impl<S: Clone> Guess<S> {
    /// A guess that takes the place of `old` where the screen really shows `real`.
    pub(super) fn new(old: Option<Self>, real: &Cell<S>, stroke: Stroke, epoch: u64) -> Self {
        let mut past = Past::default();
        if let Some(old) = old {
            past = old.past;
            if let Some(cell) = &old.cell {
                past.add(cell.glyph, cell.is_dim);
            }
        }
        past.add(real.glyph, real.is_dim);
        let Stroke { seq, made, .. } = stroke;
        Self { cell: None, is_typed: false, epoch, seq, made, past }
    }

    /// Whether the screen shows it, be it by this or not.
    pub(super) fn is_seen(&self, real: &Cell<S>) -> bool {
        self.cell.as_ref().is_some_and(|cell| cell.glyph == real.glyph)
    }

    /// How it stands before what the screen really shows; `is_settled`: all that its input does at once is there.
    pub(super) fn verdict(&self, real: &Cell<S>, is_settled: bool) -> Verdict {
        let or_pending = |verdict| if is_settled { verdict } else { Verdict::Pending };
        let Some(cell) = &self.cell else { return or_pending(Verdict::Over) };
        let is_new = !self.past.holds(real.glyph, real.is_dim);
        let is_same = real.glyph == cell.glyph;
        match cell.glyph {
            // Too easily true.
            Glyph::Blank if is_same && is_new => Verdict::Over,
            Glyph::Blank => or_pending(Verdict::Over),
            Glyph::Char(_) | Glyph::Other if is_same && is_new => Verdict::True,
            Glyph::Char(_) | Glyph::Other if is_same => or_pending(Verdict::Over),
            Glyph::Char(_) | Glyph::Other => or_pending(Verdict::False),
        }
    }
}

impl Past {
    fn add(&mut self, glyph: Glyph, is_dim: bool) {
        if self.shown.contains(&(glyph, is_dim)) {
            return;
        }
        self.is_long |= self.shown.len() == CELL_PASTS_MAX;
        if !self.is_long {
            self.shown.push((glyph, is_dim));
        }
    }

    fn holds(&self, glyph: Glyph, is_dim: bool) -> bool {
        self.is_long || self.shown.contains(&(glyph, is_dim))
    }
}
