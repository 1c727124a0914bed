//! What the real screen says of the guesses: credit as early as it can be given, blame only where it is certain.

use devtail_protocol::Time;

use super::guess::{Guess, Verdict};
use super::prompts::Prompts;
use super::shown::{Cell, Shown, Spot};
use super::{Place, Predictor};

impl<S: Clone + Default> Predictor<S> {
    /// Compares every guess with the screen.
    pub(super) fn judge(&mut self, now: Time, view: &impl Shown<Style = S>) {
        self.meet(view);
        if self.judge_cells(now, view) {
            self.judge_cursors(view);
        }
        self.display.adapt(self.is_active());
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

    /// Whether the cursors still count.
    fn judge_cells(&mut self, now: Time, view: &impl Shown<Style = S>) -> bool {
        let spots: Vec<Spot> = self.guesses.keys().copied().collect();
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
                    if self.is_proven(epoch) {
                        self.reset();
                        return false;
                    }
                    self.kill(view, epoch);
                }
            }
        }
        true
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
        if guess.is_typed && self.cursors.iter().any(is_reached) {
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

    /// Drops an epoch that nobody saw, and what was typed after it.
    fn kill(&mut self, view: &impl Shown<Style = S>, epoch: u64) {
        self.guesses.retain(|_, guess| guess.epoch < epoch);
        self.cursors.retain(|place| place.epoch < epoch);
        if let Some(spot) = view.cursor() {
            self.cursors.push(Place { spot, epoch: self.epoch, seq: self.newest });
        }
        self.become_tentative();
    }

    fn judge_cursors(&mut self, view: &impl Shown<Style = S>) {
        let Some(last) = self.cursors.last() else { return };
        if self.echoes.has_settled(last.seq) && Some(last.spot) != view.cursor() {
            return self.reset();
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
    }
}

/// Whether a guess belongs to the line that began in this epoch and row.
const fn is_of<S>(epoch: u64, row: u16, spot: Spot, guess: &Guess<S>) -> bool {
    guess.epoch == epoch && spot.row == row
}
