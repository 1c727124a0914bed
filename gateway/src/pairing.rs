//! `POST /api/pair`: a one-time code becomes a device with tokens.

use crate::{
    admit::refusal,
    body, clock, cookie,
    notice::Notice,
    reply::{self, Reply},
    shared::Shared,
    visit::Visit,
};
use devtail_control::Enrolled;
use http::{Request, StatusCode};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use tracing::info;

/// What is asked. No `Debug`: it holds the code.
#[derive(Deserialize)]
struct Ask {
    code: String,
    device: String,
    /// True if the refresh token is to go into a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

/// Answers the request.
pub(crate) async fn answer(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Reply {
    let Ask { code, device, cookie } = match body::json::<Ask>(request, visit).await {
        Ok(ask) => ask,
        Err(refusal) => return *refusal,
    };
    let (ours, from) = (shared.clone(), visit.remote.ip());
    let redeem = move || ours.control.redeem_pairing(clock::now(), &code, &device, from);
    match tokio::task::spawn_blocking(redeem).await.expect("redeem_pairing does not panic") {
        Ok(enrolled) => {
            info!(device = %enrolled.device.id, name = %enrolled.device.name, %from, "a device was paired");
            let reply = welcome(&enrolled, cookie, visit, shared);
            shared.notices.tell(Notice::Paired(enrolled.device));
            reply
        }
        Err(error) => refusal(&error, from, shared),
    }
}

fn welcome(enrolled: &Enrolled, in_cookie: bool, visit: &Visit, shared: &Shared) -> Reply {
    let Enrolled { device, tokens } = enrolled;
    let mut answer = json!({
        "gateway_id": shared.control.gateway_id(),
        "host": shared.machine,
        "device_id": device.id,
        "device": device.name,
        "scopes": device.grant.scopes,
        "access_token": tokens.access.token.expose(),
        "access_expires_at": tokens.access.expires_at.unix_s(),
    });
    if !in_cookie {
        answer["refresh_token"] = tokens.refresh.expose().into();
    }
    let mut reply = reply::json(StatusCode::OK, &answer);
    if in_cookie {
        cookie::set(&mut reply, shared.control.gateway_id(), tokens, visit.secure);
    }
    reply
}
