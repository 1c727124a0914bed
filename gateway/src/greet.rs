//! One accepted connection, from its first byte until it is closed or has become a link.

use crate::{
    ahead::Ahead,
    connection,
    limits::{
        MAX_HEAD_BYTES, MAX_HEADERS, MAX_MESSAGE_BYTES, MAX_WRITE_BUFFER_BYTES, PLAIN_LIFETIME,
        PRE_AUTH, READ_BUFFER_BYTES,
    },
    link::Link,
    pending::Place,
    routes,
    shared::{Phase, Shared},
    socket,
    stream::Stream,
    visit::{Admitted, Visit},
};
use hyper::{server::conn::http1, service::service_fn, upgrade::Upgraded};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, io, net::SocketAddr, sync::Arc};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::protocol::{Role, WebSocketConfig},
};
use tracing::debug;

/// Serves a connection. Its place among the pending is held until it closes or its sender has proved who they are.
pub(crate) async fn greet(tcp: TcpStream, remote: SocketAddr, place: Place, shared: Arc<Shared>) {
    let deadline = Instant::now() + PRE_AUTH;
    socket::tune(&tcp);
    let stream = match timeout_at(deadline, encrypt(tcp, &shared)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            debug!(%remote, %error, "the TLS handshake failed");
            return shared.metrics.turned_away.add("handshake", 1);
        }
        Err(_) => return shared.metrics.turned_away.add("slow", 1),
    };
    let secure = shared.encryption.is_some();
    let visit = Arc::new(Visit::new(remote, secure, deadline));
    // Boxed, and gone before the link begins: hyper's state would else stay with the task for the link's whole life.
    Box::pin(plain(stream, deadline, &visit, &shared)).await;
    if let Some(admitted) = visit.take_admitted() {
        drop(place);
        tokio::spawn(become_link(admitted, remote, shared));
    }
}

async fn encrypt(tcp: TcpStream, shared: &Shared) -> io::Result<Stream> {
    match &shared.encryption {
        None => Ok(Stream::Plain(Ahead::new(tcp))),
        Some(encryption) => Ok(Stream::Tls(Box::new(encryption.accept(tcp).await?))),
    }
}

/// Answers plain requests until the connection closes, takes too long, or is upgraded.
async fn plain(stream: Stream, deadline: Instant, visit: &Arc<Visit>, shared: &Arc<Shared>) {
    let service = service_fn(|request| {
        let (visit, shared) = (visit.clone(), shared.clone());
        async move { Ok::<_, Infallible>(routes::answer(request, &visit, &shared).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(deadline.saturating_duration_since(Instant::now()))
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    match timeout(PLAIN_LIFETIME, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) if !error.is_timeout() => {
            debug!(remote = %visit.remote, %error, "a connection broke off");
        }
        Ok(Err(_)) | Err(_) if visit.has_asked() => {}
        Ok(Err(_)) | Err(_) => shared.metrics.turned_away.add("slow", 1),
    }
}

/// Makes the upgraded connection a WebSocket and runs it to its end.
async fn become_link(admitted: Admitted, remote: SocketAddr, shared: Arc<Shared>) {
    let Admitted { upgrade, principal, hello } = admitted;
    let (stream, early) = match upgrade.await {
        Ok(upgraded) => parts(upgraded),
        Err(error) => {
            return debug!(%remote, %error, "the peer left before the upgrade was done");
        }
    };
    let socket = websocket(stream, early).await;
    let _counted = shared.links_open.count();
    shared.metrics.links_opened.add(1);
    let patience = shared.clone();
    tokio::select! {
        () = connection::run(Link { socket, principal, hello, remote }, shared) => {}
        () = out_of_patience(&patience) => debug!(%remote, "cut at the end of the drain"),
    }
}

/// The stream, and what was read from it already. A function of its own so that hyper's buffer is gone with it: as a
/// variable of the link's task it would cost each link 8 KiB.
fn parts(upgraded: Upgraded) -> (Stream, Vec<u8>) {
    let parts = upgraded.downcast::<TokioIo<Stream>>();
    let parts = parts.expect("every connection is served over a Stream");
    (parts.io.into_inner(), parts.read_buf.to_vec())
}

/// Returns when a drain has lasted as long as it may.
async fn out_of_patience(shared: &Shared) {
    let mut phase = shared.phase.clone();
    let draining =
        phase.wait_for(|phase| matches!(phase, Phase::Draining { .. })).await.map(|phase| *phase);
    if let Ok(Phase::Draining { until }) = draining {
        sleep_until(until).await;
    }
}

async fn websocket(stream: Stream, early: Vec<u8>) -> WebSocketStream<Stream> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES)
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES));
    // A buffer that grew out of an empty one is made anew too small each time a packet is cut from it.
    if early.is_empty() {
        return WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    }
    WebSocketStream::from_partially_read(stream, early, Role::Server, Some(config)).await
}
