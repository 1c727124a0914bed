//! Keys whose effects are not all there: what is typed again, in thought, when the guesses have to begin anew.

use std::collections::VecDeque;

use devtail_protocol::Time;

use super::keys::Key;
use crate::limits::STROKES_MAX;

/// A key on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub(super) key: Key,
    /// The input it came with.
    pub(super) seq: u64,
    pub(super) made: Time,
}

/// The keys on their way, oldest first.
#[derive(Debug, Default, Clone)]
pub(super) struct Strokes {
    waiting: VecDeque<Stroke>,
}

impl Strokes {
    pub(super) fn push(&mut self, stroke: Stroke) {
        if self.waiting.len() == STROKES_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(stroke);
    }

    /// The next whose effects are all there.
    pub(super) fn settled(&mut self, is_settled: impl Fn(u64) -> bool) -> Option<Stroke> {
        self.waiting.pop_front_if(|stroke| is_settled(stroke.seq))
    }

    pub(super) fn waiting(&self) -> Vec<Stroke> {
        self.waiting.iter().copied().collect()
    }

    /// They are not to be typed again.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }
}
