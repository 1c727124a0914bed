//! Which request is answered by what. Everything the gateway says over plain HTTP passes here.

use crate::{
    admit, handoff, health, page, pairing,
    reply::{self, Reply},
    share,
    shared::Shared,
    subscribe, token,
    visit::Visit,
};
use http::{Request, StatusCode, header::ALLOW};
use hyper::body::Incoming;
use std::sync::Arc;

/// Answers one request.
pub(crate) async fn answer(
    request: Request<Incoming>,
    visit: &Visit,
    shared: &Arc<Shared>,
) -> Reply {
    visit.ask();
    let reply = match checked(&request, visit, shared) {
        Ok(()) => route(request, visit, shared).await,
        Err(refusal) => *refusal,
    };
    shared.metrics.answers.add(status_word(reply.status()), 1);
    reply
}

/// Host for everything; Origin, and nothing behind a `?`, for what can do something.
fn checked(request: &Request<Incoming>, visit: &Visit, shared: &Shared) -> Result<(), Box<Reply>> {
    let host = shared.guard.host(request.headers())?;
    let path = request.uri().path();
    if path != "/ws" && !path.starts_with("/api/") {
        return Ok(());
    }
    shared.guard.origin(request.headers(), visit.secure, &host)?;
    if request.uri().query().is_some() {
        // URLs end up in logs and histories: a credential in one is refused even if it is a good one.
        return Err(Box::new(reply::bad_request(
            "nothing is read from the URL; credentials belong into headers or the body",
        )));
    }
    Ok(())
}

async fn route(request: Request<Incoming>, visit: &Visit, shared: &Arc<Shared>) -> Reply {
    let path = request.uri().path();
    match (path, request.method().as_str()) {
        ("/ws", "GET") => admit::answer(request, visit, shared).await,
        ("/api/pair", "POST") => pairing::answer(request, visit, shared).await,
        ("/api/token", "POST") => token::answer(request, visit, shared).await,
        ("/api/handoff", "POST") => handoff::make(request, visit, shared).await,
        ("/api/handoff/redeem", "POST") => handoff::redeem(request, visit, shared).await,
        ("/api/push/key", "GET") => subscribe::key(shared),
        ("/api/push/subscribe", "POST") => subscribe::subscribe(request, visit, shared).await,
        ("/api/push/subscribe", "DELETE") => subscribe::unsubscribe(request, visit, shared).await,
        ("/api/share", "POST") => share::make(request, visit, shared).await,
        ("/api/share", "DELETE") => share::end(request, visit, shared).await,
        ("/api/share/open", "POST") => share::open(request, visit, shared).await,
        ("/healthz", "GET" | "HEAD") => health::alive(),
        ("/readyz", "GET" | "HEAD") => health::ready(shared.phase()),
        ("/metrics", "GET" | "HEAD") => health::metrics(visit.remote.ip(), shared),
        ("/ws", _) => not_allowed("GET"),
        ("/api/pair" | "/api/token" | "/api/handoff" | "/api/handoff/redeem", _) => {
            not_allowed("POST")
        }
        ("/api/push/key", _) => not_allowed("GET"),
        ("/api/share/open", _) => not_allowed("POST"),
        ("/api/push/subscribe" | "/api/share", _) => not_allowed("POST, DELETE"),
        (path, "GET" | "HEAD") => page::answer(path, request.headers()),
        _ => not_allowed("GET, HEAD"),
    }
}

fn not_allowed(allow: &'static str) -> Reply {
    let mut reply =
        reply::text(StatusCode::METHOD_NOT_ALLOWED, "This path does not take that method.\n");
    reply::set(&mut reply, ALLOW, allow);
    reply
}

/// A closed set of words, so that the metric stays small.
fn status_word(status: StatusCode) -> &'static str {
    match status.as_u16() {
        101 => "101",
        200 => "200",
        304 => "304",
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        426 => "426",
        429 => "429",
        503 => "503",
        other if other < 500 => "4xx",
        _ => "5xx",
    }
}
