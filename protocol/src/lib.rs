//! The language of Devtail and its rules: frames, Logs, resume, scheduling.
//!
//! Every channel is a [`log::Log`]; every reader has a [`log::Cursor`]. A reader asks for "everything after my
//! [`Position`]", live or after an hour in a tunnel: there is no other resume.
//!
//! ```text
//!   device                         gateway                            holder
//!   session::ClientSession  ⇄  session::ServerSession · hold::Mirror  ⇄  hold::Owner · program
//!        Outbox                     Cursors                             Log, Inbox
//! ```
//!
//! Nothing here has a clock, a socket, a thread, an async function or a random number: time and randomness are
//! arguments, Logs are asked through [`session::Logs`], and no kind of channel is named. Both sessions are driven by
//! the same five verbs: `handle_packet`, `handle_timeout`, `poll_event`, `poll_transmit`, `poll_timeout`.
//!
//! Read first: [`log::Log`], then `examples/two_machines.rs`, then `PROTOCOL.md`.

pub mod fault;
pub mod hold;
pub mod id;
pub mod limits;
pub mod link;
pub mod log;
pub mod position;
pub mod resume;
pub mod session;
pub mod time;
pub mod wire;

pub use fault::{Code, Culprit, Fault};
pub use id::{Boot, Ch, ChannelId, ClientId};
pub use position::{Epoch, Position};
pub use time::Time;
