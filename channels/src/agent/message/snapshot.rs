//! The newest end of a Transcript, as a reader that was away gets it.

use bytes::Bytes;
use prost::Message as _;

use super::{Bad, Commands, Entry, Plan, Queue, Settings, State, Usage};
use crate::agent::generated;

/// What a Transcript comes to at one Offset.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Oldest first: the newest, as many as fit, and every Ask that waits.
    pub entries: Vec<Entry>,
    /// No entry that began at or after this Offset is missing.
    pub from: u64,
    /// The agent's name in the host's table.
    pub agent: String,
    /// The directory it works in.
    pub cwd: String,
    /// What people call the conversation.
    pub title: String,
    /// What the agent is about.
    pub state: State,
    /// What waits for the end of the turn.
    pub queue: Queue,
    /// What the agent means to do.
    pub plan: Plan,
    /// What was used so far.
    pub usage: Usage,
    /// The agent's own settings.
    pub settings: Settings,
    /// What the agent takes behind a slash.
    pub commands: Commands,
}

impl Snapshot {
    /// Reads `Snapshot.state`.
    ///
    /// # Errors
    /// `Bad` if it is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        let wire = generated::Snapshot::decode(bytes)?;
        let state = wire.state();
        Ok(Self {
            entries: wire.entries.into_iter().filter_map(Entry::of_wire).collect(),
            from: wire.from,
            agent: wire.agent,
            cwd: wire.cwd,
            title: wire.title,
            state,
            queue: wire.queue.unwrap_or_default(),
            plan: wire.plan.unwrap_or_default(),
            usage: wire.usage.unwrap_or_default(),
            settings: wire.settings.unwrap_or_default(),
            commands: wire.commands.unwrap_or_default(),
        })
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let wire = generated::Snapshot {
            entries: self.entries.iter().map(Entry::to_wire).collect(),
            from: self.from,
            agent: self.agent.clone(),
            cwd: self.cwd.clone(),
            title: self.title.clone(),
            state: self.state.into(),
            queue: Some(self.queue.clone()),
            plan: Some(self.plan.clone()),
            usage: Some(self.usage),
            settings: Some(self.settings.clone()),
            commands: Some(self.commands.clone()),
        };
        wire.encode_to_vec().into()
    }
}
