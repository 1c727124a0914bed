//! Fetches the key sets of outside issuers: https (or http on this machine), bounded in time and bytes, no redirects.

use crate::{clock, limits::JWKS_FETCH, shared::Shared};
use bytes::Bytes;
use devtail_control::limits::MAX_JWKS_BYTES;
use http::{
    Request, StatusCode, Uri,
    header::{ACCEPT, HOST},
};
use http_body_util::{BodyExt, Empty, Limited};
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
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tracing::warn;

#[derive(Debug, Error)]
enum FetchError {
    #[error("the address is not one of a key set")]
    Address,
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    #[error("HTTP failed: {0}")]
    Http(#[from] hyper::Error),
    #[error("the answer is {0}, not 200")]
    Status(StatusCode),
    #[error("the answer is too large or broke off: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    #[error("no answer in {} s", JWKS_FETCH.as_secs())]
    Timeout,
}

/// Fetches the key sets that are due; returns when no fetch is under way any more. A failure is logged; the former keys
/// stay. Whoever asked may hang up: the fetch goes on, for everyone else.
pub(crate) async fn refresh(shared: &Arc<Shared>) {
    let fetched = tokio::spawn(fetch_due(shared.clone()));
    fetched.await.expect("a fetch does not panic");
}

async fn fetch_due(shared: Arc<Shared>) {
    // Who comes while a fetch is under way waits for it: what it brings is what they came for.
    let _one_at_a_time = shared.fetching.lock().await;
    for url in shared.issuers.take_due(clock::now()) {
        let body = timeout(JWKS_FETCH, fetch(&url)).await.unwrap_or(Err(FetchError::Timeout));
        match body.map(|body| shared.issuers.fetched(clock::now(), &url, &body)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(url, %error, "an issuer's key set was not taken"),
            Err(error) => warn!(url, %error, "an issuer's keys cannot be fetched"),
        }
    }
}

async fn fetch(url: &str) -> Result<Bytes, FetchError> {
    let uri: Uri = url.parse().map_err(|_| FetchError::Address)?;
    let host = uri.host().ok_or(FetchError::Address)?;
    let secure = uri.scheme_str() == Some("https");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let tcp =
        TcpStream::connect((bare, uri.port_u16().unwrap_or(if secure { 443 } else { 80 }))).await?;
    if !secure {
        return get(tcp, &uri).await;
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(|_| FetchError::Address)?;
    get(TlsConnector::from(trust()).connect(name, tcp).await?, &uri).await
}

async fn get<S>(stream: S, uri: &Uri) -> Result<Bytes, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut exchange = pin!(async move {
        let answer = sender.send_request(question(uri)?).await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let body = Limited::new(answer.into_body(), MAX_JWKS_BYTES).collect().await;
        Ok(body.map_err(FetchError::Body)?.to_bytes())
    });
    tokio::select! {
        body = &mut exchange => body,
        // The connection may end before the last bytes of the body were taken from it.
        ended = connection => {
            ended?;
            exchange.await
        }
    }
}

fn question(uri: &Uri) -> Result<Request<Empty<Bytes>>, FetchError> {
    let authority = uri.authority().ok_or(FetchError::Address)?;
    Request::get(uri.path_and_query().map_or("/", |path| path.as_str()))
        .header(HOST, authority.as_str())
        .header(ACCEPT, "application/json")
        .body(Empty::new())
        .map_err(|_| FetchError::Address)
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
