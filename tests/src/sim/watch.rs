//! Looks over a gateway's shoulder: does an echo of the focused channel wait behind more than one bulk frame?

use std::collections::BTreeMap;

use bytes::Bytes;
use devtail_protocol::limits::{
    ANSWER_PIECES, ANSWER_WITHIN, BULK_MAX, INTERACTIVE_MAX, STATE_CALM, ZSTD_WINDOW_LOG,
};
use devtail_protocol::session::Logs;
use devtail_protocol::wire::{Credit, Decoder, Frame, Open, Priority};
use devtail_protocol::{Ch, Time};

use super::Checked;
use super::dock::WireLogs;
use super::model::Model;

/// One link's frames, as somebody on the wire would read them.
#[derive(Debug)]
pub(super) struct Watch {
    decoder: Option<Decoder>,
    channels: BTreeMap<Ch, Seen>,
}

#[derive(Debug)]
struct Seen {
    model: Model,
    priority: Priority,
    sent: Option<u64>,
    limit: Option<u64>,
    /// When the reader last typed, and how many pieces of the answer may still go at once: only they are its echo.
    typed: Option<(Time, u32)>,
    /// When a Snapshot was last sent: for a while its reader may be served states.
    snapshot_at: Option<Time>,
    /// Bulk frames that went while an echo of this channel was ready.
    passed: u32,
}

impl Watch {
    pub(super) fn new(is_on: bool) -> Self {
        Self { decoder: is_on.then(|| Decoder::new(ZSTD_WINDOW_LOG)), channels: BTreeMap::new() }
    }

    /// A packet of the client.
    pub(super) fn received(&mut self, now: Time, packet: &Bytes) {
        if self.decoder.is_none() {
            return;
        }
        for frame in Decoder::new(0).open(packet.clone()).unwrap_or_default() {
            if let Frame::Hello(hello) = frame {
                hello.channels.iter().for_each(|open| self.open(open));
            } else if let Frame::Open(open) = frame {
                self.open(&open);
            } else if let Frame::Close(ch, _) = frame {
                self.channels.remove(&ch);
            } else if let Frame::Input(input) = frame {
                self.channels
                    .entry(input.ch)
                    .and_modify(|seen| seen.typed = Some((now, ANSWER_PIECES)));
            } else if let Frame::Window { credits, .. } = frame {
                credits.iter().for_each(|credit| self.credit(credit));
            }
        }
    }

    fn credit(&mut self, credit: &Credit) {
        if let Some(seen) = self.channels.get_mut(&credit.ch) {
            seen.priority = credit.priority;
            seen.limit = seen.limit.max(Some(credit.limit));
        }
    }

    fn open(&mut self, open: &Open) {
        self.channels.entry(open.ch).or_insert(Seen {
            model: Model::of(open.id),
            priority: open.priority,
            sent: None,
            limit: None,
            typed: None,
            snapshot_at: None,
            passed: 0,
        });
    }

    /// The channels that have an echo ready.
    pub(super) fn before(&self, now: Time, logs: &WireLogs<'_>) -> Vec<Ch> {
        let is_ready = |ch: Ch, seen: &Seen| {
            let (Some(sent), Some(limit), Some(extent)) = (seen.sent, seen.limit, logs.extent(ch))
            else {
                return false;
            };
            let unsent = extent.head.saturating_sub(sent);
            let is_answer =
                seen.typed.is_some_and(|(at, left)| left > 0 && now.since(at) <= ANSWER_WITHIN);
            let is_state = seen.snapshot_at.is_some_and(|at| now.since(at) < STATE_CALM * 2);
            seen.priority == Priority::Focused
                && is_answer
                && !is_state
                && seen.model == Model::Terminal
                && (1..=INTERACTIVE_MAX).contains(&unsent)
                && sent < limit
                && sent >= extent.base
        };
        self.channels.iter().filter(|(ch, seen)| is_ready(**ch, seen)).map(|(ch, _)| *ch).collect()
    }

    /// A packet of the gateway, chosen while these echoes were ready.
    pub(super) fn sent(&mut self, now: Time, packet: &Bytes, ready: &[Ch]) -> Checked {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let frames =
            decoder.open(packet.clone()).map_err(|fault| format!("a gateway's packet: {fault}"))?;
        for frame in frames {
            let (ch, sent, len) = if let Frame::Opened(opened) = frame {
                self.channels.entry(opened.ch).and_modify(|seen| seen.sent = None);
                continue;
            } else if let Frame::Snapshot(snapshot) = frame {
                self.channels.entry(snapshot.ch).and_modify(|seen| seen.snapshot_at = Some(now));
                (snapshot.ch, snapshot.at, 0)
            } else if let Frame::Data(data) = frame {
                (data.ch, data.off + data.bytes.len() as u64, data.bytes.len())
            } else {
                continue;
            };
            let Some(seen) = self.channels.get_mut(&ch) else { continue };
            (seen.sent, seen.passed) = (Some(sent), 0);
            seen.typed = seen.typed.map(|(at, left)| (at, left.saturating_sub(1)));
            if len > BULK_MAX && seen.model != Model::Agent {
                return Err(format!("a frame of {len} bytes of bulk"));
            }
            for other in ready.iter().filter(|other| **other != ch && !ready.contains(&ch)) {
                let Some(waits) = self.channels.get_mut(other) else { continue };
                waits.passed += 1;
                if waits.passed > 1 {
                    return Err(format!(
                        "an echo of channel {other} waited for {} bulk frames",
                        waits.passed
                    ));
                }
            }
        }
        Ok(())
    }
}
