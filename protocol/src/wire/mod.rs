//! Bytes ⇄ frames. Nothing outside this folder sees the generated types.

mod codec;
mod compress;
mod decode;
mod encode;
mod frame;
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    reason = "written by prost from proto/link.proto"
)]
mod generated;
mod version;

pub use crate::resume::{Inputs, OutboxRange, Outcome, Resume};
pub use codec::{Decoder, Encoder, Sealed};
pub use frame::{
    Credit, Data, Echo, End, Frame, Hello, Input, InputAck, Open, Opened, Priority, Snapshot,
    Welcome,
};
pub use version::{SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, Version};
