//! Frames in their typed form: one that exists is valid in itself.

use bytes::Bytes;

use crate::fault::Fault;
use crate::id::{Boot, Ch, ChannelId, ClientId};
use crate::position::{Epoch, Loss, Position, Unit};
use crate::resume::{Inputs, OutboxRange, Outcome, Resume};

/// One statement on the wire. See `proto/link.proto` for each field's unit and the meaning of its absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Client to gateway, first on every Link: who, and every channel with where it stands.
    Hello(Hello),
    /// Gateway to client, first on every Link.
    Welcome(Welcome),
    /// Client to gateway: read this channel from here; create it if `spec` says how.
    Open(Open),
    /// Gateway to client: the Open succeeded.
    Opened(Opened),
    /// Client to gateway: stop reading. On a holder's socket: this client has left.
    Close(Ch, Option<ClientId>),
    /// What came next in the Log.
    Data(Data),
    /// The Log's fold at an Offset.
    Snapshot(Snapshot),
    /// Client to gateway: what was consumed, and bytes of messages received on this Link.
    Window {
        /// One per channel with news.
        credits: Vec<Credit>,
        /// Bytes of WebSocket messages received on this Link.
        rx_bytes: u64,
        /// Whose, on a holder's socket.
        client: Option<ClientId>,
    },
    /// Client to gateway: something typed, said or saved.
    Input(Input),
    /// Gateway to client: inputs settled.
    InputAck(InputAck),
    /// Client to gateway: a question to a kind.
    Fetch {
        /// The client's number for it, from 1.
        req: u32,
        /// The kind asked.
        kind: String,
        /// The kind's own message.
        query: Bytes,
    },
    /// Gateway to client: the answer, or what went wrong.
    Fetched {
        /// The question's number.
        req: u32,
        /// The kind's own message.
        answer: Result<Bytes, Fault>,
    },
    /// Answer with a Pong of the same number.
    Ping(u64),
    /// The answer.
    Pong(u64),
    /// Gateway to client: this Link will close; come back after so many milliseconds.
    GoAway(u32),
    /// Client to gateway: leaving on purpose.
    Bye,
    /// Something went wrong.
    Fault(Fault, Option<ClientId>),
    /// Send a Snapshot instead of the unsent rest, if at least so many units are unsent.
    Refresh(Ch, u64),
    /// The Log ended.
    End(End),
    /// Gateway to client: what inputs bring about at once stands before an Offset.
    Echo(Echo),
    /// Holder to gateway: something a person should know; the kind's own message.
    Notice(Ch, Bytes),
    /// From a newer minor version: to be ignored.
    Unknown,
}

/// See [`Frame::Hello`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// Lowest version spoken.
    pub version_min: u32,
    /// Highest version spoken.
    pub version_max: u32,
    /// This client instance.
    pub client: ClientId,
    /// Rises with every Link of the instance, from 1.
    pub generation: u64,
    /// The last Welcome's boot.
    pub last_boot: Option<Boot>,
    /// Largest zstd window taken, log2 of bytes; 0: nothing compressed.
    pub zstd_window_log: u32,
    /// Every channel the client reads.
    pub channels: Vec<Open>,
    /// Program and version.
    pub agent: String,
}

/// See [`Frame::Welcome`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welcome {
    /// The version both speak.
    pub version: u32,
    /// This life of the gateway.
    pub boot: Boot,
    /// Window of its zstd streams, log2 of bytes; 0: nothing compressed.
    pub zstd_window_log: u32,
}

/// Who is sent first when not everything fits. Ordered: more urgent is greater.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Neither looked at nor urgent.
    #[default]
    Background,
    /// On the screen.
    Visible,
    /// Being worked in.
    Focused,
}

/// See [`Frame::Open`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The client's name for it.
    pub ch: Ch,
    /// The channel.
    pub id: ChannelId,
    /// Its kind.
    pub kind: String,
    /// What to create; `None`: attach only.
    pub spec: Option<Bytes>,
    /// What the reader has; `None`: nothing.
    pub have: Option<Position>,
    /// Credit in units beyond where reading begins.
    pub window: u32,
    /// How urgent.
    pub priority: Priority,
    /// Inputs the client still holds; `None`: it never sent one.
    pub outbox: Option<OutboxRange>,
    /// Whom a gateway speaks for, on a holder's socket.
    pub client: Option<ClientId>,
    /// What people call the device that reads, on a holder's socket; else empty.
    pub reader: String,
}

/// See [`Frame::Opened`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The channel.
    pub ch: Ch,
    /// This life of its Log.
    pub epoch: Epoch,
    /// The Log's head now.
    pub head: u64,
    /// How reading goes on.
    pub resume: Resume,
    /// What is known of the client's inputs.
    pub inputs: Inputs,
    /// Highest input number settled.
    pub applied: u64,
    /// What offsets count.
    pub unit: Unit,
    /// Whom it is for, on a holder's socket.
    pub client: Option<ClientId>,
    /// Where Data begins, on a holder's socket.
    pub base: u64,
    /// Whether a slow reader gets a Snapshot in place of units.
    pub loss: Loss,
}

/// See [`Frame::Data`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The channel.
    pub ch: Ch,
    /// Offset of the first unit.
    pub off: u64,
    /// The units.
    pub bytes: Bytes,
}

/// See [`Frame::Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The channel.
    pub ch: Ch,
    /// Data before this Offset is void.
    pub at: u64,
    /// The kind's own message.
    pub state: Bytes,
}

/// What a view has parsed and will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit {
    /// The channel.
    pub ch: Ch,
    /// All below is parsed or dropped.
    pub consumed: u64,
    /// First Offset not yet taken.
    pub limit: u64,
    /// How urgent now.
    pub priority: Priority,
}

/// See [`Frame::Input`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The channel.
    pub ch: Ch,
    /// From 1, gap-free per client instance and channel.
    pub seq: u64,
    /// The kind's own message.
    pub bytes: Bytes,
    /// Whose it is, on a holder's socket.
    pub client: Option<ClientId>,
}

/// See [`Frame::InputAck`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputAck {
    /// The channel.
    pub ch: Ch,
    /// Every input up to here is settled.
    pub applied: u64,
    /// The outcome of exactly that one.
    pub outcome: Outcome,
    /// Whose it is, on a holder's socket.
    pub client: Option<ClientId>,
}

/// See [`Frame::End`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The channel.
    pub ch: Ch,
    /// Nothing follows this Offset.
    pub at: u64,
    /// The kind's own message.
    pub status: Bytes,
}

/// See [`Frame::Echo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Echo {
    /// The channel.
    pub ch: Ch,
    /// The newest input it speaks of.
    pub seq: u64,
    /// What that input and those before it bring about at once stands before this Offset.
    pub at: u64,
    /// Whose they are, on a holder's socket.
    pub client: Option<ClientId>,
}
