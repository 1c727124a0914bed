//! What a key does to a line, as line editors do it: the guesses it makes.

use std::ops::Range;

use super::Predictor;
use super::guess::{Guess, Place};
use super::keys::Key;
use super::prompts::Line;
use super::shown::{Cell, Extent, Glyph, Shown, Spot};
use super::strokes::Stroke;
use crate::limits::GUESSES_MAX;

impl<S: Clone + Default> Predictor<S> {
    /// One key; `is_settled`: all that was typed before it is there.
    pub(super) fn stroke(
        &mut self,
        view: &impl Shown<Style = S>,
        stroke: Stroke,
        is_settled: bool,
    ) {
        if !matches!(stroke.key, Key::Text(_) | Key::Backspace | Key::Left | Key::Right) {
            self.row_begun = None;
        }
        match stroke.key {
            Key::Text(_) | Key::Backspace | Key::Left | Key::Right => {
                if self.begin(view, stroke, is_settled) {
                    self.edit(view, stroke);
                }
            }
            Key::Enter => {
                self.become_tentative();
                if self.begin(view, stroke, false) {
                    self.line = None;
                    self.new_line(view, stroke);
                }
            }
            Key::Interrupt | Key::Edit => self.become_tentative(),
            Key::Other => {
                self.become_tentative();
                self.prompts.doubt();
            }
        }
        if self.guesses.len() > GUESSES_MAX {
            self.reset();
        }
    }

    fn edit(&mut self, view: &impl Shown<Style = S>, stroke: Stroke) {
        match stroke.key {
            Key::Text(char) => self.insert(view, stroke, char),
            Key::Backspace => self.erase(view, stroke),
            Key::Left => self.left(stroke),
            Key::Right => self.right(view, stroke),
            Key::Enter | Key::Interrupt | Key::Edit | Key::Other => {}
        }
    }

    /// Sees to it that the last of `cursors` is of this epoch; false if nobody knows where the cursor is.
    fn begin(&mut self, view: &impl Shown<Style = S>, stroke: Stroke, is_settled: bool) -> bool {
        let Some(last) = self.cursors.last() else {
            return self.begin_line(view, stroke, is_settled);
        };
        if last.epoch != self.epoch {
            self.cursors.push(Place { epoch: self.epoch, seq: stroke.seq, ..*last });
        }
        true
    }

    fn begin_line(
        &mut self,
        view: &impl Shown<Style = S>,
        stroke: Stroke,
        is_settled: bool,
    ) -> bool {
        let Some(spot) = view.cursor() else {
            self.become_tentative();
            return false;
        };
        let mut line = self.prompts.line(view, spot, self.epoch);
        line.is_safe = self.is_safe(view, &line);
        self.row_begun = (!line.is_safe).then_some(spot.row);
        if is_settled && self.guesses.is_empty() && self.prompts.trusts(&line) {
            self.proven = self.epoch;
        }
        self.line = Some(line);
        (self.anchor, self.has_left_row) = (spot.row, false);
        self.cursors.push(Place { spot, epoch: self.epoch, seq: stroke.seq });
        true
    }

    /// Whether an echo in this line says how a program reads: in a full-screen program, behind a known prompt, or where a
    /// program put the cursor. From the beginning of a row on it may be the driver's, of keys that nobody reads yet.
    fn is_safe(&self, view: &impl Shown<Style = S>, line: &Line) -> bool {
        let is_put = !line.before.is_empty() && self.row_begun != Some(line.row);
        view.is_alternate() || line.prompt_cols.is_some() || is_put
    }

    fn insert(&mut self, view: &impl Shown<Style = S>, stroke: Stroke, char: char) {
        let (at, extent) = (self.place(), view.extent());
        if at.col + 1 >= extent.cols {
            // Some programs wrap here, some write a mark, some scroll.
            self.become_tentative();
        }
        if !self.has_left_row && !self.has_suggestion(view, at) {
            self.make_room(view, stroke, at);
        }
        let style = self.style_left_of(view, at);
        let cell = Cell { glyph: Glyph::of(char), is_dim: false, style };
        self.guess(view, stroke, at, Some(cell)).is_typed = true;
        if at.col + 1 < extent.cols {
            self.move_to(stroke, Spot { col: at.col + 1, ..at });
        } else {
            self.become_tentative();
            self.begin(view, stroke, false);
            self.new_line(view, stroke);
        }
    }

    /// Moves what stands from here to the next gap by one to the right.
    fn make_room(&mut self, view: &impl Shown<Style = S>, stroke: Stroke, at: Spot) {
        let cols = view.extent().cols;
        let Range { start, end } = self.run(view, at);
        for col in (start..end.min(cols - 1)).rev() {
            let to = Spot { row: at.row, col: col + 1 };
            let moved = self.at(view, Spot { row: at.row, col });
            let is_known = to.col + 1 < cols;
            self.guess(
                view,
                stroke,
                to,
                moved.filter(|cell| is_known && cell.glyph != Glyph::Other),
            );
        }
    }

    fn erase(&mut self, view: &impl Shown<Style = S>, stroke: Stroke) {
        let from = self.place();
        if from.col == 0 || self.is_wall(from) {
            return;
        }
        let at = Spot { col: from.col - 1, ..from };
        let cols = view.extent().cols;
        let is_end = self.has_left_row || self.has_suggestion(view, from);
        let end = if is_end { from.col } else { self.run(view, from).end };
        for col in at.col..end {
            let to = Spot { row: at.row, col };
            let cell = if col + 1 < end {
                self.at(view, Spot { row: at.row, col: col + 1 })
            } else {
                Some(Cell { glyph: Glyph::Blank, is_dim: false, style: view.cell(to).style })
            };
            let is_known = end < cols || col + 2 < cols;
            self.guess(
                view,
                stroke,
                to,
                cell.filter(|cell| is_known && cell.glyph != Glyph::Other),
            );
        }
        self.move_to(stroke, at);
    }

    fn left(&mut self, stroke: Stroke) {
        let at = self.place();
        if at.col > 0 && !self.is_wall(at) {
            self.move_to(stroke, Spot { col: at.col - 1, ..at });
        }
    }

    /// Not beyond the end of the line: there the key may take a suggestion, ring, or do nothing.
    fn right(&mut self, view: &impl Shown<Style = S>, stroke: Stroke) {
        let at = self.place();
        let is_end = at.col + 1 >= view.extent().cols
            || self.run(view, at).is_empty()
            || self.has_suggestion(view, at);
        if is_end {
            self.become_tentative();
        } else {
            self.move_to(stroke, Spot { col: at.col + 1, ..at });
        }
    }

    /// On the last row the line is guessed to become blank; that the rest scrolls is not guessed.
    fn new_line(&mut self, view: &impl Shown<Style = S>, stroke: Stroke) {
        self.has_left_row = true;
        let (at, Extent { rows, cols }) = (self.place(), view.extent());
        if at.row + 1 < rows {
            return self.move_to(stroke, Spot { row: at.row + 1, col: 0 });
        }
        for col in 0..cols {
            let spot = Spot { row: at.row, col };
            let is_blank = self.at(view, spot).is_some_and(|cell| cell.glyph == Glyph::Blank);
            if !is_blank {
                let cell = Cell { glyph: Glyph::Blank, is_dim: false, style: S::default() };
                self.guess(view, stroke, spot, Some(cell));
            }
        }
        self.move_to(stroke, Spot { col: 0, ..at });
    }

    /// The columns from here to the next gap: two blanks, or blanks to the end of the row.
    fn run(&self, view: &impl Shown<Style = S>, from: Spot) -> Range<u16> {
        let cols = view.extent().cols;
        let is_blank = |col| {
            let cell = self.at(view, Spot { row: from.row, col });
            cell.is_some_and(|cell| cell.glyph == Glyph::Blank)
        };
        let is_gap = |col: &u16| is_blank(*col) && (col + 1 == cols || is_blank(col + 1));
        let end = (from.col..cols).find(is_gap).unwrap_or(cols);
        from.col..end
    }

    /// Whether what stands behind the cursor is no text, but what a shell suggests.
    fn has_suggestion(&self, view: &impl Shown<Style = S>, from: Spot) -> bool {
        let cells =
            (from.col..view.extent().cols).map(|col| self.at(view, Spot { row: from.row, col }));
        let first = cells.flatten().find(|cell| cell.glyph != Glyph::Blank);
        first.is_some_and(|cell| cell.is_dim)
    }

    /// Whether the prompt ends here.
    fn is_wall(&self, at: Spot) -> bool {
        let line = self.line.as_ref().filter(|line| line.row == at.row);
        line.is_some_and(|line| line.prompt_cols.is_some_and(|cols| at.col <= cols))
    }

    fn style_left_of(&self, view: &impl Shown<Style = S>, at: Spot) -> S {
        let left = at.col.checked_sub(1).map(|col| Spot { col, ..at });
        let cell = left.map(|left| self.at(view, left).unwrap_or_else(|| view.cell(left)));
        cell.map(|cell| cell.style).unwrap_or_default()
    }

    /// What a cell shows by the newest guess; `None` if that is unknown.
    fn at(&self, view: &impl Shown<Style = S>, spot: Spot) -> Option<Cell<S>> {
        match self.guesses.get(&spot) {
            Some(guess) => guess.cell.clone(),
            None => Some(view.cell(spot)),
        }
    }

    fn guess(
        &mut self,
        view: &impl Shown<Style = S>,
        stroke: Stroke,
        spot: Spot,
        cell: Option<Cell<S>>,
    ) -> &mut Guess<S> {
        let old = self.guesses.remove(&spot);
        let mut guess = Guess::new(old, &view.cell(spot), stroke, self.epoch);
        guess.cell = cell;
        self.guesses.entry(spot).or_insert(guess)
    }

    /// Where the next key acts.
    fn place(&self) -> Spot {
        self.cursors.last().expect("every key begins by a cursor").spot
    }

    fn move_to(&mut self, stroke: Stroke, spot: Spot) {
        if let Some(last) = self.cursors.last_mut() {
            (last.spot, last.seq) = (spot, stroke.seq);
        }
    }
}
