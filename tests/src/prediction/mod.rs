//! Predictive echo, held to cases that the page's twin is held to as well, and measured on recorded sessions.
//!
//! Read first: `case.rs`, one script and what is shown after each step; then `replay.rs`, a session over a slow Link.

mod case;
mod window;

pub use case::Case;
pub use window::Window;
