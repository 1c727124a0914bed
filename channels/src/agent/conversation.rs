//! What becomes of a person's wish and of what the agent says: one machine, without an agent, a disk or a clock.
//!
//! ```text
//!   Wish ─► Conversation ─► Effect::Record ─► journal, Log
//!   Heard ─►     │   └────► Effect::Order ──► the agent's driver
//!                └ Transcript
//! ```
//!
//! Effects are carried out in their order: what is recorded before an order is on the disk before the order is given.

mod asks;
mod fit;
mod flow;
mod orders;
mod queue;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use devtail_protocol::Time;

use self::asks::Request;
use self::flow::Flow;
pub use self::orders::{Heard, Order};
use self::queue::Waiting;
use super::message::{
    Block, EndReason, Ended, Event, EventKind, Input, Notice, Said, Severity, State, Wish,
};
use super::transcript::Transcript;

/// How long an agent has to begin a session.
const START_WITHIN: Duration = Duration::from_secs(60);
/// How long a cancelled turn has to end before its agent is killed.
const CANCEL_WITHIN: Duration = Duration::from_secs(5);

/// The moment something happens.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// For what is to happen later.
    pub time: Time,
    /// For people: milliseconds since 1970 (UTC).
    pub at_ms: u64,
}

/// What the host should do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Append it to the journal and the Log.
    Record(Event),
    /// Keep these prompts, which wait, in place of those before.
    Queue(Vec<Said>),
    /// Tell the agent's driver.
    Order(Order),
}

/// A conversation and its agent.
#[derive(Debug)]
pub struct Conversation {
    transcript: Transcript,
    /// The Offset of the next record.
    head: u64,
    /// The newest turn's number.
    turn: u32,
    agent: Agent,
    queue: VecDeque<Waiting>,
    /// What the agent is saying, as far as it is not recorded.
    flow: Option<Flow>,
    /// The entries of what the agent has names for, in this turn: some count from 0 in each.
    entries: BTreeMap<Name, u64>,
    /// The Asks that are not done with, by their entries.
    asks: BTreeMap<u64, Request>,
    effects: VecDeque<Effect>,
}

#[derive(Debug)]
enum Agent {
    /// None runs.
    Absent,
    /// One is being started, and gets this prompt first; it is killed then.
    Starting { prompt: Option<Vec<Block>>, by: Time },
    /// It waits for a prompt.
    Idle,
    /// A turn runs.
    Busy,
    /// It was told to end the turn, and is killed then.
    Cancelled(Time),
}

/// What an agent has a name for. It may use one name for two sorts of things.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Message(String),
    Thought(String),
    Tool(String),
}

impl Name {
    fn of_message(thought: bool, name: String) -> Self {
        if thought { Self::Thought(name) } else { Self::Message(name) }
    }
}

impl Conversation {
    /// Of what was said so far, with no agent; `head` is the Offset of the next record, and `queue` what waited.
    pub fn new(transcript: Transcript, head: u64, queue: Vec<Said>) -> Self {
        let turn = transcript.entries().map(|entry| entry.turn).max().unwrap_or_default();
        let asks = transcript.waiting().map(|ask| (ask.at, Request::Orphaned)).collect();
        Self {
            transcript,
            head,
            turn,
            agent: Agent::Absent,
            queue: queue.into_iter().filter_map(Waiting::of).collect(),
            flow: None,
            entries: BTreeMap::new(),
            asks,
            effects: VecDeque::new(),
        }
    }

    /// The host died with its agent, and another takes the conversation up: what was under way is over. What waited waits.
    pub fn take_up(&mut self, now: Moment) {
        self.lose_answers(now);
        match self.transcript.state() {
            State::Idle | State::Lost => {}
            State::Starting | State::Running | State::Waiting => {
                let error = "The host was stopped while the agent was at work.".to_owned();
                self.lost(now, error);
            }
        }
    }

    /// What people read.
    pub const fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The Offset of the next record.
    pub const fn head(&self) -> u64 {
        self.head
    }

    /// A person wants something, for the first time; the device is what people call it.
    ///
    /// # Errors
    /// Why it cannot be done, for the person.
    pub fn handle_wish(&mut self, now: Moment, device: &str, input: Input) -> Result<(), String> {
        match input.wish {
            Wish::Prompt(prompt) => self.prompt(now, device, input.id, prompt),
            Wish::Cancel => {
                self.cancel(now);
                Ok(())
            }
            Wish::Choose(choice) => self.choose(now, device, &choice),
            Wish::Requeue(id, blocks) => self.requeue(now, id, blocks),
            Wish::Set(setting) => match self.agent {
                Agent::Idle | Agent::Busy | Agent::Cancelled(_) => {
                    self.order(Order::Set(setting));
                    Ok(())
                }
                Agent::Absent | Agent::Starting { .. } => {
                    Err("No agent runs that could take it. Write a prompt first.".to_owned())
                }
            },
            Wish::Rename(title) => {
                self.record(now, None, EventKind::Title(title));
                Ok(())
            }
        }
    }

    /// The agent said something.
    pub fn handle_agent(&mut self, now: Moment, heard: Heard) {
        match heard {
            Heard::Text { message, thought, text } => {
                self.hear_text(now, message, thought, &text);
            }
            Heard::Message(name, message) => {
                let name = Name::of_message(message.thought, name);
                self.upsert(now, name, EventKind::Message(message));
            }
            Heard::Tool(name, tool) => self.upsert(now, Name::Tool(name), EventKind::Tool(tool)),
            Heard::Content(name, content) => {
                if let Some(entry) = self.entry_of_tool(&name) {
                    self.record(now, Some(entry), EventKind::MoreContent(content));
                }
            }
            Heard::Permission { request, tool, ask } => self.ask(now, request, tool, ask),
            Heard::Ready => self.ready(now),
            Heard::TurnOver(ended) => self.turn_over(now, ended),
            Heard::Gone(why) => self.gone(now, why),
            Heard::Plan(plan) => self.note(now, EventKind::Plan(plan)),
            Heard::Usage(usage) => self.note(now, EventKind::Usage(usage)),
            Heard::Settings(settings) => self.note(now, EventKind::Settings(settings)),
            Heard::Commands(commands) => self.note(now, EventKind::Commands(commands)),
            Heard::Title(title) => self.note(now, EventKind::Title(title)),
            Heard::Notice(notice) => self.note(now, EventKind::Notice(notice)),
            Heard::Raw(raw) => self.note(now, EventKind::Raw(raw)),
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Moment) {
        if self.flow.as_ref().and_then(Flow::due).is_some_and(|due| due <= now.time) {
            self.spill(now);
        }
        if self.kill_at().is_some_and(|by| by <= now.time) {
            match &mut self.agent {
                Agent::Starting { by, .. } => *by = now.time + START_WITHIN,
                Agent::Absent | Agent::Idle | Agent::Busy | Agent::Cancelled(_) => {
                    self.agent = Agent::Busy;
                }
            }
            self.order(Order::Kill);
        }
    }

    /// When to call [`Self::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Time> {
        self.flow.as_ref().and_then(Flow::due).into_iter().chain(self.kill_at()).min()
    }

    /// When the agent has had time enough.
    const fn kill_at(&self) -> Option<Time> {
        match self.agent {
            Agent::Cancelled(by) | Agent::Starting { by, .. } => Some(by),
            Agent::Absent | Agent::Idle | Agent::Busy => None,
        }
    }

    /// What to do next; drain it after every call.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn begin(&mut self, now: Moment, waiting: Waiting) {
        let Waiting { id, blocks, device } = waiting;
        self.bury(now);
        self.entries.clear();
        self.turn += 1;
        let said = Said { id: id.write(), blocks: blocks.clone(), device };
        self.record(now, None, EventKind::Said(said));
        if matches!(self.agent, Agent::Idle) {
            self.record_state(now, State::Running);
            self.order(Order::Prompt(blocks));
            self.agent = Agent::Busy;
        } else {
            self.record_state(now, State::Starting);
            self.order(Order::Start);
            self.agent = Agent::Starting { prompt: Some(blocks), by: now.time + START_WITHIN };
        }
    }

    fn ready(&mut self, now: Moment) {
        let Agent::Starting { prompt, .. } = &mut self.agent else { return };
        if let Some(blocks) = prompt.take() {
            self.record_state(now, State::Running);
            self.order(Order::Prompt(blocks));
            self.agent = Agent::Busy;
        } else {
            self.agent = Agent::Idle;
            self.next_in_queue(now);
        }
    }

    fn note(&mut self, now: Moment, kind: EventKind) {
        self.record(now, None, kind);
    }

    fn turn_over(&mut self, now: Moment, ended: Ended) {
        if !matches!(self.agent, Agent::Busy | Agent::Cancelled(_)) {
            return;
        }
        self.flush(now);
        self.withdraw_open(now);
        self.record(now, None, EventKind::Ended(ended));
        self.agent = Agent::Idle;
        self.next_in_queue(now);
    }

    fn next_in_queue(&mut self, now: Moment) {
        match self.queue.pop_front() {
            Some(waiting) => {
                self.record_queue(now);
                self.begin(now, waiting);
            }
            None => self.record_state(now, State::Idle),
        }
    }

    /// What waits in the queue goes on waiting: a person decides what an agent that died is told next.
    fn gone(&mut self, now: Moment, why: String) {
        self.flush(now);
        self.orphan(now);
        match std::mem::replace(&mut self.agent, Agent::Absent) {
            Agent::Starting { prompt: Some(_), .. } | Agent::Busy | Agent::Cancelled(_) => {
                self.lost(now, why);
            }
            Agent::Idle | Agent::Starting { prompt: None, .. } => {
                let notice = Notice { severity: Severity::Warning.into(), text: why };
                self.record(now, None, EventKind::Notice(notice));
                self.record_state(now, State::Lost);
            }
            Agent::Absent => {}
        }
    }

    fn lost(&mut self, now: Moment, error: String) {
        let ended = Ended { reason: EndReason::EndLost.into(), error };
        self.record(now, None, EventKind::Ended(ended));
        self.record_state(now, State::Lost);
    }

    fn entry_of_tool(&self, name: &str) -> Option<u64> {
        self.entries.get(&Name::Tool(name.to_owned())).copied()
    }

    fn upsert(&mut self, now: Moment, name: Name, kind: EventKind) {
        self.flush(now);
        let known = self.entries.get(&name).copied();
        let at = self.record(now, known, kind);
        if known.is_none() {
            self.entries.insert(name, at);
        }
    }

    fn record_state(&mut self, now: Moment, state: State) {
        if self.transcript.state() != state {
            self.record(now, None, EventKind::State(state.into()));
        }
    }

    /// Records what the agent said, in as many records as it takes; says where the first stands in the Log.
    fn record(&mut self, now: Moment, entry: Option<u64>, kind: EventKind) -> u64 {
        let mut first = None;
        for kind in fit::records(kind) {
            let at = self.record_one(now, first.or(entry), kind);
            first.get_or_insert(entry.unwrap_or(at));
        }
        first.unwrap_or(self.head)
    }

    fn record_one(&mut self, now: Moment, entry: Option<u64>, kind: EventKind) -> u64 {
        let event = Event { at_ms: now.at_ms, turn: self.turn, entry, kind };
        let at = self.head;
        self.head += 1;
        self.transcript.apply(at, event.clone());
        self.effects.push_back(Effect::Record(event));
        at
    }

    fn order(&mut self, order: Order) {
        self.effects.push_back(Effect::Order(order));
    }
}

#[cfg(test)]
mod tests;
