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
use serde_json::{Value, json};
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
            let reply = welcome(&enrolled, Keeping::of(cookie), json!({}), visit, shared);
            shared.notices.tell(Notice::Paired(enrolled.device));
            reply
        }
        Err(error) => refusal(&error, from, shared),
    }
}

/// Where a new device keeps its refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// In a cookie that no script can read.
    Cookie,
    /// In a place of its own: the answer holds it.
    Own,
}

impl Keeping {
    pub(crate) const fn of(in_cookie: bool) -> Self {
        if in_cookie { Self::Cookie } else { Self::Own }
    }
}

/// What a device that has just come in is told; `more` is an object of what else it should know.
pub(crate) fn welcome(
    enrolled: &Enrolled,
    keeping: Keeping,
    more: Value,
    visit: &Visit,
    shared: &Shared,
) -> Reply {
    let Enrolled { device, tokens } = enrolled;
    let mut answer = more;
    let known = json!({
        "gateway_id": shared.control.gateway_id(),
        "host": shared.machine,
        "device_id": device.id,
        "device": device.name,
        "scopes": device.grant.scopes,
        "access_token": tokens.access.token.expose(),
        "access_expires_at": tokens.access.expires_at.unix_s(),
    });
    let fields = known.as_object().expect("it is one").clone();
    answer.as_object_mut().expect("callers give an object").extend(fields);
    if keeping == Keeping::Own {
        answer["refresh_token"] = tokens.refresh.expose().into();
    }
    let mut reply = reply::json(StatusCode::OK, &answer);
    if keeping == Keeping::Cookie {
        cookie::set(&mut reply, shared.control.gateway_id(), tokens, visit.secure);
    }
    reply
}
