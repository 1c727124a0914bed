//! One channel as a person sees it: what was given to it, how fast it parses, what it then shows.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::limits::WINDOW_WHOLE;
use devtail_protocol::log::Loss;
use devtail_protocol::position::{Epoch, Unit};
use devtail_protocol::wire::Resume;
use devtail_protocol::{ChannelId, ClientId, Time};

use super::Checked;
use super::fold::Fold;
use super::model::Model;
use super::truth::Truth;

/// How fast a view parses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    AtOnce,
    /// One piece each so often.
    Slow(Duration),
    Paused,
}

#[derive(Debug)]
enum Piece {
    Data { end: u64, units: u64, bytes: Bytes },
    Snapshot { at: u64, state: Bytes },
}

impl Piece {
    const fn units(&self) -> u64 {
        match self {
            Self::Data { units, .. } => *units,
            Self::Snapshot { .. } => 0,
        }
    }
}

/// What a person looks at.
#[derive(Debug)]
pub(super) struct View {
    pub(super) id: ChannelId,
    pub(super) model: Model,
    pub(super) outbox: u32,
    pub(super) pace: Pace,
    pub(super) epoch: Option<Epoch>,
    /// The offset that must come next; `None`: a Snapshot must.
    next: Option<u64>,
    pieces: VecDeque<Piece>,
    parse_at: Time,
    pub(super) fold: Fold,
    pub(super) has_ended: bool,
    came_without_place: bool,
}

impl View {
    pub(super) fn new(id: ChannelId, outbox: u32, pace: Pace) -> Self {
        let model = Model::of(id);
        Self {
            id,
            model,
            outbox,
            pace,
            epoch: None,
            next: None,
            pieces: VecDeque::new(),
            parse_at: Time::ZERO,
            fold: Fold::default(),
            has_ended: false,
            came_without_place: false,
        }
    }

    /// Reading goes on like this; a reader of a Log without loss begins at its first unit and misses none, or else is given
    /// a Snapshot.
    pub(super) fn opened(&mut self, resume: Resume) {
        self.came_without_place = resume == Resume::Fresh;
        if resume != Resume::Exact {
            self.next = None;
            self.has_ended = false;
        }
        match (self.model.loss(), resume) {
            (Loss::Never, Resume::Fresh | Resume::Epoch) => {
                self.next = Some(0);
                self.epoch = None;
                self.pieces.clear();
                self.fold = Fold::default();
            }
            (Loss::Never, Resume::Exact | Resume::Behind | Resume::Ahead) | (Loss::Snapshot, _) => {
            }
        }
    }

    pub(super) fn data(
        &mut self,
        now: Time,
        epoch: Epoch,
        off: u64,
        bytes: Bytes,
        truth: &Truth,
    ) -> Checked {
        if self.next != Some(off) {
            return Err(format!("Data at {off} was shown, {:?} was next", self.next));
        }
        truth.check_data(epoch, off, &bytes)?;
        let units = if self.model.unit() == Unit::Bytes { bytes.len() as u64 } else { 1 };
        self.next = Some(off + units);
        self.epoch = Some(epoch);
        self.add(now, Piece::Data { end: off + units, units, bytes })
    }

    pub(super) fn snapshot(
        &mut self,
        now: Time,
        epoch: Epoch,
        at: u64,
        state: Bytes,
        reader: ClientId,
        truth: &Truth,
    ) -> Checked {
        // One that closed it, and opens it again without a place, may come too late for the beginning.
        let begins_anew = self.came_without_place && self.next == Some(0);
        let is_waited_for = truth.life(epoch).first_reader == Some(reader) && !begins_anew;
        if self.model.loss() == Loss::Never && is_waited_for {
            return Err("whom a Log without loss waits for was given a Snapshot".to_owned());
        }
        let fold = Fold::from_state(&state).ok_or("a Snapshot was garbled")?;
        let life = truth.life(epoch);
        if at > life.head() || !life.bytes_before(at).ends_with(fold.tail()) {
            return Err(format!("a Snapshot bound to {at} is not the Log's state there"));
        }
        self.next = Some(at);
        self.epoch = Some(epoch);
        // It replaces everything shown, and what waits to be shown.
        self.pieces.clear();
        self.add(now, Piece::Snapshot { at, state })
    }

    fn add(&mut self, now: Time, piece: Piece) -> Checked {
        if self.pieces.is_empty() {
            self.parse_at = now + self.gap();
        }
        self.pieces.push_back(piece);
        let units: u64 = self.pieces.iter().map(Piece::units).sum();
        if units <= 2 * u64::from(WINDOW_WHOLE) {
            return Ok(());
        }
        Err(format!("a view that parses slowly holds {units} units"))
    }

    fn gap(&self) -> Duration {
        match self.pace {
            Pace::Slow(gap) => gap,
            Pace::AtOnce | Pace::Paused => Duration::ZERO,
        }
    }

    pub(super) fn next_at(&self) -> Option<Time> {
        (!self.pieces.is_empty() && self.pace != Pace::Paused).then_some(self.parse_at)
    }

    /// Parses what is due; the offset that is then consumed, if that is news.
    pub(super) fn parse(&mut self, now: Time) -> Option<u64> {
        let mut consumed = None;
        while self.next_at().is_some_and(|at| at <= now)
            && let Some(piece) = self.pieces.pop_front()
        {
            self.parse_at = now + self.gap();
            consumed = Some(match piece {
                Piece::Data { end, bytes, .. } => {
                    self.fold.append(&bytes);
                    end
                }
                Piece::Snapshot { at, state } => {
                    self.fold = Fold::from_state(&state).expect("checked when it came");
                    at
                }
            });
        }
        consumed
    }

    /// Looks again after a pause.
    pub(super) fn hurry(&mut self, now: Time) {
        self.pace = Pace::AtOnce;
        self.parse_at = now;
    }

    pub(super) fn is_idle(&self) -> bool {
        self.pieces.is_empty()
    }
}
