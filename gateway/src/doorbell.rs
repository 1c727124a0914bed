//! `gateway.sock`: whoever may open the state directory rings here, and the gateway looks at its database again at once.
//!
//! That is how `devtail revoke`, another process, closes live links. The answer is one JSON line, the [`Address`], so
//! that `devtail pair` knows what to put into a link.

use crate::{address::Address, limits::DOORBELL_TIMEOUT, shared::Shared};
use std::{
    fs,
    io::{self, BufRead, BufReader, Read},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::Arc,
};
use thiserror::Error;
use tokio::{
    io::AsyncWriteExt,
    net::{UnixListener, UnixStream as AsyncStream},
    time::{sleep, timeout},
};
use tracing::warn;

const NAME: &str = "gateway.sock";
/// The longest answer that is read, bytes.
const MAX_ANSWER_BYTES: u64 = 4096;

/// Why nobody answered the door.
#[derive(Debug, Error)]
pub enum RingError {
    /// No gateway serves this state directory.
    #[error("no gateway runs on {state}; start one with `devtail up`", state = state.display())]
    NotRunning {
        /// The state directory.
        state: PathBuf,
    },
    /// The socket is there and something else went wrong.
    #[error("the gateway on {state} does not answer: {source}", state = state.display())]
    Io {
        /// The state directory.
        state: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Rings at the gateway that serves a state directory: it reads its revocations again before it answers. Blocks for at
/// most about a second.
///
/// # Errors
/// [`RingError::NotRunning`] if no gateway listens there, [`RingError::Io`] if it does not answer in time.
pub fn ring(state: &Path) -> Result<Address, RingError> {
    let failed = |source: io::Error| {
        let state = state.to_owned();
        if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) {
            RingError::NotRunning { state }
        } else {
            RingError::Io { state, source }
        }
    };
    let ask = || {
        let stream = UnixStream::connect(state.join(NAME))?;
        stream.set_read_timeout(Some(DOORBELL_TIMEOUT))?;
        let mut line = String::new();
        BufReader::new(stream.take(MAX_ANSWER_BYTES)).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    };
    ask().map_err(failed)
}

/// Hangs the bell. The caller holds the lock of the state directory, so a socket that is there is a dead gateway's.
pub(crate) fn hang(state: &Path) -> io::Result<UnixListener> {
    let path = state.join(NAME);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => UnixListener::bind(&path),
    }
}

/// Answers the door until it is dropped.
pub(crate) async fn answer(bell: UnixListener, address: Address, shared: Arc<Shared>) {
    let mut line = serde_json::to_vec(&address).expect("an address is plain text");
    line.push(b'\n');
    loop {
        match bell.accept().await {
            Ok((stream, _)) => {
                look(&shared).await;
                greet(stream, &line).await;
            }
            Err(error) => {
                warn!(%error, "the doorbell failed; trying again");
                sleep(DOORBELL_TIMEOUT).await;
            }
        }
    }
}

/// Reads how many revocations there are, and wakes the links if there are more.
pub(crate) async fn look(shared: &Arc<Shared>) {
    let control = shared.control.clone();
    let read = tokio::task::spawn_blocking(move || control.revocation_epoch()).await;
    match read.expect("revocation_epoch does not panic") {
        Ok(epoch) => {
            shared.revocations.send_if_modified(|known| std::mem::replace(known, epoch) != epoch);
        }
        Err(error) => {
            // Not knowing who was revoked, every link is to ask for itself.
            warn!(%error, "cannot read the revocations");
            shared.revocations.send_modify(|_| ());
        }
    }
}

async fn greet(mut stream: AsyncStream, line: &[u8]) {
    // Who rings and does not listen has still rung.
    let _ = timeout(DOORBELL_TIMEOUT, stream.write_all(line)).await;
}
