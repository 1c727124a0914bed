//! The metrics' names, sorts and meanings: what a dashboard is built on, so a changed name is a breaking change.

/// Grows only, or goes up and down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sort {
    Counter,
    Gauge,
}

/// One metric. `label` is empty for one that has none.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) name: &'static str,
    pub(super) sort: Sort,
    pub(super) label: &'static str,
    pub(super) meaning: &'static str,
}

const fn gauge(name: &'static str, label: &'static str, meaning: &'static str) -> Name {
    Name { name, sort: Sort::Gauge, label, meaning }
}

const fn counter(name: &'static str, label: &'static str, meaning: &'static str) -> Name {
    Name { name, sort: Sort::Counter, label, meaning }
}

pub(super) const BUILD: Name =
    gauge("devtail_build_info", "version", "Always 1; the label says what runs.");
pub(super) const UPTIME: Name =
    gauge("devtail_uptime_seconds", "", "How long the gateway has run.");
pub(super) const LINKS: Name = gauge("devtail_links", "", "Live WebSockets.");
pub(super) const SESSIONS: Name =
    gauge("devtail_sessions", "", "Client instances with a live link.");
pub(super) const PENDING: Name =
    gauge("devtail_pending_connections", "", "Connections that have not proved who they are.");
pub(super) const LINKS_OPENED: Name =
    counter("devtail_links_opened_total", "", "WebSockets ever admitted.");
pub(super) const RECEIVED_BYTES: Name =
    counter("devtail_received_bytes_total", "", "Packets received over links, on the wire.");
pub(super) const SENT_BYTES: Name =
    counter("devtail_sent_bytes_total", "", "Packets sent over links, on the wire.");
pub(super) const CHANNELS: Name = gauge("devtail_channels", "kind", "Running channels.");
pub(super) const FAULTS: Name = counter("devtail_faults_total", "code", "Faults told to clients.");
pub(super) const REFUSALS: Name =
    counter("devtail_auth_refusals_total", "code", "Requests whose sender was not let in.");
pub(super) const TURNED_AWAY: Name = counter(
    "devtail_connections_turned_away_total",
    "reason",
    "Connections closed before they could say anything.",
);
pub(super) const ANSWERS: Name =
    counter("devtail_http_answers_total", "status", "Answers to plain HTTP requests.");
