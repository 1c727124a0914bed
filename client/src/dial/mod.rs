//! From nothing to a Link: resolve, connect, prove who we are, upgrade. Decides nothing about when.

mod connector;
mod happy;
mod stream;
mod trust;
mod upgrade;

pub use connector::ConnectError;
pub(crate) use connector::Connector;
pub(crate) use stream::Stream;
pub use upgrade::DialError;
pub(crate) use upgrade::{Dialled, dial};
