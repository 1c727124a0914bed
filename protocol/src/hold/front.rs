//! One gateway as an Owner serves it: what it was sent of the Log, and what it is still to be told.

use std::collections::VecDeque;

use bytes::Bytes;

use super::HOLD_CH;
use crate::limits::HOLD_DATA_MAX;
use crate::log::Log;
use crate::position::Unit;
use crate::time::Time;
use crate::wire::{Data, Encoder, End, Frame, Sealed};

/// Control frames in one packet: more go into the next.
const CONTROL_PER_PACKET: usize = 64;

#[derive(Debug)]
pub(super) struct Front {
    pub(super) greeted: bool,
    pub(super) wants_snapshot: bool,
    pub(super) control: VecDeque<Frame>,
    sent: u64,
    end_sent: bool,
}

impl Front {
    /// A gateway that reads from this offset.
    pub(super) const fn new(from: u64) -> Self {
        Self {
            greeted: false,
            wants_snapshot: false,
            control: VecDeque::new(),
            sent: from,
            end_sent: false,
        }
    }

    /// The next packet, if there is something to say: what it is to be told, then what came next in the Log.
    pub(super) fn packet(&mut self, log: &Log, status: Option<&Bytes>) -> Option<Bytes> {
        let mut frames: Vec<Frame> = Vec::new();
        let mut is_full = false;
        while frames.len() < CONTROL_PER_PACKET
            && let Some(frame) =
                self.control.pop_front_if(|frame| frames.is_empty() || !is_large(frame))
        {
            is_full = is_large(&frame);
            frames.push(frame);
            if is_full {
                break;
            }
        }
        if self.greeted && !is_full {
            self.read(log, status, &mut frames);
        }
        (!frames.is_empty()).then(|| Encoder::new().seal(Time::ZERO, &frames, Sealed::Plain))
    }

    fn read(&mut self, log: &Log, status: Option<&Bytes>, frames: &mut Vec<Frame>) {
        let extent = log.extent();
        self.sent = self.sent.max(extent.base);
        if self.sent < extent.head {
            let off = self.sent;
            let bytes = log.read(off, HOLD_DATA_MAX).unwrap_or_default();
            self.sent += match log.unit() {
                Unit::Bytes => bytes.len() as u64,
                Unit::Records => 1,
            };
            frames.push(Frame::Data(Data { ch: HOLD_CH, off, bytes }));
        }
        if let Some(status) = status.filter(|_| self.sent == extent.head && !self.end_sent) {
            self.end_sent = true;
            frames.push(Frame::End(End { ch: HOLD_CH, at: extent.head, status: status.clone() }));
        }
    }
}

/// Whether the frame has a packet to itself.
const fn is_large(frame: &Frame) -> bool {
    matches!(frame, Frame::Snapshot(_) | Frame::Fetched { .. })
}
