//! Prompts that wait for the end of a turn.

use super::{Agent, Conversation, Effect, Moment};
use crate::agent::limits::QUEUE_MAX;
use crate::agent::message::{Block, Busy, EventKind, Prompt, Queue, Queued, Said, WishId, block};

/// Characters of a waiting prompt that people are shown.
const PREVIEW_CHARS: usize = 128;

/// A prompt that waits for the end of a turn.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: WishId,
    pub(super) blocks: Vec<Block>,
    pub(super) device: String,
}

impl Conversation {
    pub(super) fn prompt(
        &mut self,
        now: Moment,
        device: &str,
        id: WishId,
        prompt: Prompt,
    ) -> Result<(), String> {
        let steers = prompt.busy() == Busy::Steer;
        let waiting = Waiting { id, blocks: prompt.blocks, device: device.to_owned() };
        match self.agent {
            Agent::Absent | Agent::Idle => self.begin(now, waiting),
            Agent::Starting { .. } | Agent::Busy | Agent::Cancelled(_) => {
                if self.queue.len() >= QUEUE_MAX {
                    return Err(format!(
                        "{QUEUE_MAX} prompts wait already. Take one back, or wait for the end of the turn."
                    ));
                }
                let place = if steers { 0 } else { self.queue.len() };
                self.queue.insert(place, waiting);
                self.record_queue(now);
            }
        }
        Ok(())
    }

    pub(super) fn requeue(
        &mut self,
        now: Moment,
        id: WishId,
        blocks: Vec<Block>,
    ) -> Result<(), String> {
        let Some(place) = self.queue.iter().position(|waiting| waiting.id == id) else {
            return Err("It waits no longer: the agent has it.".to_owned());
        };
        if blocks.is_empty() {
            self.queue.remove(place);
        } else {
            self.queue[place].blocks = blocks;
        }
        self.record_queue(now);
        Ok(())
    }

    pub(super) fn record_queue(&mut self, now: Moment) {
        let queue = self.queue.iter().map(Waiting::said).collect();
        self.effects.push_back(Effect::Queue(queue));
        let queued = self.queue.iter().map(Waiting::preview).collect();
        self.record(now, None, EventKind::Queue(Queue { queued }));
    }
}

impl Waiting {
    /// As it was kept; `None` if it has no name.
    pub(super) fn of(said: Said) -> Option<Self> {
        let Said { id, blocks, device } = said;
        Some(Self { id: WishId::read(&id).ok()?, blocks, device })
    }

    fn said(&self) -> Said {
        Said { id: self.id.write(), blocks: self.blocks.clone(), device: self.device.clone() }
    }

    fn preview(&self) -> Queued {
        let text = self.blocks.iter().find_map(|block| match block.kind.as_ref()? {
            block::Kind::Text(text) => Some(text.as_str()),
            block::Kind::Link(link) => Some(&link.name),
            block::Kind::Quote(quote) => Some(&quote.text),
            block::Kind::Attachment(attachment) => Some(&attachment.name),
        });
        let preview = text.unwrap_or_default().chars().take(PREVIEW_CHARS).collect();
        Queued { id: self.id.write(), preview }
    }
}
