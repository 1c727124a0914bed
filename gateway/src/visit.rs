//! One plain HTTP connection: who it is with, how long it may take, and the link it may end in.

use crate::limits::PRE_AUTH;
use bytes::Bytes;
use devtail_control::Principal;
use hyper::upgrade::OnUpgrade;
use std::{
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

/// What the requests of one connection share.
#[derive(Debug)]
pub(crate) struct Visit {
    /// The peer.
    pub(crate) remote: SocketAddr,
    /// True if we encrypt the connection.
    pub(crate) secure: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    first_deadline: Option<Instant>,
    has_asked: bool,
    admitted: Option<Admitted>,
}

/// An upgrade that was granted.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Gives the byte stream once the answer is out.
    pub(crate) upgrade: OnUpgrade,
    /// Who is asking.
    pub(crate) principal: Principal,
    /// The first packet, if it came in the headers.
    pub(crate) hello: Option<Bytes>,
}

impl Visit {
    /// A connection whose first request must be whole by `deadline`.
    pub(crate) fn new(remote: SocketAddr, secure: bool, deadline: Instant) -> Self {
        let state =
            Mutex::new(State { first_deadline: Some(deadline), has_asked: false, admitted: None });
        Self { remote, secure, state }
    }

    /// When the body of the request that just began must be whole: for the first one the handshakes count as well.
    pub(crate) fn body_deadline(&self) -> Instant {
        self.state().first_deadline.take().unwrap_or_else(|| Instant::now() + PRE_AUTH)
    }

    /// A request's head is here.
    pub(crate) fn ask(&self) {
        self.state().has_asked = true;
    }

    /// Whether any request came: who is silent behind one is idle, not slow.
    pub(crate) fn has_asked(&self) -> bool {
        self.state().has_asked
    }

    /// Lets the connection become a link once its answer is out.
    pub(crate) fn admit(&self, admitted: Admitted) {
        self.state().admitted = Some(admitted);
    }

    /// The link that the connection was let become, if it was.
    pub(crate) fn take_admitted(&self) -> Option<Admitted> {
        self.state().admitted.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
