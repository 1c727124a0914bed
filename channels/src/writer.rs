//! The writing end of a descriptor that nearly always takes what it is given.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use rustix::io::{Errno, retry_on_intr};
use tokio::io::{AsyncWrite as _, Interest};
use tokio::net::unix::pipe;

/// Writes without blocking, and waits only for a descriptor that was full once: whoever waits to write is woken each time
/// the other side reads, which for a key is once too often.
#[derive(Debug)]
pub(crate) struct Writer {
    descriptor: OwnedFd,
    /// Once it was full. Tokio's pipes are the safe way to wait for a descriptor of another sort.
    full: OnceLock<pipe::Sender>,
}

impl Writer {
    /// Of a descriptor that does not block.
    pub(crate) const fn new(descriptor: OwnedFd) -> Self {
        Self { descriptor, full: OnceLock::new() }
    }

    /// Writes what is taken now, at least something; says how much.
    ///
    /// # Errors
    /// The other side is gone, or the descriptor cannot be waited for.
    pub(crate) async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        if self.full.get().is_none() {
            match retry_on_intr(|| rustix::io::write(&self.descriptor, bytes)) {
                Err(Errno::AGAIN) => {}
                written => return Ok(written?),
            }
        }
        let full = self.full()?;
        loop {
            let ready = full.ready(Interest::WRITABLE).await?;
            match full.try_write(bytes) {
                // Hung up, and full for ever: the readiness never ends, so waiting for it would spin.
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock && ready.is_write_closed() =>
                {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return written,
            }
        }
    }

    /// Writes what is taken now; woken when there is room, though nobody keeps a future of it. Of a socket, whose other end's
    /// hanging up is an error.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.full.get().is_none() {
            match retry_on_intr(|| rustix::io::write(&self.descriptor, bytes)) {
                Err(Errno::AGAIN) => {}
                written => return Poll::Ready(Ok(written?)),
            }
        }
        self.full()?;
        match self.full.get_mut() {
            Some(full) => Pin::new(full).poll_write(cx, bytes),
            None => Poll::Pending,
        }
    }

    fn full(&self) -> io::Result<&pipe::Sender> {
        if let Some(full) = self.full.get() {
            return Ok(full);
        }
        let file = File::from(self.descriptor.try_clone()?);
        let full = pipe::Sender::from_file_unchecked(file)?;
        Ok(self.full.get_or_init(|| full))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;

    #[tokio::test]
    async fn what_does_not_fit_waits_and_arrives_in_order() {
        let (near, mut far) = UnixStream::pair().unwrap();
        near.set_nonblocking(true).unwrap();
        let writer = Writer::new(near.into());
        assert_eq!(writer.write(b"a key").await.unwrap(), 5);
        assert!(writer.full.get().is_none(), "nothing is waited for that is taken at once");
        let paste: Vec<u8> = (0..4_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        let expected = [b"a key", &paste[..]].concat();
        let reader = std::thread::spawn(move || {
            let mut read = vec![0; expected.len()];
            far.read_exact(&mut read).unwrap();
            assert!(read == expected);
        });
        let mut rest = &paste[..];
        while !rest.is_empty() {
            rest = &rest[writer.write(rest).await.unwrap()..];
        }
        assert!(writer.full.get().is_some());
        reader.join().unwrap();
        assert!(writer.write(b"to nobody").await.is_err());
    }
}
