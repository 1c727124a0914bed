//! The kind `agent`: a conversation with a coding agent, its events as a record Log, its [`Transcript`] as the Snapshot.
//!
//! ```text
//!   agent ─► driver ─► Event ─► Log ─► every reader's own Transcript
//!                        └────► Transcript ─► Snapshot, pages
//! ```
//!
//! The Log belongs to the host and never to the agent: what an agent forgets, or remembers otherwise, changes nothing that was
//! said. Entries are named by the Offset of the record that began them, so that a device that has only the newest end knows
//! what belongs to what.
//!
//! Read first: [`Transcript`], then [`message`].

#[cfg(feature = "host")]
pub mod acp;
#[cfg(feature = "host")]
pub mod conversation;
#[cfg(feature = "host")]
pub mod driver;
#[cfg(feature = "host")]
pub mod fake;
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "written by prost from proto/agent.proto"
)]
mod generated;
#[cfg(feature = "host")]
pub mod journal;
pub mod limits;
pub mod message;
#[cfg(feature = "host")]
pub mod process;
mod transcript;

pub use transcript::Transcript;

/// What `Open.kind` says for a conversation.
pub const KIND: &str = "agent";
