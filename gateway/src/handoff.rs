//! `POST /api/handoff` and `/api/handoff/redeem`: a person goes on where they are, on another of their devices.
//!
//! What is handed over is a [`Place`]: a channel, how far it was read, and what was typed there and not sent.

use crate::{
    admit::{self, refusal},
    body, clock, errand,
    limits::{MAX_DRAFT_BYTES, MAX_PLACE_BYTES},
    notice::Notice,
    offer::{self, Offer},
    pairing::{self, Keeping},
    reply::{self, Reply},
    shared::Shared,
    visit::Visit,
};
use devtail_control::{HandedOff, Principal, Successor};
use devtail_protocol::ChannelId;
use http::{HeaderMap, Request, StatusCode, header::AUTHORIZATION};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::spawn_blocking;
use tracing::info;

/// Where a person is in a channel. Numbers of 64 bits are texts of decimal digits: JSON's numbers would round them. No
/// `Debug`: a person typed the draft.
#[derive(Serialize, Deserialize)]
struct Place {
    /// 32 hexadecimal digits.
    channel: String,
    /// The Log's life, as the maker knew it.
    epoch: String,
    /// How far it was read.
    offset: String,
    /// The first row in sight, in the kind's own count; absent if the newest rows are.
    scroll_row: Option<String>,
    /// What was typed and not sent, at most 16 KiB.
    #[serde(default)]
    draft: String,
    /// The channel's kind; the gateway knows it better than the asker.
    #[serde(default, skip_deserializing)]
    kind: &'static str,
}

/// What is asked. No `Debug`: it holds the ticket.
#[derive(Deserialize)]
struct Ask {
    ticket: String,
    #[serde(default)]
    device_name: String,
    /// True if a newcomer's refresh token is to go into a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

/// Makes a ticket.
pub(crate) async fn make(request: Request<Incoming>, visit: &Visit, shared: &Arc<Shared>) -> Reply {
    try_make(request, visit, shared).await.unwrap_or_else(|refusal| *refusal)
}

/// Redeems a ticket.
pub(crate) async fn redeem(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Reply {
    try_redeem(request, visit, shared).await.unwrap_or_else(|refusal| *refusal)
}

async fn try_make(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Result<Reply, Box<Reply>> {
    let principal = admit::owner(request.headers(), visit.remote.ip(), shared).await?;
    let base = offer::base(request.headers(), shared);
    let mut place: Place = body::json_within(request, visit, MAX_PLACE_BYTES).await?;
    let channel = place.channel().ok_or_else(|| Box::new(reply::bad_request(MALFORMED)))?;
    place.kind = may_read(shared, &principal, channel).await?;
    let (ours, from) = (shared.clone(), visit.remote.ip());
    let carried = serde_json::to_vec(&place).expect("a place is plain text");
    let make = move || ours.control.create_handoff(clock::now(), &principal, carried);
    match spawn_blocking(make).await.expect("create_handoff does not panic") {
        Ok(made) => {
            let offer = Offer {
                name: "ticket",
                key: "handoff",
                secret: &made.ticket,
                expires_in: made.expires_at.ms_since(clock::now()).div_ceil(1000),
            };
            Ok(offer.reply(&base, json!({}), shared))
        }
        Err(error) => Err(Box::new(refusal(&error, from, shared))),
    }
}

async fn try_redeem(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Result<Reply, Box<Reply>> {
    let from = visit.remote.ip();
    let principal = if shows_credential(request.headers()) {
        Some(admit::owner(request.headers(), from, shared).await?)
    } else {
        None
    };
    let Ask { ticket, device_name, cookie } = body::json(request, visit).await?;
    let (ours, asker) = (shared.clone(), principal.clone());
    let redeem = move || {
        let by = asker.as_ref().map_or(Successor::Newcomer(&device_name), Successor::Device);
        ours.control.redeem_handoff(clock::now(), &ticket, by, from)
    };
    let done = spawn_blocking(redeem).await.expect("redeem_handoff does not panic");
    let HandedOff { carried, enrolled } =
        done.map_err(|error| Box::new(refusal(&error, from, shared)))?;
    let place: Value = serde_json::from_slice(&carried).expect("it is what was put in");
    match (enrolled, principal) {
        (Some(enrolled), _) => {
            info!(device = %enrolled.device.id, name = %enrolled.device.name, %from, "a device was handed on to");
            let more = json!({ "place": place });
            let reply = pairing::welcome(&enrolled, Keeping::of(cookie), more, visit, shared);
            shared.notices.tell(Notice::Paired(enrolled.device));
            Ok(reply)
        }
        (None, Some(principal)) => {
            let channel = place["channel"].as_str().and_then(ChannelId::parse);
            may_read(shared, &principal, channel.expect("it was checked when it was put in"))
                .await?;
            Ok(reply::json(StatusCode::OK, &json!({ "place": place })))
        }
        (None, None) => unreachable!("whoever shows no credential comes as a newcomer"),
    }
}

const MALFORMED: &str = "a place is {channel: 32 hexadecimal digits, epoch, offset, scroll_row: decimal digits as texts, draft: at most 16 KiB}";

impl Place {
    /// The channel, if everything is as it should be.
    fn channel(&self) -> Option<ChannelId> {
        let is_number = |text: &String| text.parse::<u64>().is_ok();
        let numbers = [&self.epoch, &self.offset].into_iter().chain(&self.scroll_row);
        let numbers = numbers.into_iter().all(is_number);
        let channel = ChannelId::parse(&self.channel)?;
        (numbers && self.draft.len() <= MAX_DRAFT_BYTES).then_some(channel)
    }
}

/// The channel's kind, if this principal may read it.
async fn may_read(
    shared: &Arc<Shared>,
    principal: &Principal,
    channel: ChannelId,
) -> Result<&'static str, Box<Reply>> {
    let read = errand::may_read(shared, principal, channel).await;
    read.map_err(|fault| Box::new(reply::refused(&fault)))
}

/// Whether the request claims to come from a device; what is wrong with the claim is another matter.
fn shows_credential(headers: &HeaderMap) -> bool {
    headers.contains_key(AUTHORIZATION)
}
