//! What `Fetch.query` asks and `Fetched.answer` says: which conversations there are, and what came before.

use bytes::Bytes;
use devtail_protocol::ChannelId;
use prost::Message as _;

use super::{Bad, Entry, State};
use crate::agent::generated::{self, answer, query};

/// A question to the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    /// Which conversations are there?
    List,
    /// Which entries of a conversation began before this Offset?
    Page(ChannelId, u64),
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Every conversation, newest first.
    List(Vec<Conversation>),
    /// Older entries.
    Page(Page),
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// The channel's id.
    pub id: ChannelId,
    /// What people call it.
    pub title: String,
    /// The agent's name in the host's table.
    pub agent: String,
    /// The directory it works in.
    pub cwd: String,
    /// What the agent is about.
    pub state: State,
    /// When something last happened in it, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// What waits for a person, oldest first.
    pub asks: Vec<Entry>,
}

/// Older entries.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Oldest first, as many as fit.
    pub entries: Vec<Entry>,
    /// None from this Offset to the one that was asked for is missing; 0: there is nothing older.
    pub from: u64,
}

impl Query {
    /// Reads a question.
    ///
    /// # Errors
    /// `Bad` if it is none this version knows.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        match generated::Query::decode(bytes)?.kind.ok_or(Bad::Nothing)? {
            query::Kind::List(generated::ListConversations {}) => Ok(Self::List),
            query::Kind::Page(generated::PageQuery { id, before }) => {
                Ok(Self::Page(read_id(&id)?, before))
            }
        }
    }

    /// The one conversation that it is about; `None` if it is about all of them.
    pub const fn concerns(&self) -> Option<ChannelId> {
        match self {
            Self::List => None,
            Self::Page(id, _) => Some(*id),
        }
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let kind = match self {
            Self::List => query::Kind::List(generated::ListConversations {}),
            Self::Page(id, before) => {
                query::Kind::Page(generated::PageQuery { id: write_id(*id), before: *before })
            }
        };
        generated::Query { kind: Some(kind) }.encode_to_vec().into()
    }
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// `Bad` if it is none this version knows.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        match generated::Answer::decode(bytes)?.kind.ok_or(Bad::Nothing)? {
            answer::Kind::List(list) => {
                let lines = list.conversations.into_iter().map(Conversation::of_wire);
                lines.collect::<Result<_, _>>().map(Self::List)
            }
            answer::Kind::Page(generated::Page { entries, from }) => {
                let entries = entries.into_iter().filter_map(Entry::of_wire).collect();
                Ok(Self::Page(Page { entries, from }))
            }
        }
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let kind = match self {
            Self::List(lines) => answer::Kind::List(generated::Conversations {
                conversations: lines.iter().map(Conversation::to_wire).collect(),
            }),
            Self::Page(Page { entries, from }) => answer::Kind::Page(generated::Page {
                entries: entries.iter().map(Entry::to_wire).collect(),
                from: *from,
            }),
        };
        generated::Answer { kind: Some(kind) }.encode_to_vec().into()
    }
}

impl Conversation {
    fn of_wire(wire: generated::Conversation) -> Result<Self, Bad> {
        let state = wire.state();
        let generated::Conversation { id, title, agent, cwd, at_ms, asks, .. } = wire;
        let asks = asks.into_iter().filter_map(Entry::of_wire).collect();
        Ok(Self { id: read_id(&id)?, title, agent, cwd, state, at_ms, asks })
    }

    fn to_wire(&self) -> generated::Conversation {
        let Self { id, title, agent, cwd, state, at_ms, asks } = self.clone();
        generated::Conversation {
            id: write_id(id),
            title,
            agent,
            cwd,
            state: state.into(),
            at_ms,
            asks: asks.iter().map(Entry::to_wire).collect(),
        }
    }
}

fn read_id(bytes: &[u8]) -> Result<ChannelId, Bad> {
    bytes.try_into().map(ChannelId).map_err(|_| Bad::Id { bytes: bytes.len() })
}

fn write_id(id: ChannelId) -> Bytes {
    Bytes::copy_from_slice(&id.0)
}
