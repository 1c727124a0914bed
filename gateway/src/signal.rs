//! The signals that ask a gateway to stop.

use std::io;
use tokio::signal::unix::{SignalKind, signal};

/// Returns when the process is asked to stop: SIGTERM, or SIGINT from a keyboard.
///
/// # Errors
/// If the handlers cannot be installed.
pub async fn stop_signal() -> io::Result<()> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}
