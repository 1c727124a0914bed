//! Predictive echo, held to cases that the page's twin is held to as well, and measured on recorded sessions.
//!
//! Read first: `case.rs`, one script and what is shown after each step; then `replay.rs`, a session over a slow Link.
//! `script.rs` says what was typed, `record.rs` how it was recorded: `cargo run -p devtail-tests --bin record`.

mod case;
mod figures;
mod mosh;
mod picture;
mod record;
mod recording;
mod replay;
mod scene;
mod script;
mod tty;
mod window;

pub use case::Case;
pub use figures::{Figures, Wrong};
pub use mosh::mosh;
pub use picture::{Film, Picture};
pub use record::record;
pub use recording::{Moment, Recording, What};
pub use replay::{replay, truth};
pub use scene::{Program, Stage};
pub use script::{Act, SCRIPTS, Script};
pub use tty::Tty;
pub use window::Window;
