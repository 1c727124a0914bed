//! What is typed, read as it comes; and not read while nobody takes it.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};

use bytes::Bytes;
use devtail_protocol::limits::INPUT_MAX;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Room for a message's envelope around the keys.
const READ_MAX: usize = INPUT_MAX - 64;

/// Standard input, if it is a terminal. Its file is shared with the shell that started us, so it is not made
/// non-blocking: it is read only when something is there.
#[derive(Debug)]
pub(super) struct Keyboard {
    input: AsyncFd<OwnedFd>,
}

impl Keyboard {
    pub(super) fn new() -> io::Result<Self> {
        let input = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self { input: AsyncFd::with_interest(input, Interest::READABLE)? })
    }

    /// The next bytes; empty if the terminal is gone. Cancel-safe.
    pub(super) async fn read(&self) -> io::Result<Bytes> {
        let mut ready = self.input.readable().await?;
        let mut buffer = vec![0; READ_MAX];
        let count = rustix::io::read(&self.input, &mut buffer);
        // One read a readiness: another one might block.
        ready.clear_ready();
        match count {
            Ok(count) => {
                buffer.truncate(count);
                Ok(buffer.into())
            }
            Err(rustix::io::Errno::IO) => Ok(Bytes::new()),
            Err(error) => Err(error.into()),
        }
    }
}
