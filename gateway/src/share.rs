//! `POST` and `DELETE /api/share`, `POST /api/share/open`: a link by which guests look at one channel until a time.

use crate::{
    admit::{self, refusal},
    body, clock, doorbell, errand,
    offer::{self, Offer},
    pairing::{self, Keeping},
    reply::{self, Reply},
    shared::Shared,
    visit::Visit,
};
use devtail_channels::registry::Kind;
use devtail_control::{Actor, Arrival, AuthError, Scope, Share, ShareId, Sharing};
use devtail_protocol::ChannelId;
use http::{Request, StatusCode, header::AUTHORIZATION};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::spawn_blocking;
use tracing::info;

/// What is to be shared.
#[derive(Debug, Deserialize)]
struct Make {
    /// 32 hexadecimal digits.
    channel: String,
    /// What people call it.
    #[serde(default)]
    name: String,
    /// How long, seconds.
    lasts_s: u64,
}

/// What is asked with a link. No `Debug`: it holds the code.
#[derive(Deserialize)]
struct Open {
    code: String,
    #[serde(default)]
    device_name: String,
    /// True if a guest's refresh token is to go into a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

#[derive(Debug, Deserialize)]
struct End {
    id: String,
}

/// Makes a link.
pub(crate) async fn make(request: Request<Incoming>, visit: &Visit, shared: &Arc<Shared>) -> Reply {
    try_make(request, visit, shared).await.unwrap_or_else(|refusal| *refusal)
}

/// Opens a link.
pub(crate) async fn open(request: Request<Incoming>, visit: &Visit, shared: &Arc<Shared>) -> Reply {
    try_open(request, visit, shared).await.unwrap_or_else(|refusal| *refusal)
}

/// Ends a link and whoever looks by it.
pub(crate) async fn end(request: Request<Incoming>, visit: &Visit, shared: &Arc<Shared>) -> Reply {
    try_end(request, visit, shared).await.unwrap_or_else(|refusal| *refusal)
}

async fn try_make(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Result<Reply, Box<Reply>> {
    let principal = admit::owner(request.headers(), visit.remote.ip(), shared).await?;
    let base = offer::base(request.headers(), shared);
    let Make { channel, name, lasts_s } = body::json(request, visit).await?;
    let malformed = || Box::new(reply::bad_request("channel has 32 hexadecimal digits"));
    let channel = ChannelId::parse(&channel).ok_or_else(malformed)?;
    let kind = errand::may_read(shared, &principal, channel).await;
    let kind = kind.map_err(|fault| Box::new(reply::refused(&fault)))?;
    let scope = scope(kind);
    let sharing = Sharing { channel, name, scope, lasts_ms: lasts_s.saturating_mul(1000) };
    let (ours, from) = (shared.clone(), visit.remote.ip());
    let make = move || ours.control.create_share(clock::now(), &principal, &sharing);
    match spawn_blocking(make).await.expect("create_share does not panic") {
        Ok((share, code)) => {
            let offer = Offer {
                name: "code",
                key: "share",
                secret: &code,
                expires_in: share.expires.ms_since(clock::now()).div_ceil(1000),
            };
            Ok(offer.reply(&base, json!({"id": share.id.to_string()}), shared))
        }
        Err(error @ (AuthError::ShareLifetime | AuthError::TooManyShares)) => {
            Err(Box::new(reply::bad_request(&error.to_string())))
        }
        Err(error) => Err(Box::new(refusal(&error, from, shared))),
    }
}

async fn try_open(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Result<Reply, Box<Reply>> {
    let from = visit.remote.ip();
    let known = if request.headers().contains_key(AUTHORIZATION) {
        Some(admit::authenticate(request.headers(), from, shared).await?)
    } else {
        None
    };
    let Open { code, device_name, cookie } = body::json(request, visit).await?;
    let ours = shared.clone();
    let open =
        move || ours.control.open_share(clock::now(), &code, known.as_ref(), &device_name, from);
    let done = spawn_blocking(open).await.expect("open_share does not panic");
    let Arrival { share, enrolled } =
        done.map_err(|error| Box::new(refusal(&error, from, shared)))?;
    let shown = json!({"share": shown(&share, shared)});
    let Some(enrolled) = enrolled else { return Ok(reply::json(StatusCode::OK, &shown)) };
    info!(device = %enrolled.device.id, share = %share.id, %from, "a guest came");
    Ok(pairing::welcome(&enrolled, Keeping::of(cookie), shown, visit, shared))
}

async fn try_end(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Result<Reply, Box<Reply>> {
    let principal = admit::owner(request.headers(), visit.remote.ip(), shared).await?;
    let End { id } = body::json(request, visit).await?;
    let unknown = || Box::new(reply::text(StatusCode::NOT_FOUND, "There is no such share.\n"));
    let id: ShareId = id.parse().map_err(|_| unknown())?;
    let ours = shared.clone();
    let end = move || ours.control.end_share(clock::now(), id, Actor::Device(principal.device));
    let ended = spawn_blocking(end).await.expect("end_share does not panic");
    // Whoever looks by it is told to go, like after any revocation.
    doorbell::look(shared).await;
    match ended {
        Ok(_) => Ok(reply::json(StatusCode::OK, &json!({}))),
        Err(AuthError::ShareUnknown) => Err(unknown()),
        Err(error) => Err(Box::new(refusal(&error, visit.remote.ip(), shared))),
    }
}

/// What a guest is told of what it may see.
fn shown(share: &Share, shared: &Shared) -> Value {
    json!({
        "channel": share.channel.to_string(),
        "kind": shared.hub.running(share.channel).map(|dock| dock.kind()),
        "name": share.name,
        "expires_in": share.expires.ms_since(clock::now()) / 1000,
    })
}

fn scope(kind: &str) -> Scope {
    let kind = Kind::named(kind).expect("it is the kind of a channel that runs");
    kind.traits().read_scope.parse().expect("a kind names a scope there is")
}
