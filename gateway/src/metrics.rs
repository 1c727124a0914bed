//! What the gateway counts, as Prometheus text. Names and meanings are in [`names`]; labels are closed sets of words.

mod family;
mod names;
mod text;

pub(crate) use family::Family;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use text::Page;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Everything counted while the gateway runs.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Bytes of packets received over links, as the wire has them.
    pub(crate) received_bytes: Counter,
    /// Bytes of packets sent over links, as the wire has them.
    pub(crate) sent_bytes: Counter,
    /// Links ever opened.
    pub(crate) links_opened: Counter,
    /// Running channels by kind.
    pub(crate) channels: Family,
    /// Faults told to clients, by code.
    pub(crate) faults: Family,
    /// Who was not let in, by the reason's code.
    pub(crate) refusals: Family,
    /// Connections closed before they said anything, by reason.
    pub(crate) turned_away: Family,
    /// Plain HTTP answers, by status.
    pub(crate) answers: Family,
}

/// What is read off elsewhere at the time of the question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gauges {
    pub(crate) links: usize,
    pub(crate) sessions: usize,
    pub(crate) pending: usize,
    pub(crate) uptime_seconds: f64,
}

impl Metrics {
    /// The whole page of metrics.
    pub(crate) fn render(&self, now: Gauges) -> String {
        let mut page = Page::default();
        page.build();
        page.number(&names::UPTIME, now.uptime_seconds);
        page.number(&names::LINKS, now.links as f64);
        page.number(&names::SESSIONS, now.sessions as f64);
        page.number(&names::PENDING, now.pending as f64);
        page.number(&names::LINKS_OPENED, self.links_opened.value() as f64);
        page.number(&names::RECEIVED_BYTES, self.received_bytes.value() as f64);
        page.number(&names::SENT_BYTES, self.sent_bytes.value() as f64);
        page.family(&names::CHANNELS, &self.channels);
        page.family(&names::FAULTS, &self.faults);
        page.family(&names::REFUSALS, &self.refusals);
        page.family(&names::TURNED_AWAY, &self.turned_away);
        page.family(&names::ANSWERS, &self.answers);
        page.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Gauges = Gauges { links: 2, sessions: 3, pending: 1, uptime_seconds: 1.5 };

    #[test]
    fn every_line_is_prometheus_text() {
        let metrics = Metrics::default();
        metrics.sent_bytes.add(7);
        metrics.faults.add("too_large", 1);
        metrics.faults.add("too_large", 1);
        metrics.channels.set("terminal", 4);
        let text = metrics.render(NOW);
        for wanted in [
            "# TYPE devtail_links gauge\ndevtail_links 2\n",
            "devtail_uptime_seconds 1.5\n",
            "# TYPE devtail_sent_bytes_total counter\ndevtail_sent_bytes_total 7\n",
            "devtail_faults_total{code=\"too_large\"} 2\n",
            "devtail_channels{kind=\"terminal\"} 4\n",
        ] {
            assert!(text.contains(wanted), "{wanted} is not in\n{text}");
        }
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').expect(line);
            assert!(name.starts_with("devtail_") && value.parse::<f64>().is_ok(), "{line}");
        }
    }
}
