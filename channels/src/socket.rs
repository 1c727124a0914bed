//! Packets on the Unix socket between a gateway and a holder, for either end: each behind its length as a big-endian u32.

use std::future::poll_fn;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use devtail_protocol::hold::packet_len;
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

use crate::writer::Writer;

/// Bytes of room for a read while little flows, and of a buffer that is kept.
const LITTLE: usize = 4 << 10;
/// Bytes one read takes of a long packet.
const MUCH: usize = 64 << 10;

/// The reading half, and what has arrived of the next packets.
#[derive(Debug)]
pub(crate) struct Inbound {
    socket: pipe::Receiver,
    buffer: BytesMut,
}

/// The writing half, and what the socket has not taken of the last packet.
#[derive(Debug)]
pub(crate) struct Outbound {
    socket: Writer,
    rest: BytesMut,
}

/// Both halves of a stream. A `UnixStream` itself is woken for room as well, whenever the other side reads; for a key that is
/// once too often.
///
/// # Errors
/// This process has no descriptor left.
pub(crate) fn halves(stream: UnixStream) -> io::Result<(Inbound, Outbound)> {
    let stream = OwnedFd::from(stream.into_std()?);
    let outbound = Outbound { socket: Writer::new(stream.try_clone()?), rest: BytesMut::new() };
    let socket = pipe::Receiver::from_owned_fd_unchecked(stream)?;
    Ok((Inbound { socket, buffer: BytesMut::new() }, outbound))
}

impl Inbound {
    /// The next packet, once all of it has arrived. The socket's end is an error of kind `UnexpectedEof`.
    pub(crate) fn poll_packet(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        loop {
            if let Some(packet) = self.whole()? {
                return Poll::Ready(Ok(packet));
            }
            self.buffer.reserve(self.wanted());
            if ready!(pin!(self.socket.read_buf(&mut self.buffer)).poll(cx))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// The first packet of what has arrived, if it is whole.
    fn whole(&mut self) -> io::Result<Option<Bytes>> {
        let Some(prefix) = self.buffer.first_chunk() else { return Ok(None) };
        let len = packet_len(*prefix)
            .map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault.message))?;
        if self.buffer.len() < 4 + len {
            return Ok(None);
        }
        self.buffer.advance(4);
        let packet = self.buffer.split_to(len).freeze();
        if self.buffer.is_empty() {
            // The packet alone keeps its memory.
            self.buffer = BytesMut::new();
        }
        Ok(Some(packet))
    }

    /// Bytes to make room for.
    fn wanted(&self) -> usize {
        let whole =
            self.buffer.first_chunk().map_or(0, |prefix| 4 + u32::from_be_bytes(*prefix) as usize);
        whole.saturating_sub(self.buffer.len()).clamp(LITTLE, MUCH)
    }
}

impl Outbound {
    /// Whether the socket has taken all there was.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes one more packet.
    pub(crate) fn put(&mut self, packet: &[u8]) {
        self.rest.reserve(4 + packet.len());
        self.rest.extend_from_slice(&u32::try_from(packet.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.rest.extend_from_slice(packet);
    }

    /// Writes until the socket has taken all. Cancel safe.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_flush(cx)).await
    }

    /// Writes what the socket takes at once.
    pub(crate) fn flush_now(&mut self) -> io::Result<()> {
        match self.poll_flush(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(flushed) => flushed,
            Poll::Pending => Ok(()),
        }
    }

    /// Writes on; woken when the socket takes more.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            let written = ready!(self.socket.poll_write(cx, &self.rest))?;
            self.rest.advance(written);
        }
        if self.rest.capacity() > LITTLE {
            self.rest = BytesMut::new();
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn packets_of_any_length_arrive_whole_and_in_order_and_then_the_end() {
        let (near, far) = UnixStream::pair().unwrap();
        let (_, mut outbound) = halves(near).unwrap();
        let (mut inbound, _) = halves(far).unwrap();
        let lengths = [1, 3, 4096, 70_000, 2, 1_000_000, 5];
        let sent: Vec<Vec<u8>> = (0_u8..).zip(lengths).map(|(n, len)| vec![n; len]).collect();
        let expected = sent.clone();
        let writer = tokio::spawn(async move {
            for packet in &sent {
                outbound.put(packet);
                outbound.flush_now().unwrap();
                outbound.flush().await.unwrap();
                assert!(outbound.is_empty());
            }
        });
        for packet in expected {
            assert_eq!(poll_fn(|cx| inbound.poll_packet(cx)).await.unwrap(), packet);
        }
        writer.await.unwrap();
        let end = poll_fn(|cx| inbound.poll_packet(cx)).await.unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn who_polls_a_full_socket_among_other_things_is_woken_when_there_is_room() {
        let (near, far) = UnixStream::pair().unwrap();
        let (_near, mut outbound) = halves(near).unwrap();
        let (mut inbound, _) = halves(far).unwrap();
        outbound.put(&[7; 1_000_000]);
        outbound.flush_now().unwrap();
        assert!(!outbound.is_empty(), "it is more than a socket takes");
        let reader = tokio::spawn(async move { poll_fn(|cx| inbound.poll_packet(cx)).await });
        let flushed = poll_fn(|cx| outbound.poll_flush(cx));
        tokio::time::timeout(Duration::from_secs(10), flushed).await.unwrap().unwrap();
        assert_eq!(reader.await.unwrap().unwrap().len(), 1_000_000);
    }
}
