//! What is typed on its way to the session.

use bytes::Bytes;

use super::{Left, View};
use crate::screen::escape::Typed;
use crate::screen::raw::window_size;
use devtail_channels::terminal::Input;
use devtail_client::{Event, LinkState};
use devtail_protocol::limits::INTERRUPT_UNSENT_MIN;

/// ^C, ^Z and ^\: what they interrupt need not be shown to its end.
const INTERRUPTS: [u8; 3] = [0x03, 0x1a, 0x1c];
const HELP: &str = "~. leaves, and the shell goes on · ~h shows what scrolled by · ~t takes over · ~~ types one ~ · ~? shows this";

impl View<'_> {
    /// Nothing at all: the window is gone.
    pub(super) async fn typed(&mut self, bytes: &[u8]) -> Option<Left> {
        if bytes.is_empty() {
            return Some(Left::Away);
        }
        let bytes = self.page_keys(bytes).await;
        if bytes.is_empty() {
            return None;
        }
        self.note = None;
        for typed in self.escape.feed(bytes) {
            match typed {
                Typed::Keys(keys) => {
                    let keys = self.page_keys(&keys).await;
                    if !keys.is_empty() {
                        self.keys(keys.to_vec());
                    }
                }
                Typed::History => self.open_history().await,
                Typed::Help => self.note = Some(format!("devtail: {HELP}")),
                Typed::TakeOver => drop(self.send(&Input::Drive)),
                Typed::Leave => return Some(Left::Away),
            }
        }
        None
    }

    pub(super) fn keys(&mut self, keys: Vec<u8>) {
        // A resize before a key comes before it, also where the signal comes later.
        if window_size().is_some_and(|size| size != self.size) {
            self.resized();
        }
        let interrupts = keys.iter().any(|key| INTERRUPTS.contains(key));
        let keys = Bytes::from(keys);
        let seq = self.send(&Input::Predicted(keys.clone()));
        self.overlay.measured(self.session.client.srtt());
        self.overlay.typed(self.now(), seq, &keys);
        if interrupts {
            self.session.client.refresh(self.ch, INTERRUPT_UNSENT_MIN);
        }
    }

    /// Sends an input behind all that is held; its number, if that was possible at once.
    pub(super) fn send(&mut self, input: &Input) -> Option<u64> {
        self.held.push_back(input.encode());
        self.send_held().filter(|_| self.held.is_empty())
    }

    /// Sends what is held, as far as the Outbox takes it; the number of the last.
    pub(super) fn send_held(&mut self) -> Option<u64> {
        let mut last = None;
        while let Some(input) = self.held.front() {
            let Ok(seq) = self.session.client.send(self.ch, input.clone()) else { return last };
            last = Some(seq);
            self.held.pop_front();
        }
        last
    }

    pub(super) fn resized(&mut self) {
        self.size = window_size().unwrap_or(self.size);
        self.send(&Input::Resize(self.size));
    }

    /// Inputs of which nobody has said that they were applied.
    pub(super) fn unsettled(&self) -> usize {
        self.session.client.waiting(self.ch).0 + self.held.len()
    }

    /// What was typed before leaving is on its way: it is settled before the link is dropped.
    pub(super) async fn last_words(&mut self) {
        while self.state == LinkState::Live && self.unsettled() > 0 {
            match self.session.events.next().await {
                Some(Event::State(state)) => self.state = state,
                Some(_) => drop(self.send_held()),
                None => return,
            }
        }
    }
}
