//! Listen, upgrade, admit, and run one loop a connection.
//!
//! This is the edge of a host: one port for the page, pairing, health and the WebSocket, and what stands between a
//! stranger and a link. Not here: what channels do, and who may do what. Read [`Gateway`] first, then `greet.rs`, which
//! follows one connection from accept to link.
//!
//! ```text
//! listen ─▶ greet ─▶ TLS ─▶ routes ─┬▶ page · health · pairing · token · hand-off
//!  ≤ 16 pending an address,         └▶ admit ─▶ Link ─▶ connection
//!  5 s, 8 KiB, then closed
//! ```

mod address;
mod admit;
mod ahead;
mod announce;
mod authority;
mod body;
mod clock;
pub mod config;
mod connection;
mod cookie;
mod credential;
mod docks;
mod doorbell;
mod errand;
mod errands;
mod fence;
mod greet;
mod guard;
mod handoff;
mod health;
mod hub;
mod jwks;
mod limits;
mod link;
mod listen;
mod lock;
mod metrics;
mod notice;
mod offer;
mod outbound;
mod packets;
mod page;
mod pairing;
mod pending;
mod push;
mod reply;
mod rights;
mod routes;
mod serve;
mod share;
mod shared;
mod signal;
mod socket;
mod stream;
mod subscribe;
mod tally;
mod tls;
mod token;
mod upkeep;
mod visit;
mod watchers;

pub use address::Address;
pub use authority::{Authority, BadAuthority, BadOrigin, WebOrigin};
pub use config::{Config, ConfigError, Folders, Settings};
pub use doorbell::{RingError, ring};
pub use lock::LockError;
pub use notice::Notice;
pub use page::page_missing;
pub use serve::{BindError, Gateway};
pub use signal::stop_signal;
pub use tls::TlsError;
