//! What to send next. Called only when the socket can take a packet, so nothing is queued behind it.

use std::collections::VecDeque;

use bytes::Bytes;

use super::reader::Reader;
use super::{Phase, ServerSession};
use crate::id::Ch;
use crate::limits::RTT_REFRESH;
use crate::link::Candidate;
use crate::log::{Extent, Step};
use crate::position::Unit;
use crate::session::Logs;
use crate::time::Time;
use crate::wire::{Data, End, Frame, Sealed, Snapshot};

/// Control frames in one packet: more go into the next.
const CONTROL_PER_PACKET: usize = 64;
/// Data under way from which on the round trip matters.
const MEASURE_FROM: u64 = 4 << 10;

impl ServerSession {
    /// The next packet, if there is something to say.
    pub fn poll_transmit(&mut self, now: Time, logs: &impl Logs) -> Option<Bytes> {
        if self.phase != Phase::Live && self.control.is_empty() {
            return None;
        }
        self.apply_refreshes(logs);
        let mut frames = self.urgent();
        let mut sealed = Sealed::Plain;
        if !self.control.is_empty() {
            // An InputAck must not overtake a refusal that waits there.
        } else if frames.len() < CONTROL_PER_PACKET
            && !frames.last().is_some_and(is_large)
            && let Some((payload, its)) = self.payload(now, logs)
        {
            self.collect_acks(&mut frames, |_| true);
            self.measure(now, &mut frames);
            frames.push(payload);
            sealed = if self.flow.wants_compression() { its } else { Sealed::Plain };
        } else {
            self.collect_acks(&mut frames, |due| due <= now);
        }
        if frames.is_empty() {
            return None;
        }
        let packet = self.encoder.seal(now, &frames, sealed);
        if let Some(Frame::Data(data)) = frames.last() {
            self.flow.packed(data.bytes.len(), packet.len());
        }
        self.encoder_idle_at = self.encoder.drop_idle(now);
        self.flow.sent(now, packet.len());
        Some(packet)
    }

    /// The control frames of this packet; a large one ends it, so that no packet is above its limit.
    fn urgent(&mut self) -> Vec<Frame> {
        let mut frames = Vec::new();
        while frames.len() < CONTROL_PER_PACKET
            && !frames.last().is_some_and(is_large)
            && let Some(frame) = self.control.pop_front()
        {
            frames.push(frame);
        }
        if self.control.is_empty() {
            self.control = VecDeque::new();
        }
        frames
    }

    /// Those of channels that are being opened wait for that.
    fn apply_refreshes(&mut self, logs: &impl Logs) {
        let Self { readers, refreshes, .. } = self;
        refreshes.retain(|ch, min_unsent| {
            let Some(reader) = readers.get_mut(ch) else { return false };
            let (Some(extent), Some(cursor)) = (logs.extent(*ch), reader.cursor()) else {
                return true;
            };
            cursor.refresh(extent, *min_unsent);
            false
        });
    }

    fn collect_acks(&mut self, frames: &mut Vec<Frame>, is_due: impl Fn(Time) -> bool) {
        for (ch, reader) in &mut self.readers {
            if reader.ack_due_at().is_some_and(&is_due) {
                frames.extend(reader.take_ack(*ch));
            }
        }
    }

    /// A Ping rides on Data while that is needed to know the round trip.
    fn measure(&mut self, now: Time, frames: &mut Vec<Frame>) {
        let stale = self.measured_at.is_none_or(|at| now.since(at) > RTT_REFRESH);
        let waiting = self.ping.is_some_and(|(_, at)| now.since(at) <= RTT_REFRESH);
        if stale && !waiting && (self.flow.in_flight() >= MEASURE_FROM || !self.flow.is_measured())
        {
            let id = self.ping_next;
            self.ping_next += 1;
            self.ping = Some((id, now));
            frames.push(Frame::Ping(id));
        }
    }

    /// The one payload frame of this packet: of the most urgent channel that has one ready.
    fn payload(&mut self, now: Time, logs: &impl Logs) -> Option<(Frame, Sealed)> {
        self.state_at = None;
        let mut candidates: Vec<(Candidate, Step)> = Vec::new();
        for (ch, reader) in &mut self.readers {
            let Some(extent) = logs.extent(*ch) else { continue };
            let (step, wait) = reader.step(now, extent, &self.flow);
            self.state_at = [self.state_at, wait].into_iter().flatten().min();
            candidates.extend(candidate(*ch, reader, extent, step).map(|it| (it, step)));
        }
        if !self.flow.has_room() {
            let echo = self.flow.has_room_for_echo();
            candidates.retain(|(candidate, _)| echo && candidate.is_echo());
        }
        while !candidates.is_empty() {
            let rivals: Vec<Candidate> =
                candidates.iter().map(|(candidate, _)| *candidate).collect();
            let (ch, bytes_max) = self.schedule.pick(&rivals, self.flow.bulk_max())?;
            let index = candidates.iter().position(|(candidate, _)| candidate.ch == ch)?;
            let (_, step) = candidates.swap_remove(index);
            if let Some(payload) = self.take(now, ch, step, bytes_max, logs) {
                return Some(payload);
            }
        }
        None
    }

    fn take(
        &mut self,
        now: Time,
        ch: Ch,
        step: Step,
        bytes_max: usize,
        logs: &impl Logs,
    ) -> Option<(Frame, Sealed)> {
        let reader = self.readers.get_mut(&ch)?;
        let (_, sealed) = reader.traits()?;
        let unit = reader.unit();
        let cursor = reader.cursor()?;
        let frame = match step {
            Step::Rest => return None,
            Step::Read { from, units_max } => {
                let bytes_max = match unit {
                    Unit::Bytes => bytes_max.min(usize::try_from(units_max).unwrap_or(usize::MAX)),
                    Unit::Records => bytes_max,
                };
                let bytes = logs.read(ch, from, bytes_max)?;
                reader.data_sent(match unit {
                    Unit::Bytes => bytes.len() as u64,
                    Unit::Records => 1,
                });
                self.schedule.sent(ch, bytes.len());
                Frame::Data(Data { ch, off: from, bytes })
            }
            Step::Snapshot => {
                let (at, state) = reader.snapshot(|| logs.snapshot(ch))?;
                reader.snapshot_sent(now, at, logs.extent(ch)?);
                self.schedule.sent(ch, state.len());
                Frame::Snapshot(Snapshot { ch, at, state })
            }
            Step::End(at) => {
                let status = logs.end(ch)?;
                cursor.end_sent();
                Frame::End(End { ch, at, status })
            }
        };
        Some((frame, sealed))
    }
}

/// Whether nothing else fits into a packet behind the frame.
const fn is_large(frame: &Frame) -> bool {
    matches!(frame, Frame::Fetched { .. })
}

fn candidate(ch: Ch, reader: &Reader, extent: Extent, step: Step) -> Option<Candidate> {
    let (class, _) = reader.traits()?;
    let (unsent, is_state) = match step {
        Step::Rest => return None,
        Step::Read { from, .. } => (extent.head - from, false),
        Step::Snapshot | Step::End(_) => (0, true),
    };
    Some(Candidate { ch, class, priority: reader.priority(), unsent, is_state })
}
