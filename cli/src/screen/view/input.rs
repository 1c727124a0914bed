//! What is typed on its way to the session.

use super::{Left, View};
use crate::screen::escape::Typed;
use crate::screen::raw::window_size;
use devtail_channels::terminal::Input;
use devtail_client::{Event, LinkState};
use devtail_protocol::limits::INTERRUPT_UNSENT_MIN;

/// ^C, ^Z and ^\: what they interrupt need not be shown to its end.
const INTERRUPTS: [u8; 3] = [0x03, 0x1a, 0x1c];
const HELP: &str =
    "~. leaves, and the shell goes on · ~t takes over · ~~ types one ~ · ~? shows this";

impl View<'_> {
    /// Nothing at all: the window is gone.
    pub(super) fn typed(&mut self, bytes: &[u8]) -> Option<Left> {
        if bytes.is_empty() {
            return Some(Left::Away);
        }
        self.note = None;
        for typed in self.escape.feed(bytes) {
            match typed {
                Typed::Keys(keys) => self.keys(keys),
                Typed::Help => self.note = Some(format!("devtail: {HELP}")),
                Typed::TakeOver => self.send(&Input::Drive),
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
        self.send(&Input::Keys(keys.into()));
        if interrupts {
            self.session.client.refresh(self.ch, INTERRUPT_UNSENT_MIN);
        }
    }

    pub(super) fn send(&mut self, input: &Input) {
        self.held.push_back(input.encode());
        self.send_held();
    }

    pub(super) fn send_held(&mut self) {
        while let Some(input) = self.held.front() {
            if self.session.client.send(self.ch, input.clone()).is_err() {
                return;
            }
            self.held.pop_front();
        }
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
                Some(_) => self.send_held(),
                None => return,
            }
        }
    }
}
