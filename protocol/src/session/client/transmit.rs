//! What to send next. Called only when the socket can take a packet.

use std::cmp::Reverse;

use bytes::Bytes;

use super::ClientSession;
use super::link::Phase;
use crate::limits::{INPUT_MAX, INTERACTIVE_MAX};
use crate::time::Time;
use crate::wire::{Encoder, Frame, Input, Sealed};

/// Frames in one packet: more go into the next.
const FRAMES_PER_PACKET: usize = 64;

impl ClientSession {
    /// The next packet, if there is something to say.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Bytes> {
        let mut frames: Vec<Frame> = Vec::new();
        match &mut self.phase {
            Phase::Live(link) => frames.extend(link.liveness.poll_ping(now).map(Frame::Ping)),
            Phase::Asleep => frames.extend(self.control.drain(..)),
            Phase::Offline { .. } | Phase::Dialing | Phase::Greeting { .. } | Phase::Closed => {
                return None;
            }
        }
        let room = FRAMES_PER_PACKET - frames.len().min(FRAMES_PER_PACKET);
        frames.extend(self.control.drain(..self.control.len().min(room)));
        self.inputs(&mut frames);
        self.window(now, &mut frames);
        (!frames.is_empty()).then(|| Encoder::new().seal(now, &frames, Sealed::Plain))
    }

    /// Inputs, one of each channel in turn: keys before pastes, then the most urgent channels first.
    fn inputs(&mut self, frames: &mut Vec<Frame>) {
        let mut waiting: Vec<_> = self
            .channels
            .iter_mut()
            .filter(|(_, channel)| channel.is_open() && channel.outbox.can_send())
            .collect();
        waiting.sort_by_key(|(_, channel)| {
            let is_bulk = channel.outbox.waiting_bytes() as u64 > INTERACTIVE_MAX;
            (is_bulk, Reverse(channel.priority()))
        });
        let mut bytes = 0;
        while !waiting.is_empty() {
            waiting.retain_mut(|(ch, channel)| {
                if bytes >= INPUT_MAX || frames.len() >= FRAMES_PER_PACKET {
                    return false;
                }
                let Some((seq, input)) = channel.outbox.send_next() else { return false };
                bytes += input.len();
                frames.push(Frame::Input(Input { ch: **ch, seq, bytes: input, client: None }));
                true
            });
        }
    }

    /// A Window goes when it is due, or rides on anything else.
    fn window(&mut self, now: Time, frames: &mut Vec<Frame>) {
        let Phase::Live(link) = &mut self.phase else { return };
        let Some(due) = link.unreported.due_at() else { return };
        if due > now && frames.is_empty() {
            return;
        }
        link.unreported.reported();
        let rx_bytes = link.rx_bytes;
        let credits =
            self.channels.iter_mut().filter_map(|(ch, channel)| channel.credit(*ch)).collect();
        frames.push(Frame::Window { credits, rx_bytes, client: None });
    }
}
