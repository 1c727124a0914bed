//! From an endpoint to a stream of bytes: resolve, connect, shake hands.

mod connector;
mod happy;
mod socket;
mod stream;
mod trust;

pub use connector::ConnectError;
pub(crate) use connector::Connector;
pub(crate) use stream::Stream;
