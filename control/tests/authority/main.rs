//! The authority as the gateway and the CLI use it: through its door, with a real database and real keys.

#![allow(
    clippy::unwrap_used,
    reason = "a test may; clippy takes a test crate's helper functions for production code"
)]

mod admission;
mod audit_log;
mod forge;
mod handoff;
mod opening;
mod outside;
mod pairing;
mod push;
mod refresh;
mod revocation;
mod share;
mod signing_keys;

use devtail_control::{Control, Enrolled, Grant, Issuers, Scopes, Timestamp};
use std::net::{IpAddr, Ipv4Addr};
use tempfile::TempDir;

/// Where every test's clock starts.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_s(1_800_000_000);
pub(crate) const PHONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A fresh gateway's authority in a directory of its own.
pub(crate) struct Fresh {
    pub(crate) control: Control,
    pub(crate) state: TempDir,
}

pub(crate) fn fresh() -> Fresh {
    let state = tempfile::tempdir().unwrap();
    Fresh { control: Control::open(NOW, state.path()).unwrap(), state }
}

impl Fresh {
    /// Another handle on the same state, as another process has one: its own connection, nothing shared.
    pub(crate) fn another_process(&self) -> Control {
        Control::open(NOW, self.state.path()).unwrap()
    }

    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.state.path().join("control.db")).unwrap()
    }
}

pub(crate) fn everyday() -> Grant {
    Grant::everywhere(Scopes::everyday())
}

pub(crate) fn enroll(control: &Control) -> Enrolled {
    control.enroll(NOW, "phone", everyday()).unwrap()
}

/// The stable code of a refused token.
pub(crate) fn refusal(control: &Control, now: Timestamp, token: &str) -> &'static str {
    control.authenticate(now, token, PHONE, &Issuers::default()).unwrap_err().code()
}
