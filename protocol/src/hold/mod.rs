//! The two ends of a holder's socket: the [`Owner`] of a channel's Log and Inbox, and the gateway's [`Mirror`] of it.
//!
//! The socket carries the same packets as a Link, each behind its length as a big-endian u32, and is trusted, ordered
//! and local. Each end reads while it writes: two full buffers must not wait for each other. The gateway may die at any moment; the Owner goes on, and the next gateway begins with a Hello.

mod front;
mod mirror;
mod owner;
#[cfg(test)]
mod tests;

pub use mirror::{Mirror, MirrorEvent};
pub use owner::{FrontId, Owner, OwnerEvent};

use crate::fault::{Code, Fault};
use crate::id::Ch;
use crate::limits::PACKET_MAX;

/// The one channel of a holder's socket.
pub const HOLD_CH: Ch = Ch(1);

/// The length of the packet behind this prefix.
///
/// # Errors
/// [`Code::TooLarge`] above 1 MiB, before anything is allocated.
pub fn packet_len(prefix: [u8; 4]) -> Result<usize, Fault> {
    let len = u32::from_be_bytes(prefix) as usize;
    if len > PACKET_MAX {
        return Err(Fault::new(
            Code::TooLarge,
            format!("A packet of {len} bytes is above the limit of {PACKET_MAX}."),
        ));
    }
    Ok(len)
}
