//! Asks a server elsewhere one question: https with the public authorities' word, or http where the caller means it;
//! bounded in bytes, and no redirect is followed. Time is the caller's to bound.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use std::{
    io,
    pin::pin,
    sync::{Arc, LazyLock},
};
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum OutboundError {
    #[error("the address is none that can be asked")]
    Address,
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    #[error("HTTP failed: {0}")]
    Http(#[from] hyper::Error),
    #[error("the answer is too large or broke off: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The host of an address as a resolver takes it, and its port.
pub(crate) fn host_and_port(uri: &Uri) -> Option<(&str, u16)> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let default = if is_secure(uri) { 443 } else { 80 };
    Some((host, uri.port_u16().unwrap_or(default)))
}

/// Asks over a connection to the host of `uri`; the request's own URI is its path alone.
pub(crate) async fn ask(
    tcp: TcpStream,
    uri: &Uri,
    request: Request<Full<Bytes>>,
    answer_max: usize,
) -> Result<Answer, OutboundError> {
    if !is_secure(uri) {
        return exchange(tcp, request, answer_max).await;
    }
    let (host, _) = host_and_port(uri).ok_or(OutboundError::Address)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| OutboundError::Address)?;
    exchange(TlsConnector::from(trust()).connect(name, tcp).await?, request, answer_max).await
}

async fn exchange<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    answer_max: usize,
) -> Result<Answer, OutboundError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut exchange = pin!(async move {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, answer_max).collect().await;
        let body = body.map_err(OutboundError::Body)?.to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    });
    tokio::select! {
        answer = &mut exchange => answer,
        // The connection may end before the last bytes of the body were taken from it.
        ended = connection => {
            ended?;
            exchange.await
        }
    }
}

fn is_secure(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}

fn trust() -> Arc<ClientConfig> {
    static TRUST: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default versions");
        Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
    });
    TRUST.clone()
}
