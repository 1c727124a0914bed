//! Web Push (RFC 8030, 8188, 8291, 8292): a device that looks elsewhere is told when a channel wants attention.
//!
//! ```text
//! holder ─ Notice ─▶ Dock ─▶ announce ─ who may read it, and does not look? ─▶ Outbox ─ encrypted ─▶ push service
//! ```

mod endpoint;
mod message;
mod outbox;
mod pace;
mod vapid;

pub(crate) use endpoint::{Endpoint, Reach};
pub(crate) use message::{Message, read_keys};
pub(crate) use outbox::Outbox;
pub(crate) use pace::Pace;
pub(crate) use vapid::Vapid;
