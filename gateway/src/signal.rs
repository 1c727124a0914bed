//! The signals that ask a gateway to stop.

use std::io;
use tokio::signal::unix::{SignalKind, signal};

/// Returns when the process is asked to stop: SIGTERM, or SIGINT from a keyboard.
///
/// # Errors
/// If the handlers cannot be installed.
pub async fn stop_signal() -> io::Result<()> {
    installed()?.await;
    Ok(())
}

/// Installs the handlers; the future ends when one of the signals comes.
fn installed() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{Signal, getpid, kill_process};
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn both_signals_end_the_wait_and_not_the_process() {
        for which in [Signal::TERM, Signal::INT] {
            let stop = installed().unwrap();
            kill_process(getpid(), which).unwrap();
            timeout(Duration::from_secs(30), stop).await.expect("the signal is heard");
        }
    }
}
