//! What machines ask: is it alive, may it be sent work, and how is it doing.

use crate::{
    reply::{self, Reply},
    shared::{Phase, Shared},
};
use http::StatusCode;
use std::net::IpAddr;

/// `/healthz`: the process answers.
pub(crate) fn alive() -> Reply {
    reply::text(StatusCode::OK, "alive\n")
}

/// `/readyz`: channels of a former life were recovered, and the gateway is not about to stop.
pub(crate) fn ready(phase: Phase) -> Reply {
    match phase {
        Phase::Starting => reply::text(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
        Phase::Serving => reply::text(StatusCode::OK, "ready\n"),
        Phase::Draining { .. } => reply::text(StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
    }
}

/// `/metrics`, for this machine, or for anyone if the configuration says so.
pub(crate) fn metrics(from: IpAddr, shared: &Shared) -> Reply {
    if !shared.config.metrics_public && !from.to_canonical().is_loopback() {
        return reply::text(
            StatusCode::FORBIDDEN,
            "Metrics are for this machine alone; set metrics_public to change that.\n",
        );
    }
    for (kind, running) in shared.hub.count() {
        shared.metrics.channels.set(kind, running as u64);
    }
    let text = shared.metrics.render(shared.gauges());
    reply::body(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_serving_gateway_is_ready() {
        let until = tokio::time::Instant::now();
        assert_eq!(ready(Phase::Serving).status(), StatusCode::OK);
        for phase in [Phase::Starting, Phase::Draining { until }] {
            assert_eq!(ready(phase).status(), StatusCode::SERVICE_UNAVAILABLE, "{phase:?}");
        }
    }
}
