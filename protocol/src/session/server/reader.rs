//! One channel as one client reads it: a Cursor downwards, a count of unsettled inputs upwards.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::fault::{Code, Fault};
use crate::id::{Ch, ChannelId};
use crate::limits::{INPUT_COST, INPUT_UNAPPLIED_MAX};
use crate::link::{Class, Coalescer, Flow, Pace, Turn, state_every};
use crate::log::{Cursor, Extent, Loss, Step};
use crate::position::Unit;
use crate::time::Time;
use crate::wire::{Credit, Frame, Input, InputAck, Open, Outcome, Priority, Resume, Sealed};

/// An InputAck waits this long for Data to ride on: an echo follows its key within a millisecond.
const ACK_WAIT: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Reader {
    id: ChannelId,
    place: Place,
    priority: Priority,
    /// Number and cost of each input passed on and not settled, oldest first.
    unsettled: VecDeque<(u64, usize)>,
    unsettled_cost: usize,
    pace: Pace,
    /// Where the Log stood when it began to read without a place of its own: an older Snapshot was made for another.
    began_at: u64,
    /// Such a one was passed over: the next is taken.
    wants_newer: bool,
    coalescer: Coalescer,
    ack: Option<(u64, Time)>,
    /// The driver was woken for the InputAck: it need not be woken again.
    woken: bool,
}

#[derive(Debug)]
enum Place {
    /// The driver is looking for the channel.
    Opening(Box<Open>),
    Reading {
        cursor: Cursor,
        class: Class,
        sealed: Sealed,
        unit: Unit,
    },
}

impl Reader {
    pub(super) fn opening(open: Open) -> Self {
        Self {
            id: open.id,
            priority: open.priority,
            place: Place::Opening(Box::new(open)),
            unsettled: VecDeque::new(),
            unsettled_cost: 0,
            pace: Pace::default(),
            began_at: 0,
            wants_newer: false,
            coalescer: Coalescer::default(),
            ack: None,
            woken: false,
        }
    }

    pub(super) fn is_of(&self, id: ChannelId) -> bool {
        self.id == id
    }

    pub(super) const fn priority(&self) -> Priority {
        self.priority
    }

    /// Begins to read; `None` if it already does.
    pub(super) fn attach(
        &mut self,
        now: Time,
        attached: &super::Attached,
        replay_max: u64,
    ) -> Option<Resume> {
        let Place::Opening(open) = &self.place else { return None };
        let (cursor, resume) =
            Cursor::open(open.have, u64::from(open.window), attached.extent, replay_max);
        self.coalescer.asked(now);
        self.place = Place::Reading {
            cursor,
            class: attached.class,
            sealed: attached.sealed,
            unit: attached.unit,
        };
        self.began_at = if resume == Resume::Exact { 0 } else { attached.extent.head };
        Some(resume)
    }

    /// What to send next; `Rest` while opening or when the Log is another one now. With `Rest` comes when that may change
    /// by itself.
    pub(super) fn step(&mut self, now: Time, extent: Extent, flow: &Flow) -> (Step, Option<Time>) {
        let Place::Reading { cursor, .. } = &self.place else { return (Step::Rest, None) };
        if cursor.epoch() != extent.epoch {
            return (Step::Rest, None);
        }
        if !cursor.is_reading() {
            return (cursor.step(extent, flow.replay_max()), None);
        }
        let unsent = cursor.unsent(extent);
        let is_answer = self.coalescer.answers(now);
        let every = state_every(self.priority, flow.srtt(), is_answer);
        match self.pace.turn(now, extent.head, unsent, flow.calm_max(), every, is_answer) {
            Turn::Stream => self.stream_step(now, extent, flow),
            Turn::State => (cursor.state_step(extent, is_answer), None),
            Turn::Wait(at) => (Step::Rest, Some(at)),
        }
    }

    /// A Snapshot for this reader. One that somebody asked for who is gone may be so old that this reader would drop it, or
    /// be sent much behind it: it is passed over, once, for within a sequence there is none newer.
    pub(super) fn snapshot(
        &mut self,
        offered: impl Fn() -> Option<(u64, Bytes)>,
    ) -> Option<(u64, Bytes)> {
        let Place::Reading { cursor, .. } = &self.place else { return None };
        let (at, state) = offered()?;
        let is_old = cursor.has(at) || at < self.began_at;
        if is_old && !std::mem::replace(&mut self.wants_newer, true) {
            return offered();
        }
        self.wants_newer = false;
        Some((at, state))
    }

    /// What comes next in the Log, once it has waited for more of it.
    fn stream_step(&mut self, now: Time, extent: Extent, flow: &Flow) -> (Step, Option<Time>) {
        let Place::Reading { cursor, class, .. } = &self.place else { return (Step::Rest, None) };
        let step = cursor.step(extent, flow.replay_max());
        if !matches!(step, Step::Read { .. }) || *class != Class::Interactive || extent.ended {
            return (step, None);
        }
        match self.coalescer.hold(now, cursor.unsent(extent)) {
            Some(until) => (Step::Rest, Some(until)),
            None => (step, None),
        }
    }

    /// So many units of the Log were sent.
    pub(super) fn data_sent(&mut self, units: u64) {
        if let Place::Reading { cursor, .. } = &mut self.place {
            cursor.sent(units);
        }
        self.coalescer.sent();
    }

    /// A Snapshot bound to `at` was sent, of the Log as it was then.
    pub(super) fn snapshot_sent(&mut self, now: Time, at: u64, extent: Extent) {
        let Place::Reading { cursor, .. } = &mut self.place else { return };
        // One that was asked for says nothing of the link; and where no unit may be lost, none is passed over.
        let fell_behind = cursor.is_reading() && extent.loss == Loss::Snapshot;
        if fell_behind || self.pace.is_state() {
            self.pace.state_sent(now, at, extent.head);
        }
        cursor.snapshot_sent(at);
        self.coalescer.sent();
    }

    /// The class and compression of a channel that is read.
    pub(super) const fn traits(&self) -> Option<(Class, Sealed)> {
        match &self.place {
            Place::Reading { class, sealed, .. } => Some((*class, *sealed)),
            Place::Opening(_) => None,
        }
    }

    pub(super) const fn unit(&self) -> Unit {
        match &self.place {
            Place::Reading { unit, .. } => *unit,
            Place::Opening(_) => Unit::Bytes,
        }
    }

    pub(super) const fn cursor(&mut self) -> Option<&mut Cursor> {
        match &mut self.place {
            Place::Reading { cursor, .. } => Some(cursor),
            Place::Opening(_) => None,
        }
    }

    pub(super) fn credit(&mut self, credit: &Credit) -> Result<(), Fault> {
        self.priority = credit.priority;
        let Place::Reading { cursor, .. } = &mut self.place else { return Ok(()) };
        if cursor.credit(credit.consumed, credit.limit) {
            return Ok(());
        }
        let (ch, consumed) = (credit.ch, credit.consumed);
        Err(Fault::new(
            Code::BadSequence,
            format!("Channel {ch} consumed {consumed}, which was never sent."),
        ))
    }

    /// An input is passed on; refuses more than a client may leave unsettled.
    pub(super) fn input(&mut self, now: Time, input: &Input) -> Result<(), Fault> {
        let cost = input.bytes.len() + INPUT_COST;
        if self.unsettled_cost + cost > INPUT_UNAPPLIED_MAX {
            let fault = format!(
                "More than {INPUT_UNAPPLIED_MAX} bytes of input wait to be applied (input_unapplied)."
            );
            return Err(Fault::new(Code::Limit, fault));
        }
        self.coalescer.asked(now);
        self.unsettled_cost += cost;
        self.unsettled.push_back((input.seq, cost));
        Ok(())
    }

    pub(super) fn settle(&mut self, now: Time, applied: u64) {
        self.forget_inputs(applied);
        let hurry = self.unsettled_cost > INPUT_UNAPPLIED_MAX / 8;
        let due = if hurry { now } else { now + ACK_WAIT };
        let (settled, at) = self.ack.unwrap_or((applied, due));
        self.ack = Some((settled.max(applied), at.min(due)));
    }

    pub(super) fn forget_inputs(&mut self, applied: u64) {
        while let Some((_, cost)) = self.unsettled.pop_front_if(|(seq, _)| *seq <= applied) {
            self.unsettled_cost -= cost;
        }
    }

    pub(super) fn ack_due_at(&self) -> Option<Time> {
        self.ack.map(|(_, due)| due)
    }

    /// When to be woken for an InputAck; `None` once that has happened, until it is sent.
    pub(super) fn wake_at(&self) -> Option<Time> {
        self.ack_due_at().filter(|_| !self.woken)
    }

    pub(super) fn handle_timeout(&mut self, now: Time) {
        self.woken |= self.ack_due_at().is_some_and(|due| due <= now);
    }

    pub(super) fn take_ack(&mut self, ch: Ch) -> Option<Frame> {
        let (applied, _) = self.ack.take()?;
        self.woken = false;
        Some(Frame::InputAck(InputAck { ch, applied, outcome: Outcome::Applied, client: None }))
    }
}
