//! What the driver and its handles share: the session, and two bells.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use devtail_protocol::session::ClientSession;
use tokio::sync::{Notify, mpsc};

/// The session behind a lock that is never held across an await, and who is to be woken when it changes.
#[derive(Debug)]
pub(crate) struct Shared {
    session: Mutex<ClientSession>,
    /// Wakes the driver. One ring is as good as many.
    bell: mpsc::Sender<()>,
    /// The driver waits for the user to read events.
    is_blocked: AtomicBool,
    /// Rings when inputs were settled, or the session is over.
    pub(crate) settled: Notify,
    is_over: AtomicBool,
}

impl Shared {
    pub(crate) fn new(session: ClientSession) -> (Self, mpsc::Receiver<()>) {
        let (bell, ring) = mpsc::channel(1);
        let shared = Self {
            session: Mutex::new(session),
            bell,
            is_blocked: AtomicBool::new(false),
            settled: Notify::new(),
            is_over: AtomicBool::new(false),
        };
        (shared, ring)
    }

    pub(crate) fn session(&self) -> MutexGuard<'_, ClientSession> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the driver.
    pub(crate) fn ring(&self) {
        // Full: it is being woken already. Closed: it is over.
        let _ = self.bell.try_send(());
    }

    /// The driver found no room for an event.
    pub(crate) fn block(&self) {
        self.is_blocked.store(true, Ordering::SeqCst);
    }

    /// The user read an event.
    pub(crate) fn made_room(&self) {
        if self.is_blocked.swap(false, Ordering::SeqCst) {
            self.ring();
        }
    }

    /// The driver will do nothing more.
    pub(crate) fn finish(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.settled.notify_waiters();
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}
