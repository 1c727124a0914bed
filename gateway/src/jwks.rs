//! Fetches the key sets of outside issuers: https (or http on this machine), bounded in time and bytes, no redirects.

use crate::{
    clock,
    limits::JWKS_FETCH,
    outbound::{self, OutboundError},
    shared::Shared,
};
use bytes::Bytes;
use devtail_control::limits::MAX_JWKS_BYTES;
use http::{
    Request, StatusCode, Uri,
    header::{ACCEPT, HOST},
};
use http_body_util::Full;
use std::sync::Arc;
use thiserror::Error;
use tokio::{net::TcpStream, time::timeout};
use tracing::warn;

#[derive(Debug, Error)]
enum FetchError {
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error("the answer is {0}, not 200")]
    Status(StatusCode),
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
    let uri: Uri = url.parse().map_err(|_| OutboundError::Address)?;
    let question = question(&uri).ok_or(OutboundError::Address)?;
    let place = outbound::host_and_port(&uri).ok_or(OutboundError::Address)?;
    let tcp = TcpStream::connect(place).await.map_err(OutboundError::Connect)?;
    let answer = outbound::ask(tcp, &uri, question, MAX_JWKS_BYTES).await?;
    if answer.status == StatusCode::OK {
        Ok(answer.body)
    } else {
        Err(FetchError::Status(answer.status))
    }
}

fn question(uri: &Uri) -> Option<Request<Full<Bytes>>> {
    Request::get(uri.path_and_query().map_or("/", |path| path.as_str()))
        .header(HOST, uri.authority()?.as_str())
        .header(ACCEPT, "application/json")
        .body(Full::default())
        .ok()
}
