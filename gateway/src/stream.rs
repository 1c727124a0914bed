//! One connection's bytes, encrypted or not.

use crate::ahead::Ahead;
use rustix::event::{PollFd, PollFlags, Timespec};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

/// A TCP stream, or a TLS stream over one.
#[derive(Debug)]
pub(crate) enum Stream {
    /// On loopback, or behind a proxy that encrypts. TLS reads ahead by itself.
    Plain(Ahead<TcpStream>),
    /// TLS 1.3. Boxed: rustls' state is ten times the other variant.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Whether the kernel has little left to send, so that what is chosen now goes out next. The kernel takes up to 64 KiB more
    /// than its low-water mark when it is just written to: only asking it keeps to the mark.
    pub(crate) fn has_room(&self) -> bool {
        let tcp = self.tcp();
        tcp.try_io(Interest::WRITABLE, || {
            let mut asked = [PollFd::new(tcp, PollFlags::OUT)];
            match rustix::event::poll(&mut asked, Some(&Timespec::default()))? {
                0 => Err(io::ErrorKind::WouldBlock.into()),
                _ => Ok(()),
            }
        })
        .is_ok()
    }

    /// Waits until the kernel has little left to send, once [`Self::has_room`] said no.
    pub(crate) fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.tcp().poll_write_ready(cx).map(drop)
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream.get_ref(),
            Self::Tls(stream) => stream.get_ref().0,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }
}

// Where there is no low-water mark, room is what the whole buffer has.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::socket::tune;
    use socket2::SockRef;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_peer_that_reads_nothing_leaves_little_unsent_and_room_comes_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut far = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (near, _) = listener.accept().await.unwrap();
        tune(&near);
        let mut stream = Stream::Plain(Ahead::new(near));
        let piece = [7; 4096];
        let mut written = 0;
        while stream.has_room() {
            stream.write_all(&piece).await.unwrap();
            written += piece.len();
        }
        // The kernel itself would take more.
        let more = SockRef::from(stream.tcp()).send(&piece);
        assert!(more.is_ok(), "{more:?}");
        let reader = tokio::spawn(async move {
            let mut read = vec![0; written];
            far.read_exact(&mut read).await.unwrap();
            far
        });
        poll_fn(|cx| stream.poll_room(cx)).await;
        let _far = reader.await.unwrap();
    }
}
