//! Reads the JSON body of a request: small, in time, and only if no foreign page can have sent it.

use crate::{
    limits::MAX_BODY_BYTES,
    reply::{self, Reply},
    visit::Visit,
};
use http::{Request, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use tokio::time::timeout_at;

/// Reads the whole body, at most 4 KiB, into a `T`.
pub(crate) async fn json<T: DeserializeOwned>(
    request: Request<Incoming>,
    visit: &Visit,
) -> Result<T, Box<Reply>> {
    json_within(request, visit, MAX_BODY_BYTES).await
}

/// Reads the whole body into a `T`. More than [`MAX_BODY_BYTES`] only from who has proved who they are.
pub(crate) async fn json_within<T: DeserializeOwned>(
    request: Request<Incoming>,
    visit: &Visit,
    bytes_max: usize,
) -> Result<T, Box<Reply>> {
    let deadline = visit.body_deadline();
    // A form of a foreign page can send text, but no application/json without asking first, which is never granted.
    if !is_json(request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok())) {
        return Err(Box::new(reply::bad_request("Content-Type must be application/json")));
    }
    let body = timeout_at(deadline, Limited::new(request.into_body(), bytes_max).collect()).await;
    let bytes = match body {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return Err(closing(reply::text(
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is longer than this path takes.\n",
            )));
        }
        Ok(Err(_)) => return Err(closing(reply::bad_request("the body broke off"))),
        Err(_) => {
            return Err(closing(reply::text(
                StatusCode::REQUEST_TIMEOUT,
                "The body took more than 5 s.\n",
            )));
        }
    };
    // serde's own message may quote the body, which holds a secret.
    serde_json::from_slice(&bytes).map_err(|_| {
        Box::new(reply::bad_request("the body is not the JSON object that is expected"))
    })
}

fn is_json(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|value| {
        value
            .split(';')
            .next()
            .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
    })
}

fn closing(mut reply: Reply) -> Box<Reply> {
    reply::set(&mut reply, http::header::CONNECTION, "close");
    Box::new(reply)
}
