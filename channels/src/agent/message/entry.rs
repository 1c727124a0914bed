//! One entry of a Transcript.

use bytes::Bytes;
use prost::Message as _;

use super::Bad;
use crate::agent::generated;
pub use crate::agent::generated::entry::Kind as EntryKind;

/// What the Events about one thing come to: a message, a tool call, an Ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name: the Offset of the record that began it.
    pub at: u64,
    /// When that was, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
    /// The turn it belongs to; 0: none.
    pub turn: u32,
    /// What it is.
    pub kind: EntryKind,
    /// The Offset behind the last record that it knows of.
    pub until: u64,
}

impl Entry {
    /// Whether it waits for a person.
    pub const fn waits(&self) -> bool {
        matches!(&self.kind, EntryKind::Asked(asked) if asked.answered.is_none())
    }

    /// Bytes of it on the wire.
    pub fn bytes(&self) -> usize {
        self.to_wire().encoded_len()
    }

    /// Reads one that was kept; `None` if this version does not know what it is.
    ///
    /// # Errors
    /// [`Bad`] if it is none.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, Bad> {
        Ok(Self::of_wire(generated::Entry::decode(bytes)?))
    }

    /// Writes it, to be kept.
    pub fn encode(&self) -> Bytes {
        self.to_wire().encode_to_vec().into()
    }

    pub(super) fn to_wire(&self) -> generated::Entry {
        let Self { at, at_ms, turn, kind, until } = self.clone();
        generated::Entry { at, at_ms, turn, kind: Some(kind), until }
    }

    /// `None` if this version does not know what it is: a newer one will have it again.
    pub(super) fn of_wire(entry: generated::Entry) -> Option<Self> {
        let generated::Entry { at, at_ms, turn, kind, until } = entry;
        kind.map(|kind| Self { at, at_ms, turn, kind, until })
    }
}
