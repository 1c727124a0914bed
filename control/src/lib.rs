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

mod audit;
mod auth_error;
mod control;
mod device;
mod grant;
mod issuers;
pub mod limits;
mod principal;
mod scope;
mod secret;
mod state_dir;
mod store;
mod timestamp;

pub use audit::AuditRow;
pub use auth_error::{Answer, AuthError, Denied};
pub use control::{AccessToken, Control, Enrolled, OpenError, Pairing, Revocation, Tokens};
pub use device::{BadDeviceId, Device, DeviceId, DeviceName, Origin};
pub use grant::{BadWorkspace, Grant, Workspaces};
pub use issuers::{IssuerConfig, Issuers, JwksRefused};
pub use principal::{Actor, Principal, Who};
pub use scope::{Scope, Scopes, UnknownScope};
pub use secret::Secret;
pub use state_dir::{StateDir, StateError};
pub use store::StoreError;
pub use timestamp::Timestamp;
