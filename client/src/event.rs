//! What a driver tells its user.

use bytes::Bytes;
use devtail_protocol::session::{ClientEvent, LinkState};
use devtail_protocol::wire::Resume;
use devtail_protocol::{Ch, Fault};

use crate::dial::DialError;

/// Something the user of a [`crate::Client`] should know or show.
#[derive(Debug)]
pub enum Event {
    /// The Link's state changed. After [`LinkState::Closed`] nothing more comes.
    State(LinkState),
    /// A dial failed; the session goes on, its state says when the next one is.
    DialFailed(DialError),
    /// Something in a channel.
    Channel(Ch, ChannelEvent),
    /// The answer to a [`crate::Client::fetch`].
    Fetched {
        /// Its number.
        req: u32,
        /// The kind's own message.
        answer: Result<Bytes, Fault>,
    },
}

/// Something in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelEvent {
    /// It is read, from here on like this.
    Opened(Resume),
    /// What came next; give back [`crate::Client::consume`] when it is parsed.
    Data {
        /// Offset of the first unit.
        off: u64,
        /// The units.
        bytes: Bytes,
    },
    /// The Log's fold: it replaces everything shown.
    Snapshot {
        /// Bound to this offset.
        at: u64,
        /// What the view had before, if anything of the same life: events after it are new.
        had: Option<u64>,
        /// The kind's own message.
        state: Bytes,
    },
    /// The Log has ended.
    End {
        /// Here.
        at: u64,
        /// The kind's own message.
        status: Bytes,
    },
    /// Inputs up to this number are applied.
    Applied(u64),
    /// What the inputs up to `seq` bring about at once stands in the Log before `at`.
    Echoed {
        /// The newest input it speaks of.
        seq: u64,
        /// An Offset.
        at: u64,
    },
    /// This input was not applied and will not be.
    InputRefused {
        /// Its number.
        seq: u64,
        /// One sentence for a person.
        reason: String,
    },
    /// Nobody knows whether these inputs were applied; ask the person.
    InputsUnknown {
        /// The first.
        first: u64,
        /// Behind the last.
        next: u64,
    },
    /// It cannot be read at present; it is asked for again by itself, and what waits is kept.
    Unavailable(Fault),
    /// The channel is lost or refused, and read no more.
    Refused(Fault),
}

/// What the session says, parted: for the driver itself, or for its user.
#[derive(Debug)]
pub(crate) enum Told {
    Dial,
    CancelDial,
    HangUp,
    User(Event),
}

impl From<ClientEvent> for Told {
    fn from(event: ClientEvent) -> Self {
        let (ch, event) = match event {
            ClientEvent::Dial => return Self::Dial,
            ClientEvent::CancelDial => return Self::CancelDial,
            ClientEvent::HangUp => return Self::HangUp,
            ClientEvent::State(state) => return Self::User(Event::State(state)),
            ClientEvent::Fetched { req, answer } => {
                return Self::User(Event::Fetched { req, answer });
            }
            ClientEvent::Opened { ch, resume } => (ch, ChannelEvent::Opened(resume)),
            ClientEvent::Data { ch, off, bytes } => (ch, ChannelEvent::Data { off, bytes }),
            ClientEvent::Snapshot { ch, at, had, state } => {
                (ch, ChannelEvent::Snapshot { at, had, state })
            }
            ClientEvent::End { ch, at, status } => (ch, ChannelEvent::End { at, status }),
            ClientEvent::Applied { ch, seq } => (ch, ChannelEvent::Applied(seq)),
            ClientEvent::Echoed { ch, seq, at } => (ch, ChannelEvent::Echoed { seq, at }),
            ClientEvent::InputRefused { ch, seq, reason } => {
                (ch, ChannelEvent::InputRefused { seq, reason })
            }
            ClientEvent::InputsUnknown { ch, first, next } => {
                (ch, ChannelEvent::InputsUnknown { first, next })
            }
            ClientEvent::Unavailable { ch, fault } => (ch, ChannelEvent::Unavailable(fault)),
            ClientEvent::Refused { ch, fault } => (ch, ChannelEvent::Refused(fault)),
        };
        Self::User(Event::Channel(ch, event))
    }
}
