//! A terminal of a host in the terminal of this device.
//!
//! ```text
//!   keyboard ─► Escape (~.) ─► session ─► host
//!   window  ◄─ Writer (a thread) ◄─ Passage (takes out size marks, knows the modes) ◄─ session
//!                ├ Overlay: what typing will show, before the host has answered
//!                └ Status: one line over the last row while the link is down
//! ```
//!
//! Read first: [`View`].

mod escape;
mod happened;
mod keyboard;
mod lines;
mod overlay;
mod passage;
mod raw;
mod status;
mod view;
mod writer;

pub(crate) use lines::Lines;
pub(crate) use passage::Passage;
pub(crate) use raw::{is_terminal, window_size};
pub(crate) use view::{Left, View};
pub(crate) use writer::Writer;
