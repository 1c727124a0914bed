//! A WebSocket as the connection loop sees it: packets in, and one packet at a time out.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Sink, Stream as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::stream::Stream;

/// What the socket did.
#[derive(Debug)]
pub(crate) enum Socket {
    /// A packet arrived.
    Packet(Bytes),
    /// A message that is no packet arrived.
    Text,
    /// It can take a packet again.
    Writable,
    /// It is gone.
    Closed,
}

/// The packets of one WebSocket.
#[derive(Debug)]
pub(crate) struct Packets {
    socket: WebSocketStream<Stream>,
    /// A packet was handed over and not yet taken by the kernel.
    is_flushing: bool,
    /// The kernel has enough to send.
    is_full: bool,
    is_broken: bool,
}

impl Packets {
    pub(crate) const fn new(socket: WebSocketStream<Stream>) -> Self {
        Self { socket, is_flushing: false, is_full: false, is_broken: false }
    }

    /// Whether a packet may be sent now.
    pub(crate) const fn can_send(&self) -> bool {
        !self.is_flushing && !self.is_broken && !self.is_full
    }

    /// Whether the kernel has taken all that was sent.
    pub(crate) const fn is_flushed(&self) -> bool {
        !self.is_flushing && !self.is_broken
    }

    /// Hands over one packet. Only when [`Self::can_send`].
    pub(crate) async fn send(&mut self, packet: Bytes) {
        poll_fn(|cx| {
            let sent = Pin::new(&mut self.socket).start_send(Message::Binary(packet.clone()));
            self.is_broken |= sent.is_err();
            self.is_flushing = sent.is_ok();
            let _still_flushing = self.poll_flush(cx);
            // Nobody else writes: room there is now stays until the next packet.
            self.is_full = !self.socket.get_ref().has_room();
            Poll::Ready(())
        })
        .await;
    }

    /// Waits for the next thing. Cancel safe.
    pub(crate) async fn next(&mut self) -> Socket {
        poll_fn(|cx| {
            if self.is_broken {
                return Poll::Ready(Socket::Closed);
            }
            if self.is_flushing && self.poll_flush(cx).is_ready() {
                self.is_full = !self.socket.get_ref().has_room();
                return Poll::Ready(if self.is_broken { Socket::Closed } else { Socket::Writable });
            }
            // What tokio knows of room may be from before the last write: the kernel has the last word.
            while self.is_full
                && !self.is_flushing
                && self.socket.get_ref().poll_room(cx).is_ready()
            {
                if self.socket.get_ref().has_room() {
                    self.is_full = false;
                    return Poll::Ready(Socket::Writable);
                }
            }
            loop {
                return match Pin::new(&mut self.socket).poll_next(cx) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(Some(Ok(Message::Binary(packet)))) => {
                        Poll::Ready(Socket::Packet(packet))
                    }
                    Poll::Ready(Some(Ok(Message::Text(_)))) => Poll::Ready(Socket::Text),
                    Poll::Ready(Some(Ok(
                        Message::Ping(_) | Message::Pong(_) | Message::Frame(_),
                    ))) => continue,
                    Poll::Ready(Some(Ok(Message::Close(_)) | Err(_)) | None) => {
                        Poll::Ready(Socket::Closed)
                    }
                };
            }
        })
        .await
    }

    /// Says goodbye with this close code, as far as the socket takes it.
    pub(crate) async fn close(&mut self, code: u16, reason: &str) {
        let end = reason.floor_char_boundary(100);
        let frame =
            CloseFrame { code: CloseCode::from(code), reason: reason[..end].to_owned().into() };
        drop(self.socket.close(Some(frame)).await);
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match Pin::new(&mut self.socket).poll_flush(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(flushed) => {
                self.is_flushing = false;
                self.is_broken |= flushed.is_err();
                Poll::Ready(())
            }
        }
    }
}
