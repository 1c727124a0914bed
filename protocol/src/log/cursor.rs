//! A Cursor: one reader's place in a Log, and the rule that says "replay" or "Snapshot".

use super::{Extent, Loss};
use crate::limits::STATES_AHEAD_MAX;
use crate::position::{Epoch, Position};
use crate::resume::Resume;

/// What a reader should be sent next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing now: it has everything, or gave no credit for more.
    Rest,
    /// Units from this offset, at most so many.
    Read {
        /// The first unit.
        from: u64,
        /// How many the reader takes.
        units_max: u64,
    },
    /// The Log's fold.
    Snapshot,
    /// That the Log has ended at this offset.
    End(u64),
}

/// One reader's place: what was sent, what it consumed, how far it takes more.
#[derive(Debug, Clone)]
pub struct Cursor {
    epoch: Epoch,
    sent: u64,
    /// The highest `sent` ever was: a Snapshot may go back a little.
    furthest: u64,
    consumed: u64,
    /// Where the last Snapshot is bound, until the reader says that it has it: no other is sent before.
    unshown: Option<u64>,
    /// Snapshots sent since one was last shown.
    ahead: u32,
    limit: u64,
    window: u64,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Reading on from `sent`.
    Reading,
    /// Only a Snapshot helps.
    Lost,
    /// The End was sent.
    Done,
}

impl Cursor {
    /// A reader that has `have` and takes `window` units beyond. Gaps up to `replay_max` units are replayed.
    pub fn open(
        have: Option<Position>,
        window: u64,
        extent: Extent,
        replay_max: u64,
    ) -> (Self, Resume) {
        let resume = match have {
            None => Resume::Fresh,
            Some(have) if have.epoch != extent.epoch => Resume::Epoch,
            Some(have) if have.offset > extent.head => Resume::Ahead,
            Some(have) if have.offset < extent.base => Resume::Behind,
            Some(have) if too_far(have.offset, extent, replay_max) => Resume::Behind,
            Some(_) => Resume::Exact,
        };
        let (sent, consumed, place) = match (resume, have) {
            (Resume::Exact, Some(have)) => (have.offset, have.offset, Place::Reading),
            _ if extent.loss == Loss::Never && extent.base == 0 => (0, 0, Place::Reading),
            _ => (0, 0, Place::Lost),
        };
        let cursor = Self {
            epoch: extent.epoch,
            sent,
            furthest: sent,
            consumed,
            unshown: None,
            ahead: 0,
            limit: sent.saturating_add(window),
            window,
            place,
        };
        (cursor, resume)
    }

    /// What to send next, given the Log as it is now.
    pub fn step(&self, extent: Extent, replay_max: u64) -> Step {
        match self.place {
            Place::Done => Step::Rest,
            Place::Lost => self.snapshot(),
            Place::Reading if self.sent < extent.base || too_far(self.sent, extent, replay_max) => {
                self.snapshot()
            }
            Place::Reading if self.sent == extent.head && extent.ended => Step::End(extent.head),
            Place::Reading if self.sent == extent.head || self.sent >= self.limit => Step::Rest,
            Place::Reading => Step::Read { from: self.sent, units_max: self.limit - self.sent },
        }
    }

    /// As [`Self::step`], for a reader that is sent states instead of units: each once the one before is shown, unless it may be
    /// the answer to what the reader typed.
    pub const fn state_step(&self, extent: Extent, is_answer: bool) -> Step {
        let may_pass = is_answer && self.ahead < STATES_AHEAD_MAX;
        match self.place {
            Place::Done => Step::Rest,
            Place::Lost => self.snapshot(),
            Place::Reading if self.sent < extent.head && may_pass => Step::Snapshot,
            Place::Reading if self.sent < extent.head => self.snapshot(),
            Place::Reading if extent.ended => Step::End(extent.head),
            Place::Reading => Step::Rest,
        }
    }

    /// Whether the reader goes on from what it was sent last: nobody has asked for a Snapshot.
    pub const fn is_reading(&self) -> bool {
        matches!(self.place, Place::Reading)
    }

    const fn snapshot(&self) -> Step {
        if self.unshown.is_some() { Step::Rest } else { Step::Snapshot }
    }

    /// Whether the reader was sent more than this: a Snapshot bound to it says nothing new.
    pub const fn has(&self, at: u64) -> bool {
        at < self.sent
    }

    /// Units not yet sent.
    pub const fn unsent(&self, extent: Extent) -> u64 {
        extent.head.saturating_sub(self.sent)
    }

    /// So many units were sent.
    pub fn sent(&mut self, units: u64) {
        self.sent += units;
        self.furthest = self.furthest.max(self.sent);
    }

    /// A Snapshot bound to `at` was sent: reading goes on there, with a fresh window.
    pub fn snapshot_sent(&mut self, at: u64) {
        self.sent = at;
        self.furthest = self.furthest.max(at);
        self.unshown = (at > self.consumed).then_some(at);
        self.ahead += 1;
        self.limit = self.limit.max(at.saturating_add(self.window));
        self.place = Place::Reading;
    }

    /// The End was sent.
    pub const fn end_sent(&mut self) {
        self.place = Place::Done;
    }

    /// The reader asks for the newest state if at least `min_unsent` units are unsent: this one does not wait for the last to
    /// be shown.
    pub fn refresh(&mut self, extent: Extent, min_unsent: u64) {
        if extent.loss == Loss::Snapshot
            && self.place == Place::Reading
            && self.unsent(extent) >= min_unsent
        {
            self.place = Place::Lost;
            self.unshown = None;
        }
    }

    /// Takes absolute credit; an older statement than one already taken changes nothing. False if it cannot be true.
    pub fn credit(&mut self, consumed: u64, limit: u64) -> bool {
        if consumed > self.furthest {
            return false;
        }
        self.consumed = self.consumed.max(consumed);
        if self.unshown.is_none_or(|at| at <= consumed) {
            (self.unshown, self.ahead) = (None, 0);
        }
        self.limit = self.limit.max(limit);
        true
    }

    /// Everything below is consumed.
    pub const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The life of the Log this place is in.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }
}

fn too_far(from: u64, extent: Extent, replay_max: u64) -> bool {
    extent.loss == Loss::Snapshot && extent.head.saturating_sub(from) > replay_max
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: Extent =
        Extent { epoch: Epoch(7), base: 1000, head: 5000, ended: false, loss: Loss::Snapshot };

    fn have(epoch: u64, offset: u64) -> Option<Position> {
        Some(Position { epoch: Epoch(epoch), offset })
    }

    #[test]
    fn every_resume_decision() {
        let decide = |have| Cursor::open(have, 100, LOG, 3000).1;
        assert_eq!(decide(None), Resume::Fresh);
        assert_eq!(decide(have(8, 4000)), Resume::Epoch);
        assert_eq!(decide(have(7, 5001)), Resume::Ahead);
        assert_eq!(decide(have(7, 999)), Resume::Behind);
        assert_eq!(decide(have(7, 1999)), Resume::Behind);
        assert_eq!(decide(have(7, 2000)), Resume::Exact);
        assert_eq!(decide(have(7, 5000)), Resume::Exact);
    }

    #[test]
    fn a_reader_is_sent_what_it_gave_credit_for() {
        let (mut cursor, _) = Cursor::open(have(7, 4000), 100, LOG, 3000);
        assert_eq!(cursor.step(LOG, 3000), Step::Read { from: 4000, units_max: 100 });
        cursor.sent(100);
        assert_eq!(cursor.step(LOG, 3000), Step::Rest);
        assert!(cursor.credit(4100, 6000));
        assert_eq!(cursor.step(LOG, 3000), Step::Read { from: 4100, units_max: 1900 });
    }

    #[test]
    fn credit_for_what_was_never_sent_is_refused_and_old_credit_is_harmless() {
        let (mut cursor, _) = Cursor::open(have(7, 4000), 100, LOG, 3000);
        assert!(!cursor.credit(4001, 9000));
        assert!(cursor.credit(4000, 4500));
        assert!(cursor.credit(0, 10));
        assert_eq!(cursor.step(LOG, 3000), Step::Read { from: 4000, units_max: 500 });
    }

    #[test]
    fn a_reader_that_fell_behind_is_given_a_snapshot_and_goes_on_from_there() {
        let (mut cursor, _) = Cursor::open(have(7, 4000), 100, LOG, 3000);
        let later = Extent { base: 6000, head: 9000, ..LOG };
        assert_eq!(cursor.step(later, 3000), Step::Snapshot);
        cursor.snapshot_sent(8990);
        assert_eq!(cursor.step(later, 3000), Step::Read { from: 8990, units_max: 100 });
    }

    #[test]
    fn a_reader_is_given_the_next_snapshot_only_when_it_has_the_last() {
        let (mut cursor, _) = Cursor::open(None, 100, LOG, 3000);
        assert_eq!(cursor.step(LOG, 3000), Step::Snapshot);
        cursor.snapshot_sent(5000);
        let later = Extent { base: 6000, head: 9000, ..LOG };
        assert_eq!(cursor.step(later, 3000), Step::Rest);
        assert!(cursor.credit(5000, 6000));
        assert_eq!(cursor.step(later, 3000), Step::Snapshot);
    }

    #[test]
    fn a_snapshot_that_is_asked_for_waits_for_none_before_it() {
        let (mut cursor, _) = Cursor::open(None, 100, LOG, 3000);
        cursor.snapshot_sent(5000);
        let later = Extent { base: 6000, head: 9000, ..LOG };
        cursor.refresh(later, 1000);
        assert_eq!(cursor.step(later, 3000), Step::Snapshot);
    }

    #[test]
    fn a_snapshot_behind_what_was_sent_does_not_make_old_credit_a_lie() {
        let (mut cursor, _) = Cursor::open(have(7, 4000), 1000, LOG, 3000);
        cursor.sent(1000);
        cursor.refresh(LOG, 0);
        cursor.snapshot_sent(4500);
        assert!(cursor.credit(5000, 6000));
    }

    #[test]
    fn a_log_without_loss_is_read_to_its_end_unit_by_unit() {
        let log = Extent { base: 0, ended: true, loss: Loss::Never, ..LOG };
        let (mut cursor, _) = Cursor::open(None, 100_000, log, 10);
        assert_eq!(cursor.step(log, 10), Step::Read { from: 0, units_max: 100_000 });
        cursor.sent(5000);
        assert_eq!(cursor.step(log, 10), Step::End(5000));
        cursor.end_sent();
        assert_eq!(cursor.step(log, 10), Step::Rest);
    }

    #[test]
    fn who_comes_too_late_for_the_beginning_of_a_log_without_loss_is_given_a_snapshot() {
        let log = Extent { loss: Loss::Never, ..LOG };
        for late in [None, have(8, 4000), have(7, 999)] {
            assert_eq!(Cursor::open(late, 100, log, 3000).0.step(log, 3000), Step::Snapshot);
        }
    }

    #[test]
    fn an_interrupt_skips_what_is_unsent_only_when_that_is_much() {
        let (mut cursor, _) = Cursor::open(have(7, 4000), 100, LOG, 3000);
        cursor.refresh(LOG, 1001);
        assert_ne!(cursor.step(LOG, 3000), Step::Snapshot);
        cursor.refresh(LOG, 1000);
        assert_eq!(cursor.step(LOG, 3000), Step::Snapshot);
    }
}
