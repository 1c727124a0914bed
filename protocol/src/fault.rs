//! What went wrong, who is at fault, and what may be done about it.

use crate::id::Ch;
use crate::limits::MESSAGE_MAX;

/// Who is at fault, seen from the side that sends the Fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Culprit {
    /// The receiver of the Fault broke a rule of the protocol.
    Peer,
    /// The sender of the Fault failed.
    Us,
    /// The request was well-formed and cannot be granted.
    Caller,
}

/// The named ways to fail. The number is the wire's; 4000 + number is the WebSocket close code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Code {
    /// Bytes that are no packet, or a frame that says nothing valid.
    BadPacket = 1,
    /// A packet, frame or decompressed packet above its limit.
    TooLarge = 2,
    /// No protocol version in common.
    Version = 3,
    /// The first frame was not a Hello, or a second one came.
    HelloExpected = 4,
    /// No Hello in time.
    HelloTimeout = 5,
    /// The credential is missing, wrong or expired.
    Unauthenticated = 6,
    /// The device was revoked.
    Revoked = 7,
    /// The grant does not reach that far.
    Denied = 8,
    /// The channel does not exist (any more).
    Gone = 9,
    /// A limit of `limits.rs` was hit; the message names it.
    Limit = 10,
    /// A newer Link of the same client instance took over.
    Superseded = 11,
    /// An input number, offset or acknowledgement that cannot be.
    BadSequence = 12,
    /// No such kind of channel here.
    UnknownKind = 13,
    /// The kind does not accept this spec, query or input.
    BadSpec = 14,
    /// The sender failed inside.
    Failed = 15,
    /// Nothing was heard for too long.
    Idle = 16,
}

impl Code {
    /// Every code, for tables and tests.
    pub const ALL: [Self; 16] = [
        Self::BadPacket,
        Self::TooLarge,
        Self::Version,
        Self::HelloExpected,
        Self::HelloTimeout,
        Self::Unauthenticated,
        Self::Revoked,
        Self::Denied,
        Self::Gone,
        Self::Limit,
        Self::Superseded,
        Self::BadSequence,
        Self::UnknownKind,
        Self::BadSpec,
        Self::Failed,
        Self::Idle,
    ];

    /// The code with this number on the wire.
    pub fn from_wire(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number() == number)
    }

    /// Its name in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadPacket => "bad_packet",
            Self::TooLarge => "too_large",
            Self::Version => "version",
            Self::HelloExpected => "hello_expected",
            Self::HelloTimeout => "hello_timeout",
            Self::Unauthenticated => "unauthenticated",
            Self::Revoked => "revoked",
            Self::Denied => "denied",
            Self::Gone => "gone",
            Self::Limit => "limit",
            Self::Superseded => "superseded",
            Self::BadSequence => "bad_sequence",
            Self::UnknownKind => "unknown_kind",
            Self::BadSpec => "bad_spec",
            Self::Failed => "failed",
            Self::Idle => "idle",
        }
    }

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The WebSocket close code (RFC 6455, private range) of a Link that ends with this.
    pub const fn close_code(self) -> u16 {
        4000 + self as u16
    }

    /// Who is at fault, from the side that says so.
    pub const fn culprit(self) -> Culprit {
        match self {
            Self::BadPacket
            | Self::TooLarge
            | Self::HelloExpected
            | Self::HelloTimeout
            | Self::BadSequence
            | Self::Idle => Culprit::Peer,
            Self::Failed => Culprit::Us,
            Self::Version
            | Self::Unauthenticated
            | Self::Revoked
            | Self::Denied
            | Self::Gone
            | Self::Limit
            | Self::Superseded
            | Self::UnknownKind
            | Self::BadSpec => Culprit::Caller,
        }
    }

    /// Whether the same request may succeed later, unchanged.
    pub const fn should_retry(self) -> bool {
        match self {
            Self::BadPacket
            | Self::HelloTimeout
            | Self::BadSequence
            | Self::Failed
            | Self::Idle
            | Self::Limit
            | Self::Superseded => true,
            Self::TooLarge
            | Self::Version
            | Self::HelloExpected
            | Self::Unauthenticated
            | Self::Revoked
            | Self::Denied
            | Self::Gone
            | Self::UnknownKind
            | Self::BadSpec => false,
        }
    }

    /// Whether the person must sign in (or pair) again first.
    pub const fn must_sign_in(self) -> bool {
        matches!(self, Self::Unauthenticated | Self::Revoked)
    }
}

/// An error with a culprit. With `ch` it concerns that channel alone; without, the Link ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What went wrong.
    pub code: Code,
    /// The channel concerned; `None`: the whole Link.
    pub ch: Option<Ch>,
    /// One sentence for a person: what, why, what to do. At most 256 bytes, no secrets.
    pub message: String,
}

impl Fault {
    /// A Fault of the whole Link. The message is cut to its limit.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let mut message = message.into();
        message.truncate(message.floor_char_boundary(MESSAGE_MAX));
        Self { code, ch: None, message }
    }

    /// The same Fault, of one channel.
    pub fn on(self, ch: Ch) -> Self {
        Self { ch: Some(ch), ..self }
    }

    /// Whether the same request may succeed later, unchanged.
    pub const fn should_retry(&self) -> bool {
        self.code.should_retry()
    }

    /// Whether the person must sign in again first.
    pub const fn must_sign_in(&self) -> bool {
        self.code.must_sign_in()
    }
}
