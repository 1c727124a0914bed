//! Prompts behind which typing was echoed: text left of the cursor that is known to begin a line.

use super::shown::{Glyph, Shown, Spot};
use crate::limits::{PROMPT_CELLS_MAX, PROMPTS_MAX};

/// Where typing began, and what stood left of it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) row: u16,
    /// The epoch that began here.
    pub(super) epoch: u64,
    /// Whether Enter or ^C brought the cursor here, so that what stands left of it is a prompt.
    pub(super) is_fresh: bool,
    pub(super) before: String,
    /// Whether an echo in it proves anything.
    pub(super) is_safe: bool,
    /// Columns of the known prompt that it begins with.
    pub(super) prompt_cols: Option<u16>,
}

/// The prompts known.
#[derive(Debug, Clone)]
pub(super) struct Prompts {
    /// The newest last.
    known: Vec<String>,
    /// A key was typed that may change what keys mean, or a guess behind a prompt was false; until the next proof.
    is_doubtful: bool,
    /// Of the keys whose effects are there the last was Enter or ^C.
    pub(super) is_fresh: bool,
}

impl Default for Prompts {
    fn default() -> Self {
        Self { known: Vec::new(), is_doubtful: false, is_fresh: true }
    }
}

impl Prompts {
    /// Whether typing behind this text can be shown at once.
    pub(super) fn trusts(&self, line: &Line) -> bool {
        !self.is_doubtful && line.prompt_cols.is_some()
    }

    /// The line that begins at the cursor.
    pub(super) fn line(&self, view: &impl Shown, at: Spot, epoch: u64) -> Line {
        let before = before(view, at);
        let known = self.known.iter().filter(|prompt| before.starts_with(prompt.as_str()));
        let prompt_cols = known.map(|prompt| prompt.chars().count()).max();
        let prompt_cols = prompt_cols.and_then(|cols| u16::try_from(cols).ok());
        let is_fresh = self.is_fresh;
        Line { row: at.row, epoch, is_fresh, before, is_safe: false, prompt_cols }
    }

    /// Typing in this line was echoed.
    pub(super) fn learn(&mut self, line: &Line) {
        self.is_doubtful = false;
        let is_prompt = line.is_fresh && line.prompt_cols.is_none();
        if !is_prompt || line.before.trim().is_empty() {
            return;
        }
        if line.before.chars().count() > PROMPT_CELLS_MAX {
            return;
        }
        if self.known.len() == PROMPTS_MAX {
            self.known.remove(0);
        }
        self.known.push(line.before.clone());
    }

    /// Keys may mean something else now.
    pub(super) fn doubt(&mut self) {
        self.is_doubtful = true;
    }
}

/// What stands left of a spot, one character a cell.
fn before(view: &impl Shown, at: Spot) -> String {
    let glyphs = (0..at.col).map(|col| view.cell(Spot { row: at.row, col }).glyph);
    glyphs
        .map(|glyph| match glyph {
            Glyph::Blank => ' ',
            Glyph::Char(char) => char,
            Glyph::Other => char::REPLACEMENT_CHARACTER,
        })
        .collect()
}
