//! The door: a WebSocket upgrade is checked, its sender proved, and only then does a connection become a link.

use crate::{
    clock,
    credential::{Credential, SUBPROTOCOL, subprotocols},
    jwks,
    limits::MAX_HELLO_HEADER_BYTES,
    reply::{self, Reply},
    shared::{Phase, Shared},
    visit::{Admitted, Visit},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use devtail_control::{Answer, AuthError, Principal};
use http::{
    HeaderMap, HeaderValue, Request, StatusCode,
    header::{
        CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use hyper::body::Incoming;
use serde_json::json;
use std::{net::IpAddr, sync::Arc};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tracing::{info, warn};

const HELLO: &str = "devtail-hello";

/// Answers an upgrade request: 101 if its sender may have a link, which `visit` then becomes.
pub(crate) async fn answer(
    mut request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Reply {
    if matches!(shared.phase(), Phase::Draining { .. }) {
        return reply::unavailable("the gateway is about to stop; come back in a moment");
    }
    let headers = request.headers();
    let (accept, hello) = match (websocket(headers), hello(headers)) {
        (Ok(accept), Ok(hello)) => (accept, hello),
        (Err(refusal), _) | (_, Err(refusal)) => return *refusal,
    };
    let principal = match authenticate(headers, visit.remote.ip(), shared).await {
        Ok(principal) => principal,
        Err(refusal) => return *refusal,
    };
    // Before the channels of a former life are found, opening one by its id would make a second.
    let _ = shared.phase.clone().wait_for(|phase| *phase != Phase::Starting).await;
    let upgrade = hyper::upgrade::on(&mut request);
    visit.admit(Admitted { upgrade, principal, hello });
    switching(accept)
}

/// Checks RFC 6455's handshake and our subprotocol; returns the accept key.
fn websocket(headers: &HeaderMap) -> Result<HeaderValue, Box<Reply>> {
    let has = |name, word: &str| {
        let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    if !has(CONNECTION, "upgrade")
        || !has(UPGRADE, "websocket")
        || !has(SEC_WEBSOCKET_VERSION, "13")
    {
        return Err(Box::new(upgrade_required("a WebSocket upgrade of version 13 is needed")));
    }
    if !subprotocols(headers).any(|word| word == SUBPROTOCOL) {
        return Err(Box::new(upgrade_required(
            "the subprotocol devtail.v1 is the one spoken here; update the client",
        )));
    }
    match headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes) {
        Some(key) if key.len() == 24 => {
            Ok(HeaderValue::from_str(&derive_accept_key(key)).expect("base64 is header text"))
        }
        _ => Err(Box::new(reply::bad_request("Sec-WebSocket-Key must be 16 bytes in base64"))),
    }
}

/// The packet that came in the headers, if one did.
fn hello(headers: &HeaderMap) -> Result<Option<Bytes>, Box<Reply>> {
    let Some(value) = headers.get(HELLO) else { return Ok(None) };
    if value.len() > MAX_HELLO_HEADER_BYTES {
        return Err(Box::new(reply::bad_request(
            "Devtail-Hello exceeds 6 KiB; send it as the first message",
        )));
    }
    match URL_SAFE_NO_PAD.decode(value.as_bytes()) {
        Ok(packet) => Ok(Some(packet.into())),
        Err(_) => {
            Err(Box::new(reply::bad_request("Devtail-Hello must be base64url without padding")))
        }
    }
}

/// Proves who sends a request, by the one credential in its headers.
pub(crate) async fn authenticate(
    headers: &HeaderMap,
    from: IpAddr,
    shared: &Arc<Shared>,
) -> Result<Principal, Box<Reply>> {
    let credential = match Credential::take(headers) {
        Ok(credential) => credential,
        Err(code) => return Err(Box::new(refuse(code, from, shared))),
    };
    match prove(credential, from, shared).await {
        Ok(principal) => Ok(principal),
        Err(error) => Err(Box::new(refusal(&error, from, shared))),
    }
}

/// As [`authenticate`], for what guests may not do.
pub(crate) async fn owner(
    headers: &HeaderMap,
    from: IpAddr,
    shared: &Arc<Shared>,
) -> Result<Principal, Box<Reply>> {
    let principal = authenticate(headers, from, shared).await?;
    if principal.guest.is_some() {
        shared.metrics.refusals.add("not_for_guests", 1);
        return Err(Box::new(reply::forbidden("guests may look, and nothing else")));
    }
    Ok(principal)
}

/// Proves the credential; once more if the issuer's keys were to blame and could be fetched.
async fn prove(
    credential: Credential,
    from: IpAddr,
    shared: &Arc<Shared>,
) -> Result<Principal, AuthError> {
    let first = prove_once(credential.clone(), from, shared).await;
    let Err(AuthError::TokenKey | AuthError::IssuerKeysMissing) = first else { return first };
    jwks::refresh(shared).await;
    prove_once(credential, from, shared).await
}

async fn prove_once(
    credential: Credential,
    from: IpAddr,
    shared: &Arc<Shared>,
) -> Result<Principal, AuthError> {
    let ours = shared.clone();
    let proof = move || {
        let (now, control) = (clock::now(), &ours.control);
        let principal = control.authenticate(now, credential.expose(), from, &ours.issuers)?;
        // Who has proved who they are is let in, whether or not that can be written down.
        if let Err(error) = control.seen(now, principal.device) {
            warn!(%error, device = %principal.device, "cannot write down that a device is here");
        }
        Ok(principal)
    };
    tokio::task::spawn_blocking(proof).await.expect("authenticate does not panic")
}

/// The answer to a stranger, who learns nothing; the log and the metrics have the code.
pub(crate) fn refusal(error: &AuthError, from: IpAddr, shared: &Shared) -> Reply {
    match error.answer() {
        Answer::SignInRequired => refuse(error.code(), from, shared),
        Answer::SlowDown { retry_after } => {
            refuse(error.code(), from, shared);
            reply::slow_down(retry_after)
        }
        Answer::Unavailable => {
            warn!(%error, "cannot tell who is asking");
            reply::unavailable("the gateway cannot check this now; its log says why")
        }
    }
}

/// 401 for a reason that only our log is told.
pub(crate) fn refuse(code: &'static str, from: IpAddr, shared: &Shared) -> Reply {
    shared.metrics.refusals.add(code, 1);
    info!(code, %from, "refused");
    reply::sign_in_required()
}

fn switching(accept: HeaderValue) -> Reply {
    let mut reply = Reply::default();
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    reply::set(&mut reply, CONNECTION, "Upgrade");
    reply::set(&mut reply, UPGRADE, "websocket");
    reply::set(&mut reply, SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    reply.headers_mut().insert(SEC_WEBSOCKET_ACCEPT, accept);
    reply
}

fn upgrade_required(message: &str) -> Reply {
    let body = json!({"error": "version", "message": message, "subprotocols": [SUBPROTOCOL]});
    let mut reply = reply::json(StatusCode::UPGRADE_REQUIRED, &body);
    reply::set(&mut reply, UPGRADE, "websocket");
    reply::set(&mut reply, SEC_WEBSOCKET_VERSION, "13");
    reply
}
