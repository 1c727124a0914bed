//! What the session tells on its way to the window.

use anyhow::Result;
use devtail_channels::terminal::{End, Input, Snapshot};
use devtail_client::{ChannelEvent, Event, LinkState};
use tokio::time::Instant;

use super::{Left, View};
use crate::exit::{Failure, of_state, printable};
use crate::screen::happened;

impl View<'_> {
    pub(super) async fn event(&mut self, event: Event) -> Result<Option<Left>> {
        match event {
            Event::State(state) => {
                of_state(&state).map_or(Ok(()), Err)?;
                let is_live = state == LinkState::Live;
                self.not_live_since =
                    (!is_live).then(|| self.not_live_since.unwrap_or_else(Instant::now));
                self.state = state;
            }
            Event::Channel(ch, event) if ch == self.ch => return self.channel_event(event).await,
            Event::Channel(..) | Event::DialFailed(_) | Event::Fetched { .. } => {}
        }
        Ok(None)
    }

    pub(super) async fn channel_event(&mut self, event: ChannelEvent) -> Result<Option<Left>> {
        match event {
            ChannelEvent::Data { off, bytes } => {
                let upto = off + bytes.len() as u64;
                let passed = self.passage.feed(&bytes);
                let shown = self.overlay.data(self.now(), self.frame(), off, &bytes, &passed);
                self.writer.put_log(shown, self.ch, upto).await;
            }
            ChannelEvent::Snapshot { at, had, state } => self.snapshot(at, had, &state).await?,
            ChannelEvent::End { status, .. } => {
                return Ok(Some(Left::Ended(End::decode(&status)?)));
            }
            ChannelEvent::InputRefused { reason, .. } => {
                self.overlay.forget();
                self.note = Some(format!("devtail: {} (~t takes over)", printable(&reason)));
            }
            ChannelEvent::InputsUnknown { first, next } => {
                let count = next.saturating_sub(first);
                self.note = Some(format!(
                    "devtail: {count} of your inputs may be typed or not: the host lost track; look before you repeat them"
                ));
            }
            ChannelEvent::Unavailable(fault) => {
                self.unavailable =
                    Some(format!("devtail: {} Trying again.", printable(&fault.message)));
            }
            ChannelEvent::Refused(fault) => return Err(Failure::of(&fault).into()),
            // On a new Link a refresh counts only once the channel is open.
            ChannelEvent::Opened(_) => {
                self.unavailable = None;
                self.send(&Input::Resize(self.size));
                self.repaint();
            }
            ChannelEvent::Echoed { seq, at } => self.overlay.echoed(self.now(), seq, at),
            ChannelEvent::Applied(_) => {}
        }
        Ok(None)
    }

    pub(super) async fn snapshot(&mut self, at: u64, had: Option<u64>, state: &[u8]) -> Result<()> {
        let snapshot = Snapshot::decode(state)?;
        self.overlay.snapshot(&snapshot, at);
        self.passage.begin_anew();
        let mut shown = self.passage.feed(&snapshot.vt);
        shown.extend(happened::since(had, &snapshot.events));
        self.shown = None;
        self.is_dirty = false;
        self.writer.put(shown).await;
        Ok(())
    }
}
