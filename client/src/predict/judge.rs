//! What the real screen says of the guesses: credit as early as it can be given, blame only where it is certain.

use devtail_protocol::Time;

use super::guess::{Guess, Verdict};
use super::keys::Key;
use super::prompts::Prompts;
use super::shown::{Cell, Shown, Spot};
use super::{Place, Predictor};

impl<S: Clone + Default> Predictor<S> {
    /// Compares every guess with the screen.
    pub(super) fn judge(&mut self, now: Time, view: &impl Shown<Style = S>) {
        self.meet(view);
        self.settle();
        let is_false = self.judge_cells(now, view) || !self.judge_cursors(view);
        if is_false {
            self.begin_anew(view);
        }
        self.display.adapt(self.is_active());
    }

    /// What was false takes everything down. Keys on their way are guessed anew, hidden, from where the cursor is now.
    pub(super) fn begin_anew(&mut self, view: &impl Shown<Style = S>) {
        self.clear();
        for stroke in self.strokes.waiting() {
            self.stroke(view, stroke, false);
        }
    }

    /// Whether the cursor is in a row where no key can have taken it: the program moved what was typed in.
    pub(super) fn is_astray(&self, view: &impl Shown<Style = S>) -> bool {
        let (Some(last), Some(real)) = (self.cursors.last(), view.cursor()) else { return false };
        let rows = self.anchor.min(last.spot.row)..=self.anchor.max(last.spot.row);
        !rows.contains(&real.row)
    }

    fn settle(&mut self) {
        let echoes = &self.echoes;
        while let Some(stroke) = self.strokes.settled(|seq| echoes.has_settled(seq)) {
            self.prompts.is_fresh = matches!(stroke.key, Key::Enter | Key::Interrupt);
        }
    }

    /// Drops everything where the screen is not the one that was guessed at.
    fn meet(&mut self, view: &impl Shown<Style = S>) {
        let is_resized = self.extent.replace(view.extent()) != Some(view.extent());
        let is_switched = self.shelved.is_some() != view.is_alternate();
        if is_switched {
            // A full-screen program proves its own prompts, and those behind it stay what they are.
            self.prompts = match self.shelved.take() {
                Some(shelved) => shelved,
                None => {
                    self.shelved = Some(std::mem::take(&mut self.prompts));
                    Prompts::default()
                }
            };
        }
        if is_resized || is_switched || view.is_secret() && self.is_active() {
            self.reset();
        }
    }

    /// Whether one was false.
    fn judge_cells(&mut self, now: Time, view: &impl Shown<Style = S>) -> bool {
        let spots: Vec<Spot> = self.guesses.keys().copied().collect();
        let mut is_false = false;
        for spot in spots {
            let real = view.cell(spot);
            let Some(guess) = self.guesses.get(&spot) else { continue };
            let (epoch, made) = (guess.epoch, guess.made);
            match guess.verdict(&real, self.echoes.has_settled(guess.seq)) {
                Verdict::Pending => self.display.pending(now, made),
                Verdict::Over => drop(self.guesses.remove(&spot)),
                Verdict::True => {
                    self.display.confirmed(now, made);
                    if let Some(guess) = self.guesses.remove(&spot) {
                        self.credit(view, spot, &guess, &real);
                    }
                }
                Verdict::False => {
                    self.blame(epoch);
                    is_false = true;
                }
            }
        }
        is_false
    }

    /// What came true proves its epoch, if the cursor stands behind it: an output that only happens to put this letter
    /// here leaves the cursor elsewhere.
    fn credit(
        &mut self,
        view: &impl Shown<Style = S>,
        spot: Spot,
        guess: &Guess<S>,
        real: &Cell<S>,
    ) {
        let is_reached = |place: &Place| {
            let is_between = |real: Spot| {
                real.row == spot.row && (spot.col + 1..=place.spot.col).contains(&real.col)
            };
            place.epoch >= guess.epoch
                && place.spot.row == spot.row
                && view.cursor().is_some_and(is_between)
        };
        let is_safe = view.is_alternate() || self.line.as_ref().is_some_and(|line| line.is_safe);
        let may_prove = guess.is_typed && is_safe;
        if may_prove && self.cursors.iter().any(is_reached) {
            self.proven = self.proven.max(guess.epoch);
            if let Some(line) =
                self.line.as_ref().filter(|line| is_of(line.epoch, line.row, spot, guess))
            {
                self.prompts.learn(line);
            }
        }
        let rest = Spot { col: spot.col + 1, ..spot }..=Spot { col: u16::MAX, ..spot };
        for (_, later) in self.guesses.range_mut(rest).take_while(|(_, later)| later.is_typed) {
            if let Some(cell) = &mut later.cell {
                cell.style = real.style.clone();
            }
        }
    }

    /// A guess of the epoch that began this line was false: what the keys mean here is not known any more.
    fn blame(&mut self, epoch: u64) {
        if self.line.as_ref().is_some_and(|line| line.epoch == epoch) {
            self.prompts.doubt();
        }
    }

    /// Whether the cursor is where it was guessed to be, once that is certain.
    fn judge_cursors(&mut self, view: &impl Shown<Style = S>) -> bool {
        let Some(last) = self.cursors.last() else { return true };
        if self.echoes.has_settled(last.seq) && Some(last.spot) != view.cursor() {
            return false;
        }
        let (echoes, guesses, newest) = (&self.echoes, &self.guesses, last.epoch);
        self.cursors.retain(|place| {
            // Where the cursor already was, and from where newer keys have taken it, it is not to be seen again.
            let is_past = place.epoch < newest
                && Some(place.spot) == view.cursor()
                && guesses.iter().all(|(spot, guess)| {
                    guess.epoch > place.epoch || guess.is_seen(&view.cell(*spot))
                });
            !is_past && !echoes.has_settled(place.seq)
        });
        true
    }
}

/// Whether a guess belongs to the line that began in this epoch and row.
const fn is_of<S>(epoch: u64, row: u16, spot: Spot, guess: &Guess<S>) -> bool {
    guess.epoch == epoch && spot.row == row
}
