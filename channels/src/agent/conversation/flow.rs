//! What an agent is saying, gathered: a record a token would cost more than the tokens.

use std::time::Duration;

use devtail_protocol::Time;

use super::{Conversation, Moment, Name, fit};
use crate::agent::message::{Block, EventKind, Message, block};

/// How long a word waits for the next one: less than an eye notices.
const GATHER_FOR: Duration = Duration::from_millis(40);
/// Bytes that wait no longer.
const GATHER_BYTES: usize = 1 << 10;

/// What an agent is saying.
#[derive(Debug)]
pub(super) struct Flow {
    /// The agent's name for the message.
    message: Option<String>,
    thought: bool,
    /// The entry it goes on in.
    entry: Option<u64>,
    /// What is not recorded.
    text: String,
    /// When that is to be.
    due: Time,
}

impl Flow {
    /// When what waits is to be recorded.
    pub(super) const fn due(&self) -> Option<Time> {
        if self.text.is_empty() { None } else { Some(self.due) }
    }
}

impl Conversation {
    pub(super) fn hear_text(
        &mut self,
        now: Moment,
        message: Option<String>,
        thought: bool,
        text: &str,
    ) {
        let goes_on =
            |flow: &Flow| flow.thought == thought && (message.is_none() || flow.message == message);
        if !self.flow.as_ref().is_some_and(goes_on) {
            self.flush(now);
        }
        let named = message.clone().map(|name| Name::of_message(thought, name));
        let named = named.and_then(|name| self.entries.get(&name).copied());
        let flow = self.flow.get_or_insert_with(|| Flow {
            message,
            thought,
            entry: named,
            text: String::new(),
            due: now.time,
        });
        if flow.text.is_empty() {
            flow.due = now.time + GATHER_FOR;
        }
        flow.text.push_str(text);
        if flow.text.len() >= GATHER_BYTES {
            self.spill(now);
        }
    }

    /// Records what waits. What comes next without a name is another message.
    pub(super) fn flush(&mut self, now: Moment) {
        self.spill(now);
        self.flow = None;
    }

    /// Records what waits.
    pub(super) fn spill(&mut self, now: Moment) {
        let Some(mut flow) = self.flow.take() else { return };
        let text = std::mem::take(&mut flow.text);
        for piece in fit::pieces(&text) {
            let has_room = |at: &u64| self.transcript.room(*at) >= piece.len();
            flow.entry = Some(match flow.entry.filter(has_room) {
                Some(at) => {
                    self.record(now, Some(at), EventKind::More(piece.to_owned()));
                    at
                }
                None => self.begin_message(now, &flow, piece),
            });
        }
        self.flow = Some(flow);
    }

    fn begin_message(&mut self, now: Moment, flow: &Flow, text: &str) -> u64 {
        let block = Block { kind: Some(block::Kind::Text(text.to_owned())) };
        let message = Message { blocks: vec![block], thought: flow.thought };
        let at = self.record(now, None, EventKind::Message(message));
        if let Some(name) = flow.message.clone() {
            self.entries.insert(Name::of_message(flow.thought, name), at);
        }
        at
    }
}
