//! The machines of one Link: is it alive, how fast is it, who sends next, when is an acknowledgement due.

mod ack;
mod coalescer;
mod flow;
mod liveness;
mod pace;
mod schedule;

pub use ack::AckClock;
pub use coalescer::Coalescer;
pub use flow::Flow;
pub use liveness::{Liveness, Pulse};
pub use pace::{Pace, Turn, state_every};
pub use schedule::{Candidate, Class, Schedule};
