//! Which inputs are settled: all that they do at once is parsed.

use std::collections::VecDeque;

use crate::limits::ECHOES_WAITING_MAX;

/// What the host said, and how far the view is.
#[derive(Debug, Default, Clone)]
pub(super) struct Echoes {
    parsed: u64,
    settled: u64,
    /// Input numbers and the offsets they wait for, both rising.
    waiting: VecDeque<(u64, u64)>,
}

impl Echoes {
    /// Every immediate effect of the inputs up to `seq` lies before `at`.
    pub(super) fn echoed(&mut self, seq: u64, at: u64) {
        if self.waiting.len() == ECHOES_WAITING_MAX {
            // A later one says all that this one would have said, only later.
            self.waiting.pop_front();
        }
        self.waiting.push_back((seq, at));
        self.settle();
    }

    /// The view is here.
    pub(super) fn parsed(&mut self, offset: u64) {
        self.parsed = self.parsed.max(offset);
        self.settle();
    }

    /// The view is here, maybe in another life of the Log: offsets said before mean nothing.
    pub(super) fn restored(&mut self, offset: u64) {
        self.waiting.clear();
        self.parsed = offset;
    }

    pub(super) const fn has_settled(&self, seq: u64) -> bool {
        seq <= self.settled
    }

    fn settle(&mut self) {
        while let Some((seq, _)) = self.waiting.front().filter(|(_, at)| *at <= self.parsed) {
            self.settled = self.settled.max(*seq);
            self.waiting.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_settled_once_its_offset_is_parsed() {
        let mut echoes = Echoes::default();
        echoes.parsed(10);
        echoes.echoed(1, 10);
        echoes.echoed(2, 12);
        assert!(echoes.has_settled(1) && !echoes.has_settled(2));
        echoes.parsed(15);
        assert!(echoes.has_settled(2) && !echoes.has_settled(3));
    }

    #[test]
    fn many_that_wait_cost_their_bound_and_the_newest_is_kept() {
        let mut echoes = Echoes::default();
        for seq in 1..=1000 {
            echoes.echoed(seq, seq);
        }
        assert_eq!(echoes.waiting.len(), ECHOES_WAITING_MAX);
        echoes.parsed(1000);
        assert!(echoes.has_settled(1000));
    }
}
