//! Who may do what: principals, devices, tokens, pairing, grants and the audit log. `now` is an argument everywhere.
//!
//! Not here: sockets, HTTP, channel data, and anything asked per keystroke. Read [`Control`] first: it is the only door,
//! and every question goes through it to an embedded database that other processes (the CLI) may write too.
//!
//! ```text
//!  pairing code ──redeem──▶ Device + Grant ──▶ refresh token ──rotate──▶ access token (JWT, 15 min)
//!                                                                            │ authenticate
//!                              Grant ◀──permit(scope, workspace)── Principal ◀┘
//! ```

mod access_token;
mod admission;
mod audit;
mod auth_error;
mod bucket;
mod control;
mod device;
mod enrolment;
mod entropy;
mod family;
mod grant;
mod handoff;
mod issuer_config;
mod issuer_keys;
mod issuers;
mod jwt;
mod keyring;
pub mod limits;
mod one_time;
mod pairing;
mod principal;
mod push;
mod refresh_token;
mod refusals;
mod roster;
mod rotation;
mod scope;
mod secret;
mod share;
mod share_id;
mod sql_values;
mod state_dir;
mod store;
mod tickets;
mod timestamp;
mod tokens;

pub use access_token::AccessToken;
pub use audit::{AuditEvent, AuditRow, UnknownWord};
pub use auth_error::{Answer, AuthError, Denied};
pub use control::Control;
pub use device::{BadDeviceId, Device, DeviceId, DeviceName, Guest, Origin};
pub use enrolment::Enrolled;
pub use grant::{BadWorkspace, Grant, Workspaces};
pub use handoff::{HandedOff, Handoff, Successor};
pub use issuer_config::{BadIssuer, IssuerAlgorithm, IssuerConfig};
pub use issuer_keys::JwksRefused;
pub use issuers::Issuers;
pub use pairing::Pairing;
pub use principal::{Actor, Principal, Who};
pub use push::{Subscriber, Subscription};
pub use roster::Revocation;
pub use scope::{Scope, Scopes, UnknownScope};
pub use secret::Secret;
pub use share::{Arrival, Share, Sharing};
pub use share_id::{BadShareId, ShareId};
pub use state_dir::{StateDir, StateError};
pub use store::StoreError;
pub use timestamp::Timestamp;
pub use tokens::Tokens;
