//! What waits for a person: asked by the agent, answered once by whoever is first, told to the agent.

use super::{Agent, CANCEL_WITHIN, Conversation, Moment, Order};
use crate::agent::message::{
    Answered, Answerer, Ask, Asked, Choice, Delivery, EndReason, Ended, EntryKind, EventKind, State,
};

/// How far an Ask is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// It waits; the agent's number for it.
    Open(u64),
    /// It is answered, and the answer is on its way to the agent.
    Told,
    /// It waits, and the agent that asked is dead.
    Orphaned,
}

impl Conversation {
    /// The driver has written this answer to the agent.
    pub fn delivered(&mut self, now: Moment, ask: u64) {
        if self.asks.get(&ask) == Some(&Request::Told) {
            self.asks.remove(&ask);
            self.deliver(now, ask, Delivery::Done);
        }
    }

    pub(super) fn ask(&mut self, now: Moment, request: u64, tool: Option<String>, ask: Ask) {
        self.flush(now);
        let tool = tool.and_then(|tool| self.entry_of_tool(&tool));
        // Nobody could answer it.
        let is_void = ask.options.is_empty();
        let at = self.record(now, None, EventKind::Ask(Ask { tool, ..ask }));
        self.asks.insert(at, Request::Open(request));
        if is_void || matches!(self.agent, Agent::Cancelled(_)) {
            self.withdraw(now, at, Answerer::Cancel);
        } else {
            self.record_state(now, State::Waiting);
        }
    }

    /// The first answer counts, from whatever device.
    pub(super) fn choose(
        &mut self,
        now: Moment,
        device: &str,
        choice: &Choice,
    ) -> Result<(), String> {
        let Choice { ask, option } = choice;
        let (next, delivery) = match self.asks.get(ask) {
            Some(Request::Open(request)) => (Some(*request), Delivery::UnderWay),
            Some(Request::Orphaned) => (None, Delivery::Lost),
            Some(Request::Told) | None => {
                return Err("It was answered already, or the turn is over.".to_owned());
            }
        };
        if !self.transcript.offers(*ask, option) {
            return Err("The agent does not offer that answer.".to_owned());
        }
        self.record_answer(now, *ask, option, Answerer::Person, device, delivery);
        let Some(request) = next else {
            self.asks.remove(ask);
            return Ok(());
        };
        self.asks.insert(*ask, Request::Told);
        self.order(Order::Answer { ask: *ask, request, option: Some(option.clone()) });
        let waits = self.asks.values().any(|request| matches!(request, Request::Open(_)));
        if !waits && matches!(self.agent, Agent::Busy) {
            self.record_state(now, State::Running);
        }
        Ok(())
    }

    /// Every open request is answered before the agent is told.
    pub(super) fn cancel(&mut self, now: Moment) {
        self.spill(now);
        match &mut self.agent {
            Agent::Starting { prompt, .. } => {
                if prompt.take().is_some() {
                    let ended =
                        Ended { reason: EndReason::EndCancelled.into(), ..Ended::default() };
                    self.record(now, None, EventKind::Ended(ended));
                    self.record_state(now, State::Idle);
                }
            }
            Agent::Busy => {
                self.withdraw_open(now);
                self.order(Order::Cancel);
                self.agent = Agent::Cancelled(now.time + CANCEL_WITHIN);
            }
            Agent::Absent | Agent::Idle | Agent::Cancelled(_) => {}
        }
    }

    /// Nobody answers what is open.
    pub(super) fn withdraw_open(&mut self, now: Moment) {
        for ask in self.all_asks(|request| matches!(request, Request::Open(_))) {
            self.withdraw(now, ask, Answerer::Cancel);
        }
    }

    /// The agent died: what it asked is shown still, and what it was told may not have come to it.
    pub(super) fn orphan(&mut self, now: Moment) {
        for ask in self.all_asks(|request| *request == Request::Told) {
            self.asks.remove(&ask);
            self.deliver(now, ask, Delivery::Lost);
        }
        self.asks.values_mut().for_each(|request| *request = Request::Orphaned);
    }

    /// Something else is wanted now: what a dead agent asked is over.
    pub(super) fn bury(&mut self, now: Moment) {
        for ask in self.all_asks(|request| *request == Request::Orphaned) {
            self.withdraw(now, ask, Answerer::Death);
        }
    }

    /// Answers whose way was cut when the host died.
    pub(super) fn lose_answers(&mut self, now: Moment) {
        let is_under_way = |asked: &Asked| {
            let delivery = asked.answered.as_ref().map(Answered::delivery);
            delivery == Some(Delivery::UnderWay)
        };
        let asks = self.transcript.entries().filter_map(|entry| match &entry.kind {
            EntryKind::Asked(asked) if is_under_way(asked) => Some(entry.at),
            EntryKind::Asked(_)
            | EntryKind::Said(_)
            | EntryKind::Message(_)
            | EntryKind::Tool(_)
            | EntryKind::Notice(_)
            | EntryKind::Ended(_)
            | EntryKind::Raw(_) => None,
        });
        for ask in asks.collect::<Vec<_>>() {
            self.deliver(now, ask, Delivery::Lost);
        }
    }

    fn withdraw(&mut self, now: Moment, ask: u64, by: Answerer) {
        match self.asks.remove(&ask) {
            Some(Request::Open(request)) => {
                self.record_answer(now, ask, "", by, "", Delivery::UnderWay);
                self.asks.insert(ask, Request::Told);
                self.order(Order::Answer { ask, request, option: None });
            }
            Some(Request::Orphaned) => {
                self.record_answer(now, ask, "", by, "", Delivery::Lost);
            }
            Some(Request::Told) | None => {}
        }
    }

    fn all_asks(&self, are: impl Fn(&Request) -> bool) -> Vec<u64> {
        self.asks.iter().filter(|(_, request)| are(request)).map(|(ask, _)| *ask).collect()
    }

    /// How far an answer came; what it was stands already.
    fn deliver(&mut self, now: Moment, ask: u64, delivery: Delivery) {
        self.record_answer(now, ask, "", Answerer::Person, "", delivery);
    }

    fn record_answer(
        &mut self,
        now: Moment,
        ask: u64,
        option: &str,
        by: Answerer,
        who: &str,
        delivery: Delivery,
    ) {
        let answered = Answered {
            option: option.to_owned(),
            by: by.into(),
            who: who.to_owned(),
            delivery: delivery.into(),
        };
        self.record(now, Some(ask), EventKind::Answered(answered));
    }
}
