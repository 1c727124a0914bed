//! `POST /api/token`: a refresh token, from the body or from the cookie, becomes new tokens.

use crate::{
    admit::{refusal, refuse},
    body, clock, cookie, doorbell,
    reply::{self, Reply},
    shared::Shared,
    visit::Visit,
};
use devtail_control::AuthError;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// What is asked. No `Debug`: it holds the token.
#[derive(Deserialize)]
struct Ask {
    refresh_token: Option<String>,
}

/// Answers the request. A token that came in the cookie goes back in the cookie, and no script sees it.
pub(crate) async fn answer(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Reply {
    let kept = cookie::find(request.headers(), shared.control.gateway_id());
    let asked = match body::json::<Ask>(request, visit).await {
        Ok(ask) => ask.refresh_token,
        Err(refusal) => return *refusal,
    };
    let from = visit.remote.ip();
    let (token, in_cookie) = match (asked, kept) {
        (Some(token), _) => (token, false),
        (None, Some(token)) => (token, true),
        (None, None) => return refuse("no_refresh_token", from, shared),
    };
    let ours = shared.clone();
    let rotate = move || ours.control.refresh(clock::now(), &token, from);
    let tokens = match tokio::task::spawn_blocking(rotate).await.expect("refresh does not panic") {
        Ok(tokens) => tokens,
        Err(error) => {
            if matches!(error, AuthError::RefreshReused) {
                // That revoked a device, and whoever holds its link is told to go like after any revocation.
                doorbell::look(shared).await;
            }
            return refusal(&error, from, shared);
        }
    };
    let mut answer = json!({
        "gateway_id": shared.control.gateway_id(),
        "access_token": tokens.access.token.expose(),
        "access_expires_at": tokens.access.expires_at.unix_s(),
    });
    if !in_cookie {
        answer["refresh_token"] = tokens.refresh.expose().into();
    }
    let mut reply = reply::json(StatusCode::OK, &answer);
    if in_cookie {
        cookie::set(&mut reply, shared.control.gateway_id(), &tokens, visit.secure);
    }
    reply
}
