//! One record of the Log.

use bytes::Bytes;
use prost::Message as _;

use super::Bad;
use crate::agent::generated;
pub use crate::agent::generated::event::Kind as EventKind;
use crate::agent::limits::EVENT_BYTES_MAX;

/// Something happened in the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Milliseconds since 1970 (UTC) by the host's clock.
    pub at_ms: u64,
    /// The turn it belongs to, counted from 1; 0: none.
    pub turn: u32,
    /// The entry it changes; `None`: it begins one, or concerns none.
    pub entry: Option<u64>,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// Reads a record.
    ///
    /// # Errors
    /// [`Bad::Nothing`] if it is one that this version does not know; `Bad` if it is none at all.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        if bytes.len() > EVENT_BYTES_MAX {
            return Err(Bad::EventLong { bytes: bytes.len() });
        }
        let generated::Event { at_ms, turn, entry, kind } = generated::Event::decode(bytes)?;
        Ok(Self { at_ms, turn, entry, kind: kind.ok_or(Bad::Nothing)? })
    }

    /// Writes a record.
    pub fn encode(&self) -> Bytes {
        let Self { at_ms, turn, entry, kind } = self.clone();
        generated::Event { at_ms, turn, entry, kind: Some(kind) }.encode_to_vec().into()
    }
}
