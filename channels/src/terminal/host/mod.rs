//! The effects of a terminal: the PTY, and the holder process that owns it.
//!
//! ```text
//!   gateway ── create ─► `devtail hold` ── owns ──► Pty, Source, Owner
//!      └──────── Unix socket: frames ───────┘
//! ```
//!
//! The holder is a process of its own, in a session of its own: it outlives every gateway. Read first: [`hold`].

mod capture;
mod echoes;
mod end;
mod ended;
mod environment;
mod front;
mod hold;
mod holder;
mod keys;
mod lease;
mod notification;
mod people;
mod pty;
mod scope;
mod spawn;
mod tmux;

pub use capture::{SinkError, SinkPlan, sink};
pub use hold::{HoldError, hold};
pub(crate) use notification::notification;
pub use spawn::{READY, socket, sockets};
pub(crate) use spawn::{answer, audit, changes, create, find, recover};
