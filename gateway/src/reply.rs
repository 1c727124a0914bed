//! Answers to plain HTTP requests: one way to build each sort, always with the headers that keep a browser strict.

use bytes::Bytes;
use devtail_protocol::{Code, Fault};
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body_util::Full;
use serde_json::{Value, json};
use std::time::Duration;

/// An answer whose body is held whole.
pub(crate) type Reply = Response<Full<Bytes>>;

/// An answer with a body of the given sort. Never cached, unless the caller says otherwise.
pub(crate) fn body(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    set(&mut reply, CONTENT_TYPE, content_type);
    set(&mut reply, CACHE_CONTROL, "no-store");
    set(&mut reply, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut reply, REFERRER_POLICY, "no-referrer");
    reply
}

/// Sets a header.
pub(crate) fn set(reply: &mut Reply, name: HeaderName, value: &'static str) {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
}

/// A line of text.
pub(crate) fn text(status: StatusCode, line: &'static str) -> Reply {
    body(status, "text/plain; charset=utf-8", line)
}

/// A JSON object.
pub(crate) fn json(status: StatusCode, value: &Value) -> Reply {
    body(status, "application/json", value.to_string())
}

/// 400: what was wrong with the request, for whoever writes the client.
pub(crate) fn bad_request(message: &str) -> Reply {
    json(StatusCode::BAD_REQUEST, &json!({"error": "bad_request", "message": message}))
}

/// 401: the same for every reason; which one it was is for our log alone.
pub(crate) fn sign_in_required() -> Reply {
    let mut reply = json(StatusCode::UNAUTHORIZED, &json!({"error": "sign_in_required"}));
    set(&mut reply, WWW_AUTHENTICATE, "Bearer");
    reply
}

/// 403: the page that asks is not one of ours.
pub(crate) fn forbidden(message: &str) -> Reply {
    json(StatusCode::FORBIDDEN, &json!({"error": "forbidden", "message": message}))
}

/// What a fault is over plain HTTP: 404 for what is not there, 403 for what is not allowed, 503 for what may pass.
pub(crate) fn refused(fault: &Fault) -> Reply {
    let (status, word) = if matches!(fault.code, Code::Gone | Code::UnknownKind) {
        (StatusCode::NOT_FOUND, "gone")
    } else if matches!(fault.code, Code::Denied | Code::Revoked) {
        (StatusCode::FORBIDDEN, "forbidden")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    };
    json(status, &json!({"error": word, "message": fault.message}))
}

/// 421: the Host header names somebody else.
pub(crate) fn misdirected() -> Reply {
    let message = "this gateway does not answer to that name; if it should, set public_host in its configuration";
    json(StatusCode::MISDIRECTED_REQUEST, &json!({"error": "misdirected", "message": message}))
}

/// 429: the same request may succeed later.
pub(crate) fn slow_down(retry_after: Duration) -> Reply {
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    let mut reply = json(
        StatusCode::TOO_MANY_REQUESTS,
        &json!({"error": "slow_down", "retry_after_s": seconds}),
    );
    reply.headers_mut().insert(RETRY_AFTER, seconds.into());
    reply
}

/// 503: we failed, or are about to stop.
pub(crate) fn unavailable(message: &str) -> Reply {
    json(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": "unavailable", "message": message}))
}
