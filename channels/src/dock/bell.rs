//! How a Dock wakes a connection, and what it tells it.

use std::collections::VecDeque;
use std::sync::Mutex;

use devtail_protocol::wire::Outcome;
use devtail_protocol::{Ch, Fault};
use tokio::sync::Notify;

/// What a connection must be told, beside "there is more to read".
#[derive(Debug)]
pub enum Note {
    /// Inputs are settled up to this number, the last with this outcome.
    Settled(Ch, u64, Outcome),
    /// What the inputs up to this number bring about at once stands before this Offset.
    Echoed(Ch, u64, u64),
    /// The channel is lost to this client.
    Lost(Ch, Fault),
}

/// One connection's bell, rung by all the Docks it reads from.
///
/// Notes are bounded by what a client may leave unsettled: acknowledgements of one channel in a row become one.
#[derive(Debug, Default)]
pub struct Bell {
    notify: Notify,
    notes: Mutex<VecDeque<Note>>,
}

impl Bell {
    /// Rings: there is more to read.
    pub fn ring(&self) {
        self.notify.notify_one();
    }

    /// Leaves a note and rings.
    pub fn note(&self, note: Note) {
        {
            let mut notes = self.notes.lock().expect("no one panics while holding a Bell");
            match (notes.back_mut(), &note) {
                (
                    Some(Note::Settled(ch, seq, Outcome::Applied)),
                    Note::Settled(other, newer, Outcome::Applied),
                ) if ch == other => {
                    *seq = *newer;
                }
                (Some(Note::Echoed(ch, seq, at)), Note::Echoed(other, newer, later))
                    if ch == other =>
                {
                    (*seq, *at) = (*newer, *later);
                }
                _ => notes.push_back(note),
            }
        }
        self.ring();
    }

    /// Takes the oldest note.
    pub fn take(&self) -> Option<Note> {
        self.notes.lock().expect("no one panics while holding a Bell").pop_front()
    }

    /// Waits until it is rung. Cancel safe.
    pub async fn rung(&self) {
        self.notify.notified().await;
    }
}
