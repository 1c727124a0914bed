//! What waits for a person: asked by the agent, answered once by whoever is first, told to the agent.

use super::{Agent, CANCEL_WITHIN, Conversation, Moment, Order};
use crate::agent::message::{Answered, Answerer, Ask, Choice, Delivery, EventKind, State};

/// What an agent waits for.
#[derive(Debug)]
pub(super) enum Request {
    /// Its number for the request.
    Open(u64),
    /// The agent that asked is dead.
    Orphaned,
}

impl Conversation {
    /// The driver has written this answer to the agent.
    pub fn delivered(&mut self, now: Moment, ask: u64) {
        self.told(now, ask, Delivery::Done);
    }

    pub(super) fn ask(&mut self, now: Moment, request: u64, tool: Option<String>, ask: Ask) {
        self.flush(now);
        let tool = tool.and_then(|tool| self.entries.get(&tool).copied());
        let at = self.record(now, None, EventKind::Ask(Ask { tool, ..ask }));
        self.asks.insert(at, Request::Open(request));
        self.record_state(now, State::Waiting);
    }

    /// The first answer counts, from whatever device.
    pub(super) fn choose(
        &mut self,
        now: Moment,
        device: &str,
        choice: &Choice,
    ) -> Result<(), String> {
        let Choice { ask, option } = choice;
        let Some(request) = self.asks.get(ask) else {
            return Err("It was answered already, or the turn is over.".to_owned());
        };
        if !self.transcript.offers(*ask, option) {
            return Err("The agent does not offer that answer.".to_owned());
        }
        let delivery = match request {
            Request::Open(_) => Delivery::UnderWay,
            Request::Orphaned => Delivery::Lost,
        };
        let request = self.asks.remove(ask);
        self.record_answer(now, *ask, option, Answerer::Person, device, delivery);
        if let Some(Request::Open(request)) = request {
            self.order(Order::Answer { ask: *ask, request, option: Some(option.clone()) });
            if self.asks.is_empty() && matches!(self.agent, Agent::Busy) {
                self.record_state(now, State::Running);
            }
        }
        Ok(())
    }

    /// Every open request is answered before the agent is told.
    pub(super) fn cancel(&mut self, now: Moment) {
        self.spill(now);
        if !matches!(self.agent, Agent::Busy) {
            return;
        }
        for (ask, request) in std::mem::take(&mut self.asks) {
            let delivery = match request {
                Request::Open(_) => Delivery::UnderWay,
                Request::Orphaned => Delivery::Lost,
            };
            self.record_answer(now, ask, "", Answerer::Cancel, "", delivery);
            if let Request::Open(request) = request {
                self.order(Order::Answer { ask, request, option: None });
            }
        }
        self.order(Order::Cancel);
        self.agent = Agent::Cancelled(now.time + CANCEL_WITHIN);
    }

    fn told(&mut self, now: Moment, ask: u64, delivery: Delivery) {
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
