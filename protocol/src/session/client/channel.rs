//! One channel as a device reads it: its place, its credit, its Outbox.

use bytes::Bytes;

use crate::fault::{Code, Fault};
use crate::id::{Ch, ChannelId};
use crate::limits::{BACKOFF_MAX, REOPEN_MIN, WINDOW_FOCUSED, WINDOW_OTHER, WINDOW_WHOLE};
use crate::log::Outbox;
use crate::position::{Epoch, Loss, Position, Unit};
use crate::time::Time;
use crate::wire::{Credit, Data, Open, Opened, Priority, Resume};

/// Bytes of an Open's fields of bounded size: numbers at their longest, tags and lengths.
const OPEN_COST: usize = 100;
/// Tag and length of a spec.
const OPEN_COST_SPEC: usize = 6;

#[derive(Debug)]
pub(super) struct Channel {
    id: ChannelId,
    kind: String,
    /// What to create; gone once it exists, so that nothing is created twice.
    spec: Option<Bytes>,
    priority: Priority,
    place: Place,
    /// Whether the gateway has answered our Open on this Link.
    is_open: bool,
    /// When to ask again, after the gateway could not open it.
    reopen_at: Option<Time>,
    reopens: u32,
    unit: Unit,
    /// Until it is open: what most Logs have.
    loss: Loss,
    consumed: u64,
    reported: Option<Credit>,
    pub(super) outbox: Outbox,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    /// Nothing is shown.
    Empty,
    /// Everything below is shown.
    At(Position),
    /// A new life of the Log, or a gap: only a Snapshot (or, where nothing is lost, the next Data) goes on from here.
    Waiting { epoch: Epoch, had: Option<u64> },
}

impl Channel {
    pub(super) fn new(
        id: ChannelId,
        kind: &str,
        spec: Option<Bytes>,
        have: Option<Position>,
        priority: Priority,
    ) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            spec,
            priority,
            place: have.map_or(Place::Empty, Place::At),
            is_open: false,
            reopen_at: None,
            reopens: 0,
            unit: Unit::Bytes,
            loss: Loss::Snapshot,
            consumed: have.map_or(0, |have| have.offset),
            reported: None,
            outbox: Outbox::new(),
        }
    }

    pub(super) fn open_frame(&self, ch: Ch) -> Open {
        Open {
            ch,
            id: self.id,
            kind: self.kind.clone(),
            spec: self.spec.clone(),
            have: self.position(),
            window: self.window_beyond(self.position()),
            priority: self.priority,
            outbox: self.outbox.range(),
            client: None,
            reader: String::new(),
        }
    }

    /// Bytes that its Open takes at most.
    pub(super) fn open_cost(&self) -> usize {
        OPEN_COST
            + self.kind.len()
            + self.spec.as_ref().map_or(0, |spec| spec.len() + OPEN_COST_SPEC)
    }

    pub(super) const fn position(&self) -> Option<Position> {
        match self.place {
            Place::At(position) => Some(position),
            Place::Empty | Place::Waiting { .. } => None,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) fn is_of(&self, id: ChannelId) -> bool {
        self.id == id
    }

    pub(super) const fn priority(&self) -> Priority {
        self.priority
    }

    /// The gateway answered our Open.
    pub(super) fn opened(&mut self, opened: &Opened) {
        self.spec = None;
        self.is_open = true;
        self.reopens = 0;
        self.unit = opened.unit;
        self.loss = opened.loss;
        self.reported = None;
        let had = self.position().filter(|have| have.epoch == opened.epoch).map(|have| have.offset);
        if opened.resume != Resume::Exact || had.is_none() {
            self.place = Place::Waiting { epoch: opened.epoch, had };
            self.consumed = 0;
        }
    }

    /// What of the Data is new, and where it begins; `None` if nothing is.
    pub(super) fn data(&mut self, data: Data) -> Result<Option<(u64, Bytes)>, Fault> {
        let (epoch, next) = match self.place {
            Place::At(position) => (position.epoch, position.offset),
            Place::Waiting { epoch, .. } => (epoch, data.off),
            Place::Empty => return Ok(None),
        };
        if data.off > next {
            return Err(Fault::new(
                Code::BadSequence,
                format!("Data at {} came, {next} was next.", data.off),
            ));
        }
        let units = match self.unit {
            Unit::Bytes => data.bytes.len() as u64,
            Unit::Records => 1,
        };
        let end = data.off.saturating_add(units);
        if end <= next && !matches!(self.place, Place::Waiting { .. }) {
            return Ok(None);
        }
        if let Place::Waiting { .. } = self.place {
            self.consumed = next;
        }
        let bytes = match self.unit {
            Unit::Bytes => {
                data.bytes.slice(usize::try_from(next - data.off).unwrap_or(data.bytes.len())..)
            }
            Unit::Records => data.bytes,
        };
        self.place = Place::At(Position { epoch, offset: end });
        Ok(Some((next, bytes)))
    }

    /// A Snapshot bound to `at`; `Err` if it is older than what is shown, else what was shown before it.
    pub(super) fn snapshot(&mut self, at: u64) -> Result<Option<u64>, ()> {
        let (epoch, had) = match self.place {
            Place::At(position) if at < position.offset => return Err(()),
            Place::At(position) => (position.epoch, Some(position.offset)),
            Place::Waiting { epoch, had } => (epoch, had),
            Place::Empty => return Err(()),
        };
        self.place = Place::At(Position { epoch, offset: at });
        self.consumed = self.consumed.max(at);
        Ok(had)
    }

    /// The view has parsed up to here; returns how many units that was.
    pub(super) fn consume(&mut self, offset: u64) -> u64 {
        let reached = self.position().map_or(0, |position| position.offset.min(offset));
        let units = reached.saturating_sub(self.consumed);
        self.consumed = self.consumed.max(reached);
        units
    }

    /// Sets how urgent it is; whether that is news.
    pub(super) fn prioritize(&mut self, priority: Priority) -> bool {
        std::mem::replace(&mut self.priority, priority) != priority
    }

    /// The Link is gone.
    pub(super) const fn link_down(&mut self) {
        self.is_open = false;
        self.reopen_at = None;
        self.outbox.rewind();
    }

    /// The gateway ended it on this Link, or could not open it, and may be able to later. Only a channel that was open
    /// before is asked for again: whoever wants a new one is told, and decides.
    pub(super) fn unavailable(&mut self, now: Time) -> bool {
        let was_opened = self.spec.is_none() && self.outbox.is_numbered();
        if was_opened {
            self.link_down();
            let wait = REOPEN_MIN.saturating_mul(1 << self.reopens.min(6)).min(BACKOFF_MAX);
            self.reopens = self.reopens.saturating_add(1);
            self.reopen_at = Some(now + wait);
        }
        was_opened
    }

    /// When to ask for it again.
    pub(super) const fn reopen_at(&self) -> Option<Time> {
        self.reopen_at
    }

    /// Whether it is time to ask for it again; it counts as asked.
    pub(super) fn reopen(&mut self, now: Time) -> bool {
        self.reopen_at.take_if(|at| *at <= now).is_some()
    }

    /// The credit to report, if it changed since the last report on this Link.
    pub(super) fn credit(&mut self, ch: Ch) -> Option<Credit> {
        if !self.is_open {
            return None;
        }
        let limit = self.consumed.saturating_add(self.window().into());
        let credit = Credit { ch, consumed: self.consumed, limit, priority: self.priority };
        (self.reported.replace(credit) != Some(credit)).then_some(credit)
    }

    /// Credit beyond what is shown: what the view has not parsed yet takes of it.
    fn window_beyond(&self, have: Option<Position>) -> u32 {
        let unparsed = have.map_or(0, |have| have.offset.saturating_sub(self.consumed));
        self.window().saturating_sub(u32::try_from(unparsed).unwrap_or(u32::MAX))
    }

    const fn window(&self) -> u32 {
        match (self.loss, self.priority) {
            (Loss::Never, _) => WINDOW_WHOLE,
            (Loss::Snapshot, Priority::Focused) => WINDOW_FOCUSED,
            (Loss::Snapshot, Priority::Visible | Priority::Background) => WINDOW_OTHER,
        }
    }
}
