//! `GET /api/push/key`, `POST` and `DELETE /api/push/subscribe`: a device says where it wants to be told of things.

use crate::{
    admit, body, clock,
    limits::{WANT_BYTES_MAX, WANTS_MAX},
    push::{Endpoint, read_keys},
    reply::{self, Reply},
    shared::Shared,
    visit::Visit,
};
use devtail_control::{StoreError, Subscription};
use http::{Request, StatusCode};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use tokio::task::spawn_blocking;
use tracing::warn;

/// What a browser's PushSubscription says, and what its person wants to be told. No `Debug`: it holds keys.
#[derive(Deserialize)]
struct Ask {
    endpoint: String,
    keys: Keys,
    wants: Vec<String>,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// Which subscription to end; none named: all of the device's.
#[derive(Deserialize)]
struct End {
    endpoint: Option<String>,
}

/// The gateway's public key, which a browser subscribes with. No secret.
pub(crate) fn key(shared: &Shared) -> Reply {
    reply::json(StatusCode::OK, &json!({"key": shared.push.vapid().public()}))
}

/// Remembers a subscription.
pub(crate) async fn subscribe(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Reply {
    try_subscribe(request, visit, shared).await.unwrap_or_else(|refusal| *refusal)
}

/// Forgets one.
pub(crate) async fn unsubscribe(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Reply {
    try_unsubscribe(request, visit, shared).await.unwrap_or_else(|refusal| *refusal)
}

async fn try_subscribe(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Result<Reply, Box<Reply>> {
    let principal = admit::owner(request.headers(), visit.remote.ip(), shared).await?;
    let ask: Ask = body::json(request, visit).await?;
    let bad = |error: &dyn std::error::Error| Box::new(reply::bad_request(&error.to_string()));
    Endpoint::parse(&ask.endpoint, shared.push.reach()).map_err(|error| bad(&error))?;
    let (p256dh, auth) =
        read_keys(&ask.keys.p256dh, &ask.keys.auth).map_err(|error| bad(&error))?;
    if ask.wants.len() > WANTS_MAX || !ask.wants.iter().all(|word| is_word(word)) {
        return Err(Box::new(reply::bad_request("wants is a list of at most 8 short words")));
    }
    let subscription = Subscription { endpoint: ask.endpoint, p256dh, auth, wants: ask.wants };
    let ours = shared.clone();
    let keep = move || ours.control.subscribe(clock::now(), principal.device, &subscription);
    done(spawn_blocking(keep).await.expect("subscribe does not panic"))
}

async fn try_unsubscribe(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Result<Reply, Box<Reply>> {
    let principal = admit::owner(request.headers(), visit.remote.ip(), shared).await?;
    let End { endpoint } = body::json(request, visit).await?;
    let ours = shared.clone();
    let forget = move || ours.control.unsubscribe(principal.device, endpoint.as_deref());
    done(spawn_blocking(forget).await.expect("unsubscribe does not panic"))
}

fn done(result: Result<(), StoreError>) -> Result<Reply, Box<Reply>> {
    match result {
        Ok(()) => Ok(reply::json(StatusCode::OK, &json!({}))),
        Err(error) => {
            warn!(%error, "cannot write down a push subscription");
            Err(Box::new(reply::unavailable(
                "the gateway cannot write this down now; its log says why",
            )))
        }
    }
}

/// A kind's word for a sort of notification.
fn is_word(word: &str) -> bool {
    (1..=WANT_BYTES_MAX).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
