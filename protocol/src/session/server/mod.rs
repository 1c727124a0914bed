//! The gateway's half of a Link: who reads what from where, and what to send next.
//!
//! It remembers nothing between Links: the Hello restates everything.

mod handle;
mod reader;
mod transmit;

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use self::reader::Reader;
use crate::fault::{Code, Fault};
use crate::id::{Boot, Ch, ChannelId, ClientId};
use crate::limits::{HELLO_WITHIN, SERVER_IDLE, SNAPSHOT_MAX};
use crate::link::{Class, Flow, Schedule};
use crate::log::Extent;
use crate::position::Unit;
use crate::time::Time;
use crate::wire::{
    Decoder, Echo, Encoder, Frame, InputAck, Inputs, Open, Opened, OutboxRange, Outcome, Priority,
    Sealed,
};

/// What a gateway tells a new session.
#[derive(Debug, Clone, Copy)]
pub struct ServerConfig {
    /// This life of the gateway.
    pub boot: Boot,
}

/// What the driver should know or do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerEvent {
    /// The client said who it is: fence its older Links.
    Greeted {
        /// The instance.
        client: ClientId,
        /// Newest wins.
        generation: u64,
        /// Program and version, for logs.
        agent: String,
    },
    /// Find or create this channel; answer with [`ServerSession::attached`] or [`ServerSession::refused`].
    Open {
        /// The client's name for it.
        ch: Ch,
        /// The channel.
        id: ChannelId,
        /// Its kind.
        kind: String,
        /// What to create; `None`: attach only.
        spec: Option<Bytes>,
        /// Inputs the client still holds.
        outbox: Option<OutboxRange>,
    },
    /// The client reads it no more.
    Close(Ch),
    /// Something typed, said or saved; answer with [`ServerSession::settled`].
    Input {
        /// The channel.
        ch: Ch,
        /// Its number.
        seq: u64,
        /// The kind's own message.
        bytes: Bytes,
    },
    /// The view has consumed everything below this offset.
    Consumed(Ch, u64),
    /// A question to a kind; answer with [`ServerSession::fetched`].
    Fetch {
        /// The client's number for it.
        req: u32,
        /// The kind.
        kind: String,
        /// The kind's own message.
        query: Bytes,
    },
    /// The client leaves on purpose.
    Bye,
}

/// A channel as the driver found it.
#[derive(Debug, Clone, Copy)]
pub struct Attached {
    /// Where its Log begins and ends now.
    pub extent: Extent,
    /// The instance by which the channel's owner knows the reader; `None`: by its own.
    pub client: Option<ClientId>,
    /// What offsets count.
    pub unit: Unit,
    /// What is known of the client's inputs.
    pub inputs: Inputs,
    /// The highest input number settled.
    pub applied: u64,
    /// What its payloads are to a person.
    pub class: Class,
    /// How its payloads may be compressed.
    pub sealed: Sealed,
}

/// The gateway's half of one Link.
#[derive(Debug)]
pub struct ServerSession {
    config: ServerConfig,
    phase: Phase,
    decoder: Decoder,
    encoder: Encoder,
    encoder_idle_at: Option<Time>,
    flow: Flow,
    measured_at: Option<Time>,
    ping: Option<(u64, Time)>,
    ping_next: u64,
    schedule: Schedule,
    /// When a reader that waits may be sent its next state.
    state_at: Option<Time>,
    readers: BTreeMap<Ch, Reader>,
    refreshes: BTreeMap<Ch, u64>,
    control: VecDeque<Frame>,
    events: VecDeque<ServerEvent>,
    fetches: usize,
    heard: Time,
    pings_spent: (u32, Time),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waiting for the Hello, until then.
    Greeting {
        until: Time,
    },
    Live,
    /// The client said Bye, or a Fault was queued: nothing more is read.
    Closing,
}

impl ServerSession {
    /// A session for a Link that has just come up and is authenticated.
    pub fn new(now: Time, config: ServerConfig) -> Self {
        Self {
            config,
            phase: Phase::Greeting { until: now + HELLO_WITHIN },
            decoder: Decoder::new(0),
            encoder: Encoder::new(),
            encoder_idle_at: None,
            flow: Flow::new(),
            measured_at: None,
            ping: None,
            ping_next: 1,
            schedule: Schedule::default(),
            state_at: None,
            readers: BTreeMap::new(),
            refreshes: BTreeMap::new(),
            control: VecDeque::new(),
            events: VecDeque::new(),
            fetches: 0,
            heard: now,
            pings_spent: (0, now),
        }
    }

    /// A packet arrived.
    ///
    /// # Errors
    /// The peer broke a rule: hand the Fault to [`Self::fail`], send what is left, close the Link.
    pub fn handle_packet(&mut self, now: Time, packet: Bytes) -> Result<(), Fault> {
        self.heard = now;
        let frames = match self.phase {
            Phase::Greeting { .. } => Decoder::open_first(packet)?,
            Phase::Live => self.decoder.open(packet)?,
            Phase::Closing => return Ok(()),
        };
        frames.into_iter().try_for_each(|frame| self.handle_frame(now, frame))
    }

    /// Time has passed.
    ///
    /// # Errors
    /// The Link was silent for too long: as in [`Self::handle_packet`].
    pub fn handle_timeout(&mut self, now: Time) -> Result<(), Fault> {
        match self.phase {
            Phase::Greeting { until } if now >= until => {
                return Err(Fault::new(
                    Code::HelloTimeout,
                    "No Hello came within 5 s of the upgrade.",
                ));
            }
            Phase::Live if now >= self.heard + SERVER_IDLE => {
                return Err(Fault::new(
                    Code::Idle,
                    "Nothing was heard for 240 s. Reconnect when you are back.",
                ));
            }
            Phase::Greeting { .. } | Phase::Live | Phase::Closing => {}
        }
        self.readers.values_mut().for_each(|reader| reader.handle_timeout(now));
        self.state_at.take_if(|at| *at <= now);
        if self.encoder_idle_at.is_some_and(|at| now >= at) {
            self.encoder_idle_at = self.encoder.drop_idle(now);
        }
        Ok(())
    }

    /// What happened; drain it after every call.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        let event = self.events.pop_front();
        if event.is_none() {
            // Most links are idle most of the time: an empty queue keeps no memory.
            self.events = VecDeque::new();
        }
        event
    }

    /// When to be woken at the latest.
    pub fn poll_timeout(&self) -> Option<Time> {
        let deadline = match self.phase {
            Phase::Greeting { until } => until,
            Phase::Live => self.heard + SERVER_IDLE,
            Phase::Closing => return None,
        };
        let acks = self.readers.values().filter_map(Reader::wake_at).min();
        [Some(deadline), acks, self.encoder_idle_at, self.state_at].into_iter().flatten().min()
    }

    /// The channel of a [`ServerEvent::Open`] was found or created. False if the client no longer wants it.
    pub fn attached(&mut self, now: Time, ch: Ch, attached: Attached) -> bool {
        let replay_max = self.flow.replay_max();
        let Some(resume) =
            self.readers.get_mut(&ch).and_then(|reader| reader.attach(now, &attached, replay_max))
        else {
            return false;
        };
        let Extent { epoch, head, loss, .. } = attached.extent;
        self.control.push_back(Frame::Opened(Opened {
            ch,
            epoch,
            head,
            resume,
            inputs: attached.inputs,
            applied: attached.applied,
            unit: attached.unit,
            client: attached.client,
            base: 0,
            loss,
        }));
        true
    }

    /// The channel of a [`ServerEvent::Open`] cannot be had, or an open one is lost: the client is told, and reads it no more.
    pub fn refused(&mut self, ch: Ch, fault: Fault) {
        if self.readers.remove(&ch).is_some() {
            self.schedule.forget(ch);
            self.control.push_back(Frame::Fault(fault.on(ch), None));
        }
    }

    /// Inputs are settled up to this number, the last with this outcome.
    pub fn settled(&mut self, now: Time, ch: Ch, applied: u64, outcome: Outcome) {
        let Some(reader) = self.readers.get_mut(&ch) else { return };
        if let Outcome::Refused(_) = &outcome {
            self.control.extend(reader.take_ack(ch));
            self.control.push_back(Frame::InputAck(InputAck {
                ch,
                applied,
                outcome,
                client: None,
            }));
            reader.forget_inputs(applied);
        } else {
            reader.settle(now, applied);
        }
    }

    /// What the client's inputs up to `seq` bring about at once stands before the Offset `at`.
    pub fn echoed(&mut self, ch: Ch, seq: u64, at: u64) {
        if !self.readers.contains_key(&ch) {
            return;
        }
        let echo = Echo { ch, seq, at, client: None };
        for frame in &mut self.control {
            if let Frame::Echo(unsent) = frame
                && unsent.ch == ch
            {
                *unsent = echo;
                return;
            }
        }
        self.control.push_back(Frame::Echo(echo));
    }

    /// The answer to a [`ServerEvent::Fetch`].
    pub fn fetched(&mut self, req: u32, answer: Result<Bytes, Fault>) {
        self.fetches = self.fetches.saturating_sub(1);
        let answer = answer.and_then(|answer| match answer.len() {
            0..=SNAPSHOT_MAX => Ok(answer),
            len => Err(Fault::new(
                Code::TooLarge,
                format!("The answer has {len} bytes, {SNAPSHOT_MAX} are allowed. Ask for less."),
            )),
        });
        self.control.push_back(Frame::Fetched { req, answer });
    }

    /// The gateway is going: the client is told when to come back, and the Link closes.
    pub fn go_away(&mut self, reconnect_after_ms: u32) {
        if self.phase == Phase::Live {
            self.control.push_back(Frame::GoAway(reconnect_after_ms));
        }
        self.phase = Phase::Closing;
    }

    /// The Link ends with this Fault: it is the last thing sent.
    pub fn fail(&mut self, fault: Fault) {
        self.phase = Phase::Closing;
        self.readers.clear();
        self.control.clear();
        self.control.push_back(Frame::Fault(fault, None));
    }

    /// Whether the Link should be closed once nothing is left to send.
    pub const fn is_closing(&self) -> bool {
        matches!(self.phase, Phase::Closing)
    }

    /// Whether the client shows this channel to a person now: it reads it, and not in the background.
    pub fn is_shown(&self, ch: Ch) -> bool {
        self.readers.get(&ch).is_some_and(|reader| reader.priority() != Priority::Background)
    }

    /// Whether the client has said Hello.
    pub const fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live)
    }

    fn open(&mut self, open: Open) -> Result<(), Fault> {
        if let Some(reader) = self.readers.get(&open.ch) {
            return if reader.is_of(open.id) {
                Ok(())
            } else {
                Err(Fault::new(
                    Code::BadSequence,
                    format!("Channel {} is open already, as another one.", open.ch),
                ))
            };
        }
        if self.readers.values().any(|reader| reader.is_of(open.id)) {
            let fault =
                Fault::new(Code::Limit, "This channel is open already, under another number.");
            self.control.push_back(Frame::Fault(fault.on(open.ch), None));
            return Ok(());
        }
        let Open { ch, id, kind, spec, outbox, .. } = open.clone();
        self.readers.insert(ch, Reader::opening(open));
        self.events.push_back(ServerEvent::Open { ch, id, kind, spec, outbox });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
