//! The native driver of the protocol: it dials, resumes, and shows a state a UI can show.
//!
//! The decisions are in [`devtail_protocol::session::ClientSession`]; here are the socket, the clock and the credential
//! around it. It names no kind of channel: specs, inputs and snapshots are bytes to it.
//!
//! ```text
//!   Client ── asks, types ──►┐                                     ┌► dial: TCP, TLS, token, upgrade
//!                            │ ClientSession ◄──► Driver, the loop ┤
//!   Events ◄── is told ──────┘   (behind a lock)                   └► Link: one WebSocket
//! ```
//!
//! Beside it stands [`predict`]: what typing will show, before the host has answered.
//!
//! Read first: [`Client`], then `driver.rs`, then `examples/echo.rs`, which runs.

mod api;
mod client;
mod clock;
mod connect;
mod credential;
mod dial;
mod driver;
mod endpoint;
mod enrolment;
mod event;
mod handoff;
mod invitation;
mod limits;
mod link;
mod pairing_link;
pub mod predict;
mod secret;
mod share;
mod shared;
mod store;

pub use api::ApiError;
pub use client::{Client, Config, Events};
pub use connect::ConnectError;
pub use credential::{Access, Credential, CredentialError};
pub use devtail_protocol::session::LinkState;
pub use dial::DialError;
pub use endpoint::{BadEndpoint, BadFingerprint, Endpoint, Fingerprint};
pub use enrolment::{Enrolment, pair};
pub use event::{ChannelEvent, Event};
pub use handoff::{Place, Ticket, go_on, hand_off, join};
pub use invitation::{BadLink, Invitation, Purpose};
pub use pairing_link::PairingLink;
pub use secret::Secret;
pub use share::{Shared, share};
pub use store::{Store, StoreError};
