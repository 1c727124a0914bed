//! The kinds of channel the world has, and the messages its programs understand.

use bytes::{BufMut, Bytes, BytesMut};
use devtail_protocol::ChannelId;
use devtail_protocol::limits::INPUT_MAX;
use devtail_protocol::link::Class;
use devtail_protocol::log::Loss;
use devtail_protocol::position::Unit;
use devtail_protocol::wire::Sealed;

/// A kind. The first byte of a channel's id says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    Terminal,
    Agent,
    Tunnel,
}

impl Model {
    pub(super) const ALL: [Self; 3] = [Self::Terminal, Self::Agent, Self::Tunnel];

    pub(super) const fn of(id: ChannelId) -> Self {
        match id.0[0] % 3 {
            0 => Self::Terminal,
            1 => Self::Agent,
            _ => Self::Tunnel,
        }
    }

    pub(super) fn id(self, mut random: [u8; 16]) -> ChannelId {
        random[0] = self as u8;
        ChannelId(random)
    }

    pub(super) const fn unit(self) -> Unit {
        match self {
            Self::Terminal | Self::Tunnel => Unit::Bytes,
            Self::Agent => Unit::Records,
        }
    }

    pub(super) const fn loss(self) -> Loss {
        match self {
            Self::Terminal | Self::Agent => Loss::Snapshot,
            Self::Tunnel => Loss::Never,
        }
    }

    pub(super) const fn class(self) -> Class {
        match self {
            Self::Terminal => Class::Interactive,
            Self::Agent => Class::Conversation,
            Self::Tunnel => Class::Bulk,
        }
    }

    pub(super) const fn sealed(self) -> Sealed {
        match self {
            Self::Terminal => Sealed::Context(0),
            Self::Agent => Sealed::Context(1),
            Self::Tunnel => Sealed::Plain,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Agent => "agent",
            Self::Tunnel => "tunnel",
        }
    }
}

/// What a person can ask of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// A key: it is echoed.
    Key,
    /// Write so many bytes.
    Flood(u32),
    /// ^C: a flood ends at once.
    Interrupt,
    /// What the program will not do.
    Nonsense,
    /// The program exits.
    Exit,
}

impl Command {
    /// The input's bytes: the command, its token, and padding up to `len`.
    pub(super) fn to_input(self, token: u64, len: usize) -> Bytes {
        let (letter, amount) = match self {
            Self::Key => (b'k', 0),
            Self::Flood(bytes) => (b'f', bytes),
            Self::Interrupt => (b'c', 0),
            Self::Nonsense => (b'n', 0),
            Self::Exit => (b'e', 0),
        };
        let mut input = BytesMut::with_capacity(13);
        input.put_u8(letter);
        input.put_u64(token);
        input.put_u32(amount);
        input.put_bytes(b'.', len.min(INPUT_MAX).saturating_sub(input.len()));
        input.freeze()
    }

    /// The command and its token.
    pub(super) fn from_input(input: &[u8]) -> Option<(Self, u64)> {
        let token = u64::from_be_bytes(input.get(1..9)?.try_into().ok()?);
        let amount = u32::from_be_bytes(input.get(9..13)?.try_into().ok()?);
        let command = match input[0] {
            b'k' => Self::Key,
            b'f' => Self::Flood(amount),
            b'c' => Self::Interrupt,
            b'n' => Self::Nonsense,
            b'e' => Self::Exit,
            _ => return None,
        };
        Some((command, token))
    }
}
