//! The device's half: what is read and typed, over however many Links that takes.
//!
//! ```text
//!            dial        link_up         Welcome
//!   Offline ──────► Dialing ─────► Greeting ─────► Live ──┐ a probe unanswered: dials another in parallel,
//!      ▲               │               │            │ ▲───┘ and the first to answer wins
//!      └───────────────┴── link_down ──┴────────────┘
//! ```

mod channel;
mod handle;
mod link;
#[cfg(test)]
mod tests;
mod transmit;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;

use self::channel::Channel;
use self::link::Phase;
use super::Backoff;
use crate::fault::{Code, Fault};
use crate::id::{Boot, Ch, ChannelId, ClientId};
use crate::limits::{CHANNELS_MAX, FETCHES_MAX, HELLO_CHANNELS_MAX, INPUT_MAX};
use crate::log::OutboxFull;
use crate::position::Position;
use crate::time::Time;
use crate::wire::{Frame, Open, Priority, Resume};

/// What a driver tells a new session.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// This instance: 16 random bytes, never used by another running client.
    pub client: ClientId,
    /// Program and version, for the gateway's logs; at most 64 bytes.
    pub agent: String,
    /// Largest zstd window the driver can decode, log2 of bytes; 0: no compressed packets.
    pub zstd_window_log: u32,
}

/// The state a UI shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// A Link is being made.
    Connecting,
    /// Everything arrives.
    Live,
    /// A probe was not answered in time; nothing was heard since then. Another Link is being tried.
    Suspect {
        /// When something was last heard.
        since: Time,
    },
    /// No Link; the next dial begins then.
    Offline {
        /// When.
        until: Time,
    },
    /// In the background, on purpose.
    Asleep,
    /// Over: what went wrong, and whether signing in helps.
    Closed(Fault),
}

/// What the driver or its user should know or do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientEvent {
    /// The Link's state changed.
    State(LinkState),
    /// Make a Link: [`ClientSession::hello`], connect, then [`ClientSession::link_up`] or [`ClientSession::dial_failed`].
    Dial,
    /// The Link in use answered after all: give up the dial under way.
    CancelDial,
    /// Close the Link in use; then [`ClientSession::link_down`] is not needed.
    HangUp,
    /// The channel is read, from here on like this.
    Opened {
        /// Which.
        ch: Ch,
        /// How.
        resume: Resume,
    },
    /// What came next in the Log; give back [`ClientSession::consume`] when it is parsed.
    Data {
        /// The channel.
        ch: Ch,
        /// Offset of the first unit.
        off: u64,
        /// The units.
        bytes: Bytes,
    },
    /// The Log's fold: it replaces everything shown.
    Snapshot {
        /// The channel.
        ch: Ch,
        /// Bound to this offset.
        at: u64,
        /// What this reader had before, if anything of the same life: events after it are new.
        had: Option<u64>,
        /// The kind's own message.
        state: Bytes,
    },
    /// The Log has ended here.
    End {
        /// The channel.
        ch: Ch,
        /// At.
        at: u64,
        /// The kind's own message.
        status: Bytes,
    },
    /// Inputs up to this number are applied.
    Applied {
        /// The channel.
        ch: Ch,
        /// The number.
        seq: u64,
    },
    /// What the inputs up to `seq` bring about at once stands in the Log before `at`: the kind's message asked to be told.
    Echoed {
        /// The channel.
        ch: Ch,
        /// The newest input it speaks of.
        seq: u64,
        /// An Offset.
        at: u64,
    },
    /// This input was not applied and will not be.
    InputRefused {
        /// The channel.
        ch: Ch,
        /// The number.
        seq: u64,
        /// One sentence for a person.
        reason: String,
    },
    /// Nobody knows whether these inputs were applied; ask the person.
    InputsUnknown {
        /// The channel.
        ch: Ch,
        /// The first.
        first: u64,
        /// Behind the last.
        next: u64,
    },
    /// The channel cannot be read at present; the session asks again by itself and keeps what waits.
    Unavailable {
        /// The channel.
        ch: Ch,
        /// Why.
        fault: Fault,
    },
    /// The channel is lost or refused, and read no more.
    Refused {
        /// The channel.
        ch: Ch,
        /// Why.
        fault: Fault,
    },
    /// The answer to a [`ClientSession::fetch`].
    Fetched {
        /// Its number.
        req: u32,
        /// The kind's own message.
        answer: Result<Bytes, Fault>,
    },
}

/// The device's half of a Session.
#[derive(Debug)]
pub struct ClientSession {
    config: ClientConfig,
    generation: u64,
    /// The channels that the newest Hello named.
    named: BTreeSet<Ch>,
    last_boot: Option<Boot>,
    phase: Phase,
    /// Another Link is being tried while one is in use.
    redialing: bool,
    come_back_at: Option<Time>,
    backoff: Backoff,
    channels: BTreeMap<Ch, Channel>,
    next_ch: u32,
    fetches: BTreeMap<u32, (String, Bytes)>,
    next_req: u32,
    control: VecDeque<Frame>,
    events: VecDeque<ClientEvent>,
}

impl ClientSession {
    /// A session that wants a Link at once.
    pub fn new(config: ClientConfig) -> Self {
        let mut session = Self {
            config,
            generation: 0,
            named: BTreeSet::new(),
            last_boot: None,
            phase: Phase::Dialing,
            redialing: false,
            come_back_at: None,
            backoff: Backoff::default(),
            channels: BTreeMap::new(),
            next_ch: 1,
            fetches: BTreeMap::new(),
            next_req: 1,
            control: VecDeque::new(),
            events: VecDeque::new(),
        };
        session.say(LinkState::Connecting);
        session.events.push_back(ClientEvent::Dial);
        session
    }

    /// Reads a channel, and creates it first if it does not exist and `spec` says how. `have`: what the view already shows.
    ///
    /// # Errors
    /// [`Code::Limit`] above 256 channels, or if this one is open already.
    pub fn open(
        &mut self,
        id: ChannelId,
        kind: &str,
        spec: Option<Bytes>,
        have: Option<Position>,
        priority: Priority,
    ) -> Result<Ch, Fault> {
        if self.channels.len() >= CHANNELS_MAX {
            return Err(Fault::new(
                Code::Limit,
                format!("At most {CHANNELS_MAX} channels can be open. Close one first."),
            ));
        }
        if self.channels.values().any(|channel| channel.is_of(id)) {
            return Err(Fault::new(Code::Limit, "This channel is open already."));
        }
        let ch = self.free_ch();
        let channel = Channel::new(id, kind, spec, have, priority);
        if self.is_live() {
            self.control.push_back(Frame::Open(channel.open_frame(ch)));
        }
        self.channels.insert(ch, channel);
        Ok(ch)
    }

    /// Reads the channel no more. Inputs still waiting are dropped.
    pub fn close(&mut self, ch: Ch) {
        if self.channels.remove(&ch).is_some() && self.is_live() {
            self.control.push_back(Frame::Close(ch, None));
        }
    }

    /// Sends an input of at most 16 KiB, exactly once, however many Links that takes; returns its number.
    ///
    /// # Errors
    /// [`OutboxFull`] if 1 MiB waits already (or the channel is closed); nothing is taken then.
    pub fn send(&mut self, now: Time, ch: Ch, input: Bytes) -> Result<u64, OutboxFull> {
        debug_assert!(input.len() <= INPUT_MAX, "the kind splits larger inputs");
        let seq = self.channels.get_mut(&ch).ok_or(OutboxFull)?.outbox.push(input)?;
        self.note_typed(now);
        Ok(seq)
    }

    /// Asks for the newest state instead of what is unsent, if at least `min_unsent` units are.
    pub fn refresh(&mut self, ch: Ch, min_unsent: u64) {
        if !self.is_live() || !self.channels.contains_key(&ch) {
            return;
        }
        for frame in &mut self.control {
            if let Frame::Refresh(other, min) = frame
                && *other == ch
            {
                *min = min_unsent.min(*min);
                return;
            }
        }
        self.control.push_back(Frame::Refresh(ch, min_unsent));
    }

    /// The view has parsed everything below this offset.
    pub fn consume(&mut self, now: Time, ch: Ch, offset: u64) {
        let Some(channel) = self.channels.get_mut(&ch) else { return };
        let units = channel.consume(offset);
        self.note_unreported(now, units);
    }

    /// How urgent the channel is from now on.
    pub fn prioritize(&mut self, now: Time, ch: Ch, priority: Priority) {
        let Some(channel) = self.channels.get_mut(&ch) else { return };
        if channel.prioritize(priority) {
            self.note_unreported(now, 1);
        }
    }

    /// Asks a kind; the answer comes as [`ClientEvent::Fetched`], however many Links that takes.
    ///
    /// # Errors
    /// [`Code::Limit`] if 16 questions are unanswered.
    pub fn fetch(&mut self, kind: &str, query: Bytes) -> Result<u32, Fault> {
        if self.fetches.len() >= FETCHES_MAX {
            return Err(Fault::new(
                Code::Limit,
                format!("{FETCHES_MAX} questions wait for an answer already."),
            ));
        }
        let req = self.next_req;
        self.next_req = self.next_req.checked_add(1).unwrap_or(1);
        self.fetches.insert(req, (kind.to_owned(), query.clone()));
        if self.is_live() {
            self.control.push_back(Frame::Fetch { req, kind: kind.to_owned(), query });
        }
        Ok(req)
    }

    /// What happened; drain it after every call.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// Where the view of a channel stands; `None` before its first Snapshot or Data.
    pub fn position(&self, ch: Ch) -> Option<Position> {
        self.channels.get(&ch)?.position()
    }

    /// Inputs of a channel that are not settled, and their bytes.
    pub fn waiting(&self, ch: Ch) -> (usize, usize) {
        self.channels
            .get(&ch)
            .map_or((0, 0), |channel| (channel.outbox.waiting(), channel.outbox.waiting_bytes()))
    }

    fn free_ch(&mut self) -> Ch {
        loop {
            let ch = Ch(self.next_ch);
            self.next_ch = if self.next_ch >= u32::from(u16::MAX) { 1 } else { self.next_ch + 1 };
            if !self.channels.contains_key(&ch) {
                return ch;
            }
        }
    }

    /// As many channels as fit into a Hello, the urgent ones first. One that the Link in use is just opening is left out: by
    /// the time the Hello is read, what it says of that Outbox may no longer be so.
    fn opens(&self) -> Vec<Open> {
        let is_linked = self.is_live();
        let is_told = |channel: &Channel| !is_linked || channel.outbox.is_numbered();
        let mut channels: Vec<_> =
            self.channels.iter().filter(|(_, channel)| is_told(channel)).collect();
        channels.sort_by_key(|(ch, channel)| (Reverse(channel.priority()), **ch));
        let mut room = HELLO_CHANNELS_MAX;
        let opens = channels.into_iter().map_while(|(ch, channel)| {
            room = room.checked_sub(channel.open_cost())?;
            Some(channel.open_frame(*ch))
        });
        opens.collect()
    }

    fn say(&mut self, state: LinkState) {
        self.events.push_back(ClientEvent::State(state));
    }
}
