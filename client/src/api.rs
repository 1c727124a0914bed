//! The gateway's small HTTP interface: pairing and tokens.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use thiserror::Error;

use crate::connect::{ConnectError, Connector};
use crate::limits::{API_ANSWER_MAX, API_WITHIN};
use crate::secret::Secret;

/// Why the gateway did not answer as hoped.
#[derive(Debug, Error)]
pub enum ApiError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The connection broke, or what came is no HTTP.
    #[error("the gateway's answer cannot be read ({0}); is a devtail gateway running there?")]
    Http(#[from] hyper::Error),
    /// It took too long.
    #[error("the gateway did not answer within 10 s; check the network")]
    Late,
    /// The code or token is not taken; the gateway tells nobody why.
    #[error(
        "the gateway does not accept this credential (used, expired or revoked); pair again: `devtail pair` on the host makes a new link"
    )]
    MustSignIn,
    /// Too many attempts.
    #[error("the gateway asks to wait {} s before the next attempt", retry_after.as_secs())]
    SlowDown {
        /// How long.
        retry_after: Duration,
    },
    /// It said no, for another reason.
    #[error("the gateway refused ({status}): {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its own words.
        reason: String,
    },
    /// The answer is not what this version expects.
    #[error("the gateway's answer was not understood; update the older of the two programs")]
    Malformed,
}

impl ApiError {
    /// Whether the person must pair again.
    pub const fn must_sign_in(&self) -> bool {
        matches!(self, Self::MustSignIn)
    }
}

/// Asks one question on a connection of its own.
pub(crate) async fn post<A: DeserializeOwned>(
    connector: &Connector,
    path: &str,
    question: &(impl Serialize + Sync),
) -> Result<A, ApiError> {
    post_as(connector, path, question, None).await
}

/// Asks one question on a connection of its own, with this access token if there is one.
pub(crate) async fn post_as<A: DeserializeOwned>(
    connector: &Connector,
    path: &str,
    question: &(impl Serialize + Sync),
    token: Option<&Secret>,
) -> Result<A, ApiError> {
    let body = serde_json::to_vec(question).map_err(|_| ApiError::Malformed)?;
    let asked = tokio::time::timeout(API_WITHIN, exchange(connector, path, body, token)).await;
    let (status, headers, answer) = asked.map_err(|_| ApiError::Late)??;
    match status {
        StatusCode::OK => serde_json::from_slice(&answer).map_err(|_| ApiError::Malformed),
        StatusCode::UNAUTHORIZED => Err(ApiError::MustSignIn),
        StatusCode::TOO_MANY_REQUESTS => {
            Err(ApiError::SlowDown { retry_after: retry_after(&headers) })
        }
        other => Err(ApiError::Refused { status: other.as_u16(), reason: reason(&answer) }),
    }
}

async fn exchange(
    connector: &Connector,
    path: &str,
    body: Vec<u8>,
    token: Option<&Secret>,
) -> Result<(StatusCode, HeaderMap, Bytes), ApiError> {
    let stream = connector.connect().await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let mut request = Request::post(path)
        .header(HOST, connector.endpoint().authority())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "devtail")
        .body(Full::new(Bytes::from(body)))
        .expect("every part is a valid header");
    if let Some(token) = token {
        request.headers_mut().insert(AUTHORIZATION, bearer(token)?);
    }
    let answer = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, API_ANSWER_MAX).collect().await;
        let body = body.map_err(|_| ApiError::Malformed)?.to_bytes();
        Ok::<_, ApiError>((head.status, head.headers, body))
    };
    tokio::pin!(answer, connection);
    tokio::select! {
        answer = &mut answer => answer,
        ended = &mut connection => { ended?; answer.await }
    }
}

fn bearer(token: &Secret) -> Result<HeaderValue, ApiError> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .map_err(|_| ApiError::Malformed)?;
    value.set_sensitive(true);
    Ok(value)
}

fn retry_after(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

/// Why it said no, in the gateway's own words, made safe to print.
pub(crate) fn reason(answer: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        message: String,
    }
    let refusal = serde_json::from_slice::<Refusal>(answer);
    refusal.map_or_else(|_| "it does not say why".to_owned(), |refusal| printable(&refusal.message))
}

/// Text from outside without control characters, at most 256 of them.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(256).collect()
}
