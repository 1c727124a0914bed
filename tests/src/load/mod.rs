//! Many people at one gateway: clients of the real core, each with a session, a driver and a link of its own.
//!
//! ```text
//!   credentials ──► Crowd: idle links, counted by what each says of itself ──┐
//!        └────────► Writer: a terminal whose program keeps all that is typed ├──► one gateway process
//!        └────────► Typist: a terminal whose keys are timed ─────────────────┘
//! ```
//!
//! Read first: [`Crowd`].

mod crowd;
mod descriptors;
mod enrolled;
mod storm;
mod typist;
mod weight;
mod writer;

pub use crowd::{Census, Crowd};
pub use descriptors::raise;
pub use enrolled::{LINKS_PER_DEVICE, enrolled};
pub use storm::Storm;
pub use typist::Typist;
pub use weight::{cpu_time, own_kb};
pub use writer::{Writer, Written};
