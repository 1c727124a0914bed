//! The rows that left the screen, paged through on the window's alternate screen (`~h`).
//!
//! ```text
//!   keys ─► Pager ─► questions (rows, search) ─► host
//!             ▲ └─► paint ─► window              │
//!             └────────── answers ◄──────────────┘
//! ```
//!
//! Pure: it asks for rows as they come into sight, keeps the nearest of them, and draws what it has.
//! Read first: [`Pager`].

mod held;
mod key;
mod pager;
mod paint;
mod sought;

pub(super) use pager::Pager;
pub(crate) use paint::looks_and_text;
pub(super) use paint::{ENTER, LEAVE};
