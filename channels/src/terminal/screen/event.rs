//! What happened once: the newest are kept, so that a reader who was away learns of them from a Snapshot.

use super::Screen;
use crate::terminal::limits::{CLIPBOARD_BYTES_KEPT, EVENTS_MAX};
use crate::terminal::message::{Event, Happening};

impl Screen {
    /// What happened at or after this Offset, oldest first, as far as it is kept.
    pub fn events_after(&self, offset: u64) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.at > offset)
    }

    /// Notes that something happened; the oldest goes above the bounds.
    pub(super) fn happened(&mut self, at: u64, what: Happening) {
        self.events.push_back(Event { at, what });
        while self.events.len() > EVENTS_MAX || self.clipboard_bytes() > CLIPBOARD_BYTES_KEPT {
            self.events.pop_front();
        }
    }

    fn clipboard_bytes(&self) -> usize {
        let bytes = |event: &Event| match &event.what {
            Happening::Bell | Happening::Finished { .. } => 0,
            Happening::Clipboard { text, .. } => text.len(),
        };
        self.events.iter().map(bytes).sum()
    }
}
