//! What a frame from the gateway means.

use std::time::Duration;

use bytes::Bytes;

use super::link::Phase;
use super::{ClientEvent, ClientSession};
use crate::fault::{Code, Fault};
use crate::limits::{ACK_SOON_BYTES, CONTROL_FRAMES_MAX, EVENTS_MAX, GO_AWAY_MAX};
use crate::time::Time;
use crate::wire::{Echo, Frame, InputAck, Inputs, Opened, Outcome, Snapshot, Version};

impl ClientSession {
    /// A packet arrived on the Link in use.
    ///
    /// # Errors
    /// The gateway broke a rule or ended the Link: close it, then [`Self::link_down`] with this Fault.
    pub fn handle_packet(&mut self, now: Time, packet: Bytes) -> Result<(), Fault> {
        if self.events.len() >= EVENTS_MAX {
            return Err(Fault::new(Code::Limit, "The driver does not read its events."));
        }
        if self.control.len() >= CONTROL_FRAMES_MAX {
            return Err(Fault::new(
                Code::Limit,
                "The gateway asks for more answers than it reads.",
            ));
        }
        let Some(link) = self.link() else { return Ok(()) };
        link.rx_bytes += packet.len() as u64;
        let len = packet.len() as u64;
        let frames = link.decoder.open(packet)?;
        // A Link that says its last word lives no more: a dial beside it may just have taken its place.
        let is_last_word =
            |frame: &Frame| matches!(frame, Frame::Fault(fault, _) if fault.ch.is_none());
        if !frames.iter().any(is_last_word) {
            self.heard(now);
        }
        if frames.iter().any(|frame| matches!(frame, Frame::Data(_) | Frame::Snapshot(_))) {
            self.note_unreported(now, len);
        } else {
            self.note_aside(now, len);
        }
        frames.into_iter().try_for_each(|frame| self.handle_frame(now, frame))
    }

    fn handle_frame(&mut self, now: Time, frame: Frame) -> Result<(), Fault> {
        if let Phase::Greeting { .. } = self.phase {
            return self.handle_first(frame);
        }
        match frame {
            Frame::Opened(opened) => self.opened(now, &opened),
            Frame::Data(data) => {
                let ch = data.ch;
                let Some(channel) = self.channels.get_mut(&ch).filter(|channel| channel.is_open())
                else {
                    return Ok(());
                };
                if let Some((off, bytes)) = channel.data(data)? {
                    self.events.push_back(ClientEvent::Data { ch, off, bytes });
                }
            }
            Frame::Snapshot(snapshot) => self.snapshot(now, snapshot),
            Frame::InputAck(ack) => self.input_ack(ack),
            Frame::End(end) => {
                if self.channels.contains_key(&end.ch) {
                    self.events.push_back(ClientEvent::End {
                        ch: end.ch,
                        at: end.at,
                        status: end.status,
                    });
                }
            }
            Frame::Fetched { req, answer } => {
                if self.fetches.remove(&req).is_some() {
                    self.events.push_back(ClientEvent::Fetched { req, answer });
                }
            }
            Frame::Fault(fault, _) => self.fault(now, fault)?,
            Frame::Ping(id) => self.control.push_back(Frame::Pong(id)),
            Frame::Pong(id) => {
                if let Some(link) = self.link() {
                    link.liveness.ponged(now, id);
                }
            }
            Frame::GoAway(after_ms) => {
                let after = Duration::from_millis(u64::from(after_ms));
                self.come_back_at = Some(now + after.min(GO_AWAY_MAX));
            }
            Frame::Echo(echo) => {
                let Echo { ch, seq, at, .. } = echo;
                let channel = self.channels.get(&ch).filter(|channel| channel.is_open());
                if let Some(seq) = channel.and_then(|channel| channel.outbox.ours(seq)) {
                    self.events.push_back(ClientEvent::Echoed { ch, seq, at });
                }
            }
            Frame::Unknown => {}
            Frame::Hello(_)
            | Frame::Welcome(_)
            | Frame::Open(_)
            | Frame::Close(..)
            | Frame::Window { .. }
            | Frame::Input(_)
            | Frame::Fetch { .. }
            | Frame::Bye
            | Frame::Refresh(..)
            | Frame::Notice(..) => {
                return Err(Fault::new(Code::BadPacket, "A gateway does not send this frame."));
            }
        }
        Ok(())
    }

    fn handle_first(&mut self, frame: Frame) -> Result<(), Fault> {
        if let Frame::Fault(fault, _) = frame {
            return Err(fault);
        }
        let Frame::Welcome(welcome) = frame else {
            return Err(Fault::new(
                Code::HelloExpected,
                "The gateway's first frame was not a Welcome.",
            ));
        };
        Version::negotiate(welcome.version, welcome.version)?;
        self.last_boot = Some(welcome.boot);
        self.welcomed();
        let questions = self.fetches.iter();
        self.control.extend(questions.map(|(req, (kind, query))| Frame::Fetch {
            req: *req,
            kind: kind.clone(),
            query: query.clone(),
        }));
        Ok(())
    }

    fn opened(&mut self, now: Time, opened: &Opened) {
        let ch = opened.ch;
        let Some(channel) = self.channels.get_mut(&ch).filter(|channel| !channel.is_open()) else {
            return;
        };
        channel.opened(opened);
        let settled = channel.outbox.opened(opened.applied);
        self.events.push_back(ClientEvent::Opened { ch, resume: opened.resume });
        if !settled.is_empty() {
            self.events.push_back(match opened.inputs {
                Inputs::Known => ClientEvent::Applied { ch, seq: settled.end - 1 },
                Inputs::Unknown => {
                    ClientEvent::InputsUnknown { ch, first: settled.start, next: settled.end }
                }
            });
        }
        // What the view did since the Open was written is in no statement yet.
        self.note_unreported(now, 1);
    }

    fn snapshot(&mut self, now: Time, snapshot: Snapshot) {
        let Snapshot { ch, at, state } = snapshot;
        let Some(channel) = self.channels.get_mut(&ch).filter(|channel| channel.is_open()) else {
            return;
        };
        if let Ok(had) = channel.snapshot(at) {
            self.events.push_back(ClientEvent::Snapshot { ch, at, had, state });
            // The next is sent only once this one is reported.
            self.note_unreported(now, ACK_SOON_BYTES);
        }
    }

    fn input_ack(&mut self, ack: InputAck) {
        let InputAck { ch, applied, outcome, .. } = ack;
        let Some(channel) = self.channels.get_mut(&ch).filter(|channel| channel.is_open()) else {
            return;
        };
        let settled = channel.outbox.settle(applied);
        if settled.is_empty() {
            return;
        }
        let seq = settled.end - 1;
        match outcome {
            Outcome::Applied => self.events.push_back(ClientEvent::Applied { ch, seq }),
            Outcome::Refused(reason) => {
                if settled.start < seq {
                    self.events.push_back(ClientEvent::Applied { ch, seq: seq - 1 });
                }
                self.events.push_back(ClientEvent::InputRefused { ch, seq, reason });
            }
        }
    }

    fn fault(&mut self, now: Time, fault: Fault) -> Result<(), Fault> {
        let Some(ch) = fault.ch else { return Err(fault) };
        let Some(channel) = self.channels.get_mut(&ch) else { return Ok(()) };
        if fault.should_retry() && channel.unavailable(now) {
            self.events.push_back(ClientEvent::Unavailable { ch, fault });
        } else {
            self.channels.remove(&ch);
            self.events.push_back(ClientEvent::Refused { ch, fault });
        }
        Ok(())
    }
}
