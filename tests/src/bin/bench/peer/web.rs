//! A bare WebSocket client: what any peer's page does at the least.

use anyhow::{Context as _, Result, bail};
use devtail_tests::device::PATIENCE;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::adapter::WebSocket;
use crate::hop;
use crate::plain::{Echo, Plain};
use crate::raw::Search;

/// A connection with its framing.
pub(crate) struct Web {
    socket: WebSocketStream<TcpStream>,
    framing: WebSocket,
    plain: Plain,
}

impl Web {
    /// Dials, and says the first word.
    pub(crate) async fn connect(framing: &WebSocket) -> Result<Self> {
        let mut request = framing.url.as_str().into_client_request()?;
        if let Some(name) = &framing.subprotocol {
            let header = HeaderValue::from_str(name).context("the subprotocol is no word")?;
            request.headers_mut().insert("Sec-WebSocket-Protocol", header);
        }
        let authority = request.uri().authority().context("the url names no host")?.to_string();
        let stream = TcpStream::connect(&authority).await?;
        stream.set_nodelay(true)?;
        let config = Some(hop::config());
        let opened = tokio_tungstenite::client_async_with_config(request, stream, config);
        let (socket, _) = timeout(PATIENCE, opened).await.context("no answer to the upgrade")??;
        let mut web = Self { socket, framing: framing.clone(), plain: Plain::default() };
        if let Some(first) = framing.first.clone() {
            web.send(first.into_bytes()).await?;
        }
        Ok(web)
    }

    /// Dials one that carries bytes as they are.
    pub(crate) async fn bare(url: &str) -> Result<Self> {
        Self::connect(&WebSocket::bare(url)).await
    }

    /// Types.
    pub(crate) async fn types(&mut self, keys: &[u8]) -> Result<()> {
        let WebSocket { input, input_end, .. } = &self.framing;
        self.send([input.as_bytes(), keys, input_end.as_bytes()].concat()).await
    }

    /// Reads until this was shown.
    pub(crate) async fn until(&mut self, mark: &[u8]) -> Result<()> {
        let mut search = Search::new(mark);
        let wait = async {
            while !self.next().await?.is_some_and(|piece| search.finds_in(&piece)) {}
            Ok(())
        };
        timeout(PATIENCE * 2, wait).await.context("the echo did not come")?
    }

    /// What the program printed, if that is what came.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let message = self.socket.next().await.context("the peer closed the socket")??;
        let bytes = match message {
            Message::Binary(bytes) => bytes,
            Message::Text(text) => text.into(),
            Message::Close(_) => bail!("the peer closed the socket"),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(None),
        };
        let output = self.framing.output.as_bytes();
        let Some(bytes) = bytes.starts_with(output).then(|| bytes.slice(output.len()..)) else {
            return Ok(None);
        };
        Ok(Some(match self.framing.echo {
            Echo::Bytes => bytes,
            Echo::Text => self.plain.feed(&bytes).into(),
        }))
    }

    async fn send(&mut self, bytes: Vec<u8>) -> Result<()> {
        let message = if self.framing.text {
            Message::Text(String::from_utf8(bytes)?.into())
        } else {
            Message::Binary(bytes.into())
        };
        Ok(self.socket.send(message).await?)
    }
}
