//! Packets over a holder's sockets, as its one loop reads and writes them: each behind its length as a big-endian u32.
//!
//! Neither end waits to write: what the socket does not take at once is kept (one packet), and written when it does.

use std::io;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use devtail_protocol::hold::packet_len;
use tokio::net::UnixStream;

/// Bytes one read takes.
const READ: usize = 64 << 10;

/// The reading half's state: what has arrived of the next packets.
#[derive(Debug, Default)]
pub(crate) struct Inbound(BytesMut);

/// The writing half's state: what the socket has not taken of the last packet.
#[derive(Debug, Default)]
pub(crate) struct Outbound(BytesMut);

impl Inbound {
    /// The next packet, once all of it has arrived. The socket's end is an error of kind `UnexpectedEof`.
    pub(crate) fn poll_packet(
        &mut self,
        stream: &UnixStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Bytes>> {
        loop {
            if let Some(packet) = self.whole()? {
                return Poll::Ready(Ok(packet));
            }
            ready!(stream.poll_read_ready(cx))?;
            self.0.reserve(READ.min(self.wanted()));
            match stream.try_read_buf(&mut self.0) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }

    /// The first packet of what has arrived, if it is whole.
    fn whole(&mut self) -> io::Result<Option<Bytes>> {
        let Some(prefix) = self.0.first_chunk() else { return Ok(None) };
        let len = packet_len(*prefix)
            .map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault.message))?;
        if self.0.len() < 4 + len {
            return Ok(None);
        }
        self.0.advance(4);
        Ok(Some(self.0.split_to(len).freeze()))
    }

    /// Bytes to make room for: small while little flows.
    fn wanted(&self) -> usize {
        let whole =
            self.0.first_chunk().map_or(0, |prefix| 4 + u32::from_be_bytes(*prefix) as usize);
        whole.saturating_sub(self.0.len()).max(4 << 10)
    }
}

impl Outbound {
    /// Whether the socket takes another packet.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes a packet as far as the socket takes it now.
    pub(crate) fn send(&mut self, stream: &UnixStream, packet: &[u8]) -> io::Result<()> {
        self.0.reserve(4 + packet.len());
        self.0.extend_from_slice(&u32::try_from(packet.len()).unwrap_or(u32::MAX).to_be_bytes());
        self.0.extend_from_slice(packet);
        self.flush(stream)
    }

    /// Writes on.
    pub(crate) fn flush(&mut self, stream: &UnixStream) -> io::Result<()> {
        while !self.0.is_empty() {
            match stream.try_write(&self.0) {
                Ok(written) => self.0.advance(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        if self.0.capacity() > READ {
            self.0 = BytesMut::new();
        }
        Ok(())
    }
}
