//! The signals a view listens to.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The window's size changed, or somebody wants us gone.
pub(super) struct Signals {
    pub(super) resized: Signal,
    pub(super) stopped: [Signal; 3],
}

impl Signals {
    pub(super) fn watch() -> io::Result<Self> {
        let stops = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
        let [terminate, hangup, interrupt] = stops.map(signal);
        Ok(Self {
            resized: signal(SignalKind::window_change())?,
            stopped: [terminate?, hangup?, interrupt?],
        })
    }
}

/// Ends with the first of them.
pub(super) async fn any([terminate, hangup, interrupt]: &mut [Signal; 3]) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
        _ = interrupt.recv() => {}
    }
}
