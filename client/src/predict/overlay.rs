//! What a view paints over the real screen.

use super::Predictor;
use super::shown::{Glyph, Shown, Spot};

/// What differs from the real screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay<S> {
    /// Cells, by row and column; never outside the grid.
    pub cells: Vec<Painted<S>>,
    /// Where the cursor is; `None`: where it really is.
    pub cursor: Option<Spot>,
}

/// One cell to be painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painted<S> {
    /// Where.
    pub spot: Spot,
    /// What; `None`: what is really there, only underlined.
    pub char: Option<char>,
    /// How it looks.
    pub style: S,
    /// Whether it is underlined, because it will be long before the host confirms it.
    pub is_underlined: bool,
}

impl<S> Overlay<S> {
    /// Whether the real screen is to be shown as it is.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.cursor.is_none()
    }
}

impl<S> Default for Overlay<S> {
    fn default() -> Self {
        Self { cells: Vec::new(), cursor: None }
    }
}

impl<S: Clone + Default> Predictor<S> {
    /// What to paint over this screen, which must be the one that was last parsed.
    pub fn overlay(&self, view: &impl Shown<Style = S>) -> Overlay<S> {
        if !self.display.shows() || view.is_secret() || self.extent != Some(view.extent()) {
            return Overlay::default();
        }
        let is_shown = |epoch| self.is_proven(epoch);
        let place = self.cursors.iter().rev().find(|place| is_shown(place.epoch));
        let guesses = self.guesses.iter().filter(|(_, guess)| is_shown(guess.epoch));
        Overlay {
            cells: guesses.filter_map(|(spot, guess)| self.paint(view, *spot, guess)).collect(),
            cursor: place.map(|place| place.spot).filter(|spot| Some(*spot) != view.cursor()),
        }
    }

    fn paint(
        &self,
        view: &impl Shown<Style = S>,
        spot: Spot,
        guess: &super::Guess<S>,
    ) -> Option<Painted<S>> {
        let real = view.cell(spot);
        let is_last = spot.col + 1 == view.extent().cols;
        let underlines = self.display.underlines();
        let Some(cell) = &guess.cell else {
            let marks = underlines && !is_last && real.glyph != Glyph::Other;
            return marks.then(|| Painted {
                spot,
                char: None,
                style: real.style,
                is_underlined: true,
            });
        };
        let char = match cell.glyph {
            Glyph::Blank => ' ',
            Glyph::Char(char) => char,
            Glyph::Other => return None,
        };
        if cell.glyph == real.glyph && cell.is_dim == real.is_dim {
            return None;
        }
        let is_blank = cell.glyph == Glyph::Blank && real.glyph == Glyph::Blank;
        Some(Painted {
            spot,
            char: Some(char),
            style: cell.style.clone(),
            is_underlined: underlines && !is_blank,
        })
    }
}
