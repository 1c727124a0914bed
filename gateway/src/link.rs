//! One admitted WebSocket, as it is handed to the connection loop.

use crate::stream::Stream;
use bytes::Bytes;
use devtail_control::Principal;
use std::net::SocketAddr;
use tokio_tungstenite::WebSocketStream;

/// A live WebSocket whose sender has proved who they are.
#[derive(Debug)]
pub(crate) struct Link {
    /// The socket; messages are bounded, frames are unmasked, nothing was read or sent yet.
    pub(crate) socket: WebSocketStream<Stream>,
    /// Who is asking.
    pub(crate) principal: Principal,
    /// The first packet, if the client sent it in the upgrade's headers. Not yet decoded.
    pub(crate) hello: Option<Bytes>,
    /// The peer's address, for logs.
    pub(crate) remote: SocketAddr,
}
