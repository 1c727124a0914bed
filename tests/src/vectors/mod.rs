//! The wire in hex, kept for ever: what every version and every driver must read, and what each must refuse.
//!
//! [`all`] says what there is; `tests/vectors/v1` holds it as files that the TypeScript driver reads too. The format
//! is described in `tests/vectors/README.md`. Read first: [`Vector`].

mod file;
mod frames;
mod packets;
mod raw;
mod refused;

use bytes::Bytes;
use devtail_protocol::wire::Frame;
use devtail_protocol::{Code, Fault};

pub use file::{hex_of, packets_of};

/// Packets of one stream in their order, and what a reader makes of them.
#[derive(Debug, Clone)]
pub struct Vector {
    /// The name of its two files.
    pub name: &'static str,
    /// One line for a person.
    pub note: &'static str,
    /// What is sent.
    pub packets: Vec<Bytes>,
    /// What is read.
    pub content: Content,
}

/// What a reader makes of a vector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// These frames, packet by packet. Every encoder makes exactly these bytes of them.
    Plain(Vec<Vec<Frame>>),
    /// These frames, packet by packet. An encoder writes or compresses them otherwise.
    Read(Vec<Vec<Frame>>),
    /// The last packet is refused with this code; those before it are read.
    Refused(Code),
    /// The only packet is refused with this code where it is the first of a Link.
    RefusedFirst(Code),
}

/// Every vector of version 1.
pub fn all() -> Vec<Vector> {
    [frames::all(), packets::all(), refused::all()].concat()
}

/// Reads packets as a driver does that takes the largest zstd window.
///
/// # Errors
/// The Fault of the first packet that is refused.
pub fn read(packets: &[Bytes]) -> Result<Vec<Vec<Frame>>, Fault> {
    let mut decoder =
        devtail_protocol::wire::Decoder::new(devtail_protocol::limits::ZSTD_WINDOW_LOG);
    packets.iter().map(|packet| decoder.open(packet.clone())).collect()
}
