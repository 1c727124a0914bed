//! One live WebSocket: a packet at a time each way, and why it ended.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use devtail_protocol::{Code, Fault};
use futures_util::{Sink as _, Stream as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tracing::debug;

use crate::api::printable;
use crate::connect::Stream;

/// The socket of the Link in use.
#[derive(Debug)]
pub(crate) struct Link {
    socket: WebSocketStream<Stream>,
    sending: bool,
}

/// What a Link has to tell.
#[derive(Debug)]
pub(crate) enum LinkWake {
    /// A packet arrived.
    Packet(Bytes),
    /// The socket took what it was given, and takes more.
    Sent,
    /// It is over; the Fault is what the gateway said, if anything.
    Closed(Option<Fault>),
}

impl Link {
    pub(crate) const fn new(socket: WebSocketStream<Stream>) -> Self {
        Self { socket, sending: false }
    }

    /// Whether the socket takes a packet now.
    pub(crate) const fn can_send(&self) -> bool {
        !self.sending
    }

    /// Hands the socket one packet; a failure shows at the next poll.
    pub(crate) fn send(&mut self, packet: Bytes) {
        self.sending = true;
        if let Err(error) = Pin::new(&mut self.socket).start_send(Message::Binary(packet)) {
            debug!(%error, "the link takes no packet");
        }
    }

    /// What happened; nothing is read unless `may_read`.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, may_read: bool) -> Poll<LinkWake> {
        if self.sending
            && let Poll::Ready(flushed) = Pin::new(&mut self.socket).poll_flush(cx)
        {
            self.sending = false;
            return Poll::Ready(match flushed {
                Ok(()) => LinkWake::Sent,
                Err(error) => {
                    debug!(%error, "the link broke while sending");
                    LinkWake::Closed(None)
                }
            });
        }
        if may_read { self.poll_read(cx) } else { Poll::Pending }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<LinkWake> {
        loop {
            return Poll::Ready(match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(Message::Binary(packet))) => LinkWake::Packet(packet),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Text(_))) => {
                    let fault = "The gateway sent a text message; a packet is binary.";
                    LinkWake::Closed(Some(Fault::new(Code::BadPacket, fault)))
                }
                Some(Ok(Message::Close(frame))) => LinkWake::Closed(frame.and_then(said)),
                Some(Err(error)) => {
                    debug!(%error, "the link broke");
                    LinkWake::Closed(None)
                }
                None => LinkWake::Closed(None),
            });
        }
    }
}

/// The Fault behind a close code of ours.
#[allow(clippy::needless_pass_by_value, reason = "so that it fits and_then")]
fn said(frame: CloseFrame) -> Option<Fault> {
    let number = u16::from(frame.code).checked_sub(4000)?;
    let code = Code::from_wire(number.into())?;
    Some(Fault::new(code, printable(&frame.reason)))
}

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

    use super::*;

    #[test]
    fn a_close_code_of_ours_is_a_fault_and_any_other_is_a_lost_link() {
        let close = |code: u16, reason: &'static str| {
            said(CloseFrame { code: CloseCode::from(code), reason: reason.into() })
        };
        assert_eq!(close(4007, "revoked"), Some(Fault::new(Code::Revoked, "revoked")));
        assert_eq!(close(1001, "bye"), None);
        assert_eq!(close(4999, ""), None);
    }
}
