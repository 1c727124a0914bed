//! One connection of the test's gateway: a question about tokens, or an upgrade.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{
    ErrorResponse, Request, Response as Upgrade,
};

use super::gateway::{Shared, Weather};
use super::served;

pub async fn receive(stream: TcpStream, shared: Arc<Shared>) {
    let mut weather = shared.weather.subscribe();
    if weather.wait_for(|weather| *weather != Weather::Silent).await.is_err() {
        return;
    }
    stream.set_nodelay(true).unwrap();
    let socket = socket2::SockRef::from(&stream).try_clone().unwrap();
    match shared.tls.clone() {
        None => answer(stream, socket, shared).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                answer(stream, socket, shared).await;
            }
        }
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send>(
    mut stream: S,
    socket: socket2::Socket,
    shared: Arc<Shared>,
) {
    let Ok(first) = stream.read_u8().await else { return };
    let mut stream = Prefixed { first: Some(first), inner: stream };
    if first == b'P' {
        return api(&mut stream, &shared).await;
    }
    let mut hello = None;
    let callback = |request: &Request, reply: Upgrade| admit(&shared, request, reply, &mut hello);
    let Ok(socket_up) = accept_hdr_async(stream, callback).await else { return };
    served::serve(socket_up, socket, shared, hello).await;
}

fn admit(
    shared: &Shared,
    request: &Request,
    mut reply: Upgrade,
    hello: &mut Option<Bytes>,
) -> Result<Upgrade, ErrorResponse> {
    let refused = |status: u16, reason: &str| {
        let mut response = Response::new(Some(reason.to_owned()));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response
    };
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some((status, reason)) = *shared.refuses.lock().unwrap() {
        return Err(refused(status, reason));
    }
    let token = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if !token.is_some_and(|token| shared.access.lock().unwrap().contains(token)) {
        return Err(refused(401, "no"));
    }
    assert_eq!(header("sec-websocket-protocol"), Some("devtail.v1"));
    assert_eq!(request.uri().path(), "/ws");
    *hello = header("devtail-hello").map(|text| URL_SAFE_NO_PAD.decode(text).unwrap().into());
    reply.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("devtail.v1"));
    Ok(reply)
}

/// Reads one POST and answers it.
async fn api<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut Prefixed<S>, shared: &Shared) {
    let mut bytes = Vec::new();
    let (path, question) = loop {
        let mut part = [0; 1024];
        let count = stream.read(&mut part).await.unwrap();
        assert!(count > 0, "the question broke off");
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.to_ascii_lowercase().contains("content-type: application/json"));
        if let Ok(question) = serde_json::from_str::<Value>(body) {
            break (head.split(' ').nth(1).unwrap().to_owned(), question);
        }
    };
    let (status, answer) = match path.as_str() {
        "/api/token" => renew(shared, &question),
        "/api/pair" => enrol(shared, &question),
        other => panic!("no such path: {other}"),
    };
    let body = answer.to_string();
    let reply = format!(
        "HTTP/1.1 {status} Answer\r\ncontent-length: {}\r\nretry-after: 7\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(reply.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    // Whether the peer still listens is its own affair.
    let _ = stream.shutdown().await;
}

fn renew(shared: &Shared, question: &Value) -> (u16, Value) {
    let mut refresh = shared.refresh.lock().unwrap();
    if refresh.is_none() || question["refresh_token"].as_str() != refresh.as_deref() {
        return (401, json!({"error": "sign_in_required"}));
    }
    let (access, next) = make(shared);
    *refresh = Some(next.clone());
    (
        200,
        json!({"gateway_id": "g", "access_token": access, "access_expires_at": 4_000_000_000u64, "refresh_token": next}),
    )
}

fn enrol(shared: &Shared, question: &Value) -> (u16, Value) {
    match question["code"].as_str() {
        Some("good") => {
            let (access, next) = make(shared);
            *shared.refresh.lock().unwrap() = Some(next.clone());
            let answer = json!({
                "gateway_id": "g", "host": "build-box", "device_id": "d", "device": question["device"],
                "scopes": ["terminal:read"], "access_token": access, "access_expires_at": 4_000_000_000u64,
                "refresh_token": next,
            });
            (200, answer)
        }
        Some("often") => (429, json!({"error": "slow_down", "retry_after_s": 7})),
        _ => (401, json!({"error": "sign_in_required"})),
    }
}

fn make(shared: &Shared) -> (String, String) {
    let mut made = shared.made.lock().unwrap();
    *made += 1;
    let access = format!("access-{made}");
    shared.access.lock().unwrap().insert(access.clone());
    (access, format!("refresh-{made}"))
}

/// A stream whose first byte was read already.
pub struct Prefixed<S> {
    first: Option<u8>,
    inner: S,
}

mod streaming {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::Prefixed;

    impl<S: AsyncRead + Unpin> AsyncRead for Prefixed<S> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if let Some(first) = self.first.take() {
                buf.put_slice(&[first]);
                return Poll::Ready(Ok(()));
            }
            Pin::new(&mut self.inner).poll_read(cx, buf)
        }
    }

    impl<S: AsyncWrite + Unpin> AsyncWrite for Prefixed<S> {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.inner).poll_write(cx, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.inner).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.inner).poll_shutdown(cx)
        }
    }
}
