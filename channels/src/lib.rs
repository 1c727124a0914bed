//! What a channel can be. One folder a kind; no kind knows another.
//!
//! | kind | Log | Snapshot | folder |
//! |---|---|---|---|
//! | `terminal` | bytes a program wrote | the screen | [`terminal`] |
//! | `agent` | what happened in a conversation | its transcript | [`agent`] |
//!
//! Each kind has a pure half (its messages and its fold, which run on a phone as well) and, behind the cargo feature
//! `host`, its effects. A new kind is one folder here, one line in the table, and one arm in the registry.
//!
//! Read first: [`terminal::Screen`], the fold of the kind there is.

pub mod agent;
#[cfg(feature = "host")]
pub mod dock;
#[cfg(feature = "host")]
pub mod notification;
#[cfg(feature = "host")]
pub mod registry;
#[cfg(feature = "host")]
mod socket;
pub mod terminal;
#[cfg(feature = "host")]
mod writer;
