//! The two session machines, one for each end of a Link, and the five verbs both answer to.
//!
//! ```text
//! wake → handle_packet / handle_timeout → drain poll_event → while the socket takes more: poll_transmit → sleep until poll_timeout
//! ```

mod backoff;
mod client;
mod server;

pub use backoff::Backoff;
pub use client::{ClientConfig, ClientEvent, ClientSession, LinkState};
pub use server::{Attached, ServerConfig, ServerEvent, ServerSession};

use bytes::Bytes;

use crate::id::Ch;
use crate::log::Extent;

/// How a session reads the Logs of its channels. A driver implements it over what it holds.
pub trait Logs {
    /// Where the channel's Log begins and ends now; `None` if it is gone.
    fn extent(&self, ch: Ch) -> Option<Extent>;

    /// Up to `bytes_max` bytes of the Log from an offset; `None` if it does not keep that.
    fn read(&self, ch: Ch, from: u64, bytes_max: usize) -> Option<Bytes>;

    /// A Snapshot bound to an offset within the Log. `None`: it is being made, and the driver will wake the session.
    fn snapshot(&self, ch: Ch) -> Option<(u64, Bytes)>;

    /// What the kind says of the Log's end, once it has ended.
    fn end(&self, ch: Ch) -> Option<Bytes>;
}
