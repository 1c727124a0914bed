//! What a key does to a line, as line editors do it: the guesses it makes.

use std::ops::Range;

use devtail_protocol::Time;

use super::Predictor;
use super::guess::{Guess, Place};
use super::keys::Key;
use super::shown::{Cell, Extent, Glyph, Shown, Spot};
use crate::limits::GUESSES_MAX;

impl<S: Clone + Default> Predictor<S> {
    pub(super) fn key(
        &mut self,
        now: Time,
        view: &impl Shown<Style = S>,
        key: Key,
        is_settled: bool,
    ) {
        match key {
            Key::Text(_) | Key::Backspace | Key::Left | Key::Right => {
                if self.begin(view, is_settled) {
                    self.edit(now, view, key);
                }
            }
            Key::Enter => {
                self.become_tentative();
                if self.begin(view, false) {
                    self.new_line(now, view);
                }
                self.prompts.is_fresh = true;
            }
            Key::Interrupt => {
                self.become_tentative();
                self.prompts.is_fresh = true;
            }
            Key::Edit => {
                self.become_tentative();
                self.prompts.is_fresh = false;
            }
            Key::Other => {
                self.become_tentative();
                self.prompts.is_fresh = false;
                self.prompts.doubt();
            }
        }
        if self.guesses.len() > GUESSES_MAX {
            self.reset();
        }
    }

    fn edit(&mut self, now: Time, view: &impl Shown<Style = S>, key: Key) {
        match key {
            Key::Text(char) => self.insert(now, view, char),
            Key::Backspace => self.erase(now, view),
            Key::Left => self.left(),
            Key::Right => self.right(view),
            Key::Enter | Key::Interrupt | Key::Edit | Key::Other => {}
        }
    }

    /// Sees to it that the last of `cursors` is of this epoch; false if nobody knows where the cursor is.
    fn begin(&mut self, view: &impl Shown<Style = S>, is_settled: bool) -> bool {
        let Some(last) = self.cursors.last() else { return self.begin_line(view, is_settled) };
        if last.epoch != self.epoch {
            self.cursors.push(Place { epoch: self.epoch, seq: self.newest, ..*last });
        }
        true
    }

    fn begin_line(&mut self, view: &impl Shown<Style = S>, is_settled: bool) -> bool {
        let Some(spot) = view.cursor() else {
            self.become_tentative();
            return false;
        };
        let line = self.prompts.line(view, spot, self.epoch);
        if is_settled && self.guesses.is_empty() && self.prompts.trusts(&line) {
            self.proven = self.epoch;
        }
        self.line = Some(line);
        self.cursors.push(Place { spot, epoch: self.epoch, seq: self.newest });
        true
    }

    fn insert(&mut self, now: Time, view: &impl Shown<Style = S>, char: char) {
        let (at, extent) = (self.place(), view.extent());
        if at.col + 1 >= extent.cols {
            // Some programs wrap here, some write a mark, some scroll.
            self.become_tentative();
        }
        if !self.has_suggestion(view, at) {
            self.make_room(now, view, at);
        }
        let style = self.style_left_of(view, at);
        let cell = Cell { glyph: Glyph::of(char), is_dim: false, style };
        self.guess(now, view, at, Some(cell)).is_typed = true;
        if at.col + 1 < extent.cols {
            self.move_to(Spot { col: at.col + 1, ..at });
        } else {
            self.become_tentative();
            self.begin(view, false);
            self.new_line(now, view);
        }
    }

    /// Moves what stands from here to the next gap by one to the right.
    fn make_room(&mut self, now: Time, view: &impl Shown<Style = S>, at: Spot) {
        let cols = view.extent().cols;
        let Range { start, end } = self.run(view, at);
        for col in (start..end.min(cols - 1)).rev() {
            let to = Spot { row: at.row, col: col + 1 };
            let moved = self.at(view, Spot { row: at.row, col });
            let is_known = to.col + 1 < cols;
            self.guess(now, view, to, moved.filter(|cell| is_known && cell.glyph != Glyph::Other));
        }
    }

    fn erase(&mut self, now: Time, view: &impl Shown<Style = S>) {
        let from = self.place();
        if from.col == 0 || self.is_wall(from) {
            return;
        }
        let at = Spot { col: from.col - 1, ..from };
        let cols = view.extent().cols;
        let end = if self.has_suggestion(view, from) { from.col } else { self.run(view, from).end };
        for col in at.col..end {
            let to = Spot { row: at.row, col };
            let cell = if col + 1 < end {
                self.at(view, Spot { row: at.row, col: col + 1 })
            } else {
                Some(Cell { glyph: Glyph::Blank, is_dim: false, style: view.cell(to).style })
            };
            let is_known = end < cols || col + 2 < cols;
            self.guess(now, view, to, cell.filter(|cell| is_known && cell.glyph != Glyph::Other));
        }
        self.move_to(at);
    }

    fn left(&mut self) {
        let at = self.place();
        if at.col > 0 && !self.is_wall(at) {
            self.move_to(Spot { col: at.col - 1, ..at });
        }
    }

    /// Not beyond the end of the line: there the key may take a suggestion, ring, or do nothing.
    fn right(&mut self, view: &impl Shown<Style = S>) {
        let at = self.place();
        let is_end = at.col + 1 >= view.extent().cols
            || self.run(view, at).is_empty()
            || self.has_suggestion(view, at);
        if is_end {
            self.become_tentative();
        } else {
            self.move_to(Spot { col: at.col + 1, ..at });
        }
    }

    /// On the last row the line is guessed to become blank; that the rest scrolls is not guessed.
    fn new_line(&mut self, now: Time, view: &impl Shown<Style = S>) {
        self.line = None;
        let (at, Extent { rows, cols }) = (self.place(), view.extent());
        if at.row + 1 < rows {
            return self.move_to(Spot { row: at.row + 1, col: 0 });
        }
        for col in 0..cols {
            let spot = Spot { row: at.row, col };
            let is_blank = self.at(view, spot).is_some_and(|cell| cell.glyph == Glyph::Blank);
            if !is_blank {
                let cell = Cell { glyph: Glyph::Blank, is_dim: false, style: S::default() };
                self.guess(now, view, spot, Some(cell));
            }
        }
        self.move_to(Spot { col: 0, ..at });
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
        now: Time,
        view: &impl Shown<Style = S>,
        spot: Spot,
        cell: Option<Cell<S>>,
    ) -> &mut Guess<S> {
        let old = self.guesses.remove(&spot);
        let mut guess = Guess::new(old, &view.cell(spot), now, self.newest, self.epoch);
        guess.cell = cell;
        self.guesses.entry(spot).or_insert(guess)
    }

    /// Where the next key acts.
    fn place(&self) -> Spot {
        self.cursors.last().expect("every key begins by a cursor").spot
    }

    fn move_to(&mut self, spot: Spot) {
        let seq = self.newest;
        if let Some(last) = self.cursors.last_mut() {
            (last.spot, last.seq) = (spot, seq);
        }
    }
}
