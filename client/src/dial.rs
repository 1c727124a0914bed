//! From nothing to a Link: connect, prove who we are, upgrade, with the Hello in the headers: it is bounded so
//! that it fits. Decides nothing about when.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use devtail_protocol::limits::PACKET_MAX;
use devtail_protocol::wire::SUBPROTOCOL;
use devtail_protocol::{Code, Fault};
use http::header::{AUTHORIZATION, CONNECTION, HOST, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL};
use http::header::{SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderValue, Request, Response, StatusCode};
use thiserror::Error;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, error::ProtocolError};

use crate::api::{ApiError, printable, reason};
use crate::connect::{ConnectError, Stream};
use crate::credential::{Access, Credential, CredentialError};
use crate::limits::{READ_BUFFER_BYTES, WRITE_BUFFER_MAX_BYTES};
use crate::secret::Secret;

/// Carries the Hello, base64url without padding, so that it costs no round trip of its own.
const HELLO_HEADER: &str = "devtail-hello";

/// A socket that was upgraded, its Hello sent.
pub(crate) type Dialled = WebSocketStream<Stream>;

/// Why a dial did not become a Link.
#[derive(Debug, Error)]
pub enum DialError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// No access token.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// The gateway takes neither this access token nor a fresh one.
    #[error(
        "the gateway does not accept this device any more; pair again: `devtail pair` on the host makes a new link"
    )]
    MustSignIn,
    /// The gateway will not have this client, now or later.
    #[error("the gateway refused the link ({status}): {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its own words.
        reason: String,
    },
    /// The gateway cannot take a link now.
    #[error("the gateway is not ready ({status}); it is tried again")]
    NotNow {
        /// The HTTP status.
        status: u16,
    },
    /// The upgrade broke off.
    #[error("the gateway did not answer the upgrade ({0}); it is tried again")]
    Upgrade(String),
    /// 15 s went by.
    #[error("the gateway did not answer within 15 s; it is tried again")]
    Late,
}

impl DialError {
    /// What ends the session for good; `None`: another dial may succeed.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let code = match self {
            Self::MustSignIn => Code::Unauthenticated,
            Self::Credential(CredentialError::Api(error)) if error.must_sign_in() => {
                Code::Unauthenticated
            }
            Self::Refused { status: 426, .. } => Code::Version,
            Self::Refused { .. } => Code::Denied,
            Self::Connect(_)
            | Self::Credential(_)
            | Self::NotNow { .. }
            | Self::Upgrade(_)
            | Self::Late => {
                return None;
            }
        };
        Some(Fault::new(code, self.to_string()))
    }

    /// Whether the person must pair again.
    pub fn must_sign_in(&self) -> bool {
        self.fault().is_some_and(|fault| fault.must_sign_in())
    }
}

/// Dials once; a refused access token is renewed once. `hello` is asked for as late as possible.
pub(crate) async fn dial(
    credential: &Credential,
    hello: impl Fn() -> Bytes,
) -> Result<Dialled, DialError> {
    let access = credential.access().await?;
    match attempt(credential, &access, &hello).await {
        Err(DialError::MustSignIn) => {
            credential.forget(&access).await;
            attempt(credential, &credential.access().await?, &hello).await
        }
        outcome => outcome,
    }
}

async fn attempt(
    credential: &Credential,
    access: &Access,
    hello: &impl Fn() -> Bytes,
) -> Result<Dialled, DialError> {
    let connector = credential.connector();
    let stream = connector.connect().await?;
    let request = request(&connector.endpoint().authority(), &access.token, &hello());
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_MAX_BYTES)
        .max_message_size(Some(PACKET_MAX))
        .max_frame_size(Some(PACKET_MAX));
    match client_async_with_config(request, stream, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(error) => Err(classify(&error)),
    }
}

fn request(authority: &str, token: &Secret, hello: &[u8]) -> Request<()> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
    bearer.set_sensitive(true);
    Request::get(format!("ws://{authority}/ws"))
        .header(HOST, authority)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, generate_key())
        .header(SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL)
        .header(AUTHORIZATION, bearer)
        .header(HELLO_HEADER, URL_SAFE_NO_PAD.encode(hello))
        .body(())
        .expect("an endpoint's authority makes a valid URI and header")
}

fn classify(error: &WsError) -> DialError {
    if let WsError::Http(response) = error {
        return refused(response);
    }
    if let WsError::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) = error {
        let reason =
            format!("it does not speak {SUBPROTOCOL}; update the older of the two programs");
        return DialError::Refused { status: StatusCode::UPGRADE_REQUIRED.as_u16(), reason };
    }
    DialError::Upgrade(printable(&error.to_string()))
}

fn refused(response: &Response<Option<Vec<u8>>>) -> DialError {
    let status = response.status().as_u16();
    match response.status() {
        StatusCode::UNAUTHORIZED => DialError::MustSignIn,
        StatusCode::FORBIDDEN | StatusCode::UPGRADE_REQUIRED | StatusCode::MISDIRECTED_REQUEST => {
            let body = response.body().as_deref().unwrap_or_default();
            DialError::Refused { status, reason: reason(body) }
        }
        _ => DialError::NotNow { status },
    }
}

impl From<ApiError> for DialError {
    fn from(error: ApiError) -> Self {
        Self::Credential(error.into())
    }
}
