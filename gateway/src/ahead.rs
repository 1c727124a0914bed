//! A stream whose small reads are served out of one large one.

use crate::limits::READ_AHEAD_BYTES;
use bytes::Bytes;
use std::{
    io::{self, IoSlice},
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Takes [`READ_AHEAD_BYTES`] from the system at once, and has memory for them only while they wait to be asked for: a
/// link that is idle keeps no buffer, and one that is busy makes no more calls than with a large one.
#[derive(Debug)]
pub(crate) struct Ahead<S> {
    inner: S,
    rest: Bytes,
}

impl<S> Ahead<S> {
    pub(crate) const fn new(inner: S) -> Self {
        Self { inner, rest: Bytes::new() }
    }

    pub(crate) const fn get_ref(&self) -> &S {
        &self.inner
    }

    fn serve_rest(&mut self, buf: &mut ReadBuf<'_>) {
        let length = self.rest.len().min(buf.remaining());
        buf.put_slice(&self.rest.split_to(length));
        if self.rest.is_empty() {
            // An empty slice would still hold what it is a slice of.
            self.rest = Bytes::new();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Ahead<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.rest.is_empty() {
            this.serve_rest(buf);
            return Poll::Ready(Ok(()));
        }
        if buf.remaining() >= READ_AHEAD_BYTES {
            return Pin::new(&mut this.inner).poll_read(cx, buf);
        }
        let mut space = [MaybeUninit::uninit(); READ_AHEAD_BYTES];
        let mut space = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut this.inner).poll_read(cx, &mut space))?;
        let read = space.filled();
        let (asked, rest) = read.split_at(read.len().min(buf.remaining()));
        buf.put_slice(asked);
        this.rest = Bytes::copy_from_slice(rest);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Ahead<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    #[tokio::test]
    async fn small_reads_get_every_byte_in_order_and_nothing_is_kept() {
        let (mut far, near) = duplex(2 * READ_AHEAD_BYTES);
        let sent: Vec<u8> = (0..READ_AHEAD_BYTES * 3 / 2).map(|n| n as u8).collect();
        far.write_all(&sent).await.unwrap();
        drop(far);
        let mut near = Ahead::new(near);
        let (mut got, mut piece) = (Vec::new(), [0; 100]);
        loop {
            let length = near.read(&mut piece).await.unwrap();
            if length == 0 {
                break;
            }
            got.extend_from_slice(&piece[..length]);
            assert!(near.rest.len() < READ_AHEAD_BYTES);
        }
        assert_eq!(got, sent);
        assert!(near.rest.is_empty());
    }

    #[tokio::test]
    async fn who_brings_a_large_buffer_is_served_without_a_copy() {
        let (mut far, near) = duplex(2 * READ_AHEAD_BYTES);
        far.write_all(&vec![7; READ_AHEAD_BYTES]).await.unwrap();
        let mut near = Ahead::new(near);
        let mut large = vec![0; READ_AHEAD_BYTES];
        assert_eq!(near.read(&mut large).await.unwrap(), READ_AHEAD_BYTES);
        assert!(near.rest.is_empty());
    }
}
