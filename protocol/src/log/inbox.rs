//! The Inbox: which inputs of which client were applied. It lives in the process that applies them.

use std::collections::BTreeMap;

use crate::id::ClientId;
use crate::limits::INBOX_CLIENTS_MAX;
use crate::wire::{Inputs, OutboxRange};

/// What to do with an input that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the next: apply it.
    Apply,
    /// It was applied before: acknowledge again, do nothing.
    Duplicate,
    /// One before it is missing: the link broke a rule.
    Gap,
}

/// Client instance → highest input number taken. Bounded; the least recently heard instance is forgotten.
#[derive(Debug, Default)]
pub struct Inbox {
    clients: BTreeMap<ClientId, Entry>,
    clock: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    applied: u64,
    heard: u64,
}

impl Inbox {
    /// An Inbox that knows nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Meets a client that says which inputs it still holds; answers what is known of them, and up to where all is settled.
    ///
    /// An instance that is not known and holds inputs after number 1 was forgotten (or its owner died): whether they
    /// were applied cannot be told, so they are settled as unknown and numbering goes on behind them.
    pub fn meet(&mut self, client: ClientId, outbox: Option<OutboxRange>) -> (Inputs, u64) {
        let range = outbox.unwrap_or(OutboxRange { first: 1, next: 1 });
        let known = self.clients.get(&client).map(|entry| entry.applied);
        let (inputs, applied) = match known {
            Some(applied) if applied + 1 >= range.first => (Inputs::Known, applied),
            None if range.first == 1 => (Inputs::Known, 0),
            Some(_) | None if range.next == range.first => (Inputs::Known, range.first - 1),
            Some(_) | None => (Inputs::Unknown, range.next - 1),
        };
        self.set(client, applied);
        (inputs, applied)
    }

    /// Judges an input; one to apply counts as taken from now on, so apply it or end.
    pub fn take(&mut self, client: ClientId, seq: u64) -> Verdict {
        let applied = self.applied(client);
        match seq {
            _ if seq <= applied => Verdict::Duplicate,
            _ if seq == applied + 1 => {
                self.set(client, seq);
                Verdict::Apply
            }
            _ => Verdict::Gap,
        }
    }

    /// The highest number taken of this client; 0 if none.
    pub fn applied(&self, client: ClientId) -> u64 {
        self.clients.get(&client).map_or(0, |entry| entry.applied)
    }

    fn set(&mut self, client: ClientId, applied: u64) {
        self.clock += 1;
        self.clients.insert(client, Entry { applied, heard: self.clock });
        if self.clients.len() > INBOX_CLIENTS_MAX {
            let oldest =
                self.clients.iter().min_by_key(|(_, entry)| entry.heard).map(|(client, _)| *client);
            oldest.map(|client| self.clients.remove(&client));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: ClientId = ClientId([1; 16]);

    fn holds(first: u64, next: u64) -> Option<OutboxRange> {
        Some(OutboxRange { first, next })
    }

    #[test]
    fn an_input_is_applied_once_however_often_it_arrives() {
        let mut inbox = Inbox::new();
        assert_eq!(inbox.meet(PHONE, None), (Inputs::Known, 0));
        assert_eq!(inbox.take(PHONE, 1), Verdict::Apply);
        assert_eq!(inbox.take(PHONE, 1), Verdict::Duplicate);
        assert_eq!(inbox.take(PHONE, 3), Verdict::Gap);
        assert_eq!(inbox.take(PHONE, 2), Verdict::Apply);
    }

    #[test]
    fn a_client_that_returns_learns_what_was_applied() {
        let mut inbox = Inbox::new();
        inbox.meet(PHONE, None);
        inbox.take(PHONE, 1);
        inbox.take(PHONE, 2);
        assert_eq!(inbox.meet(PHONE, holds(2, 6)), (Inputs::Known, 2));
        assert_eq!(inbox.take(PHONE, 2), Verdict::Duplicate);
        assert_eq!(inbox.take(PHONE, 3), Verdict::Apply);
    }

    #[test]
    fn inputs_of_a_forgotten_client_are_unknown_and_numbering_goes_on() {
        let mut inbox = Inbox::new();
        assert_eq!(inbox.meet(PHONE, holds(4, 7)), (Inputs::Unknown, 6));
        assert_eq!(inbox.take(PHONE, 7), Verdict::Apply);
    }

    #[test]
    fn a_forgotten_client_with_nothing_unsettled_just_goes_on() {
        let mut inbox = Inbox::new();
        assert_eq!(inbox.meet(PHONE, holds(9, 9)), (Inputs::Known, 8));
        assert_eq!(inbox.take(PHONE, 9), Verdict::Apply);
    }

    #[test]
    fn the_inbox_is_bounded_and_forgets_the_least_recently_heard() {
        let mut inbox = Inbox::new();
        for n in 0..=INBOX_CLIENTS_MAX {
            inbox.meet(PHONE, None);
            inbox.meet(ClientId([n as u8 + 2; 16]), None);
            inbox.take(ClientId([n as u8 + 2; 16]), 1);
        }
        assert_eq!(inbox.clients.len(), INBOX_CLIENTS_MAX);
        assert!(inbox.clients.contains_key(&PHONE));
        assert!(!inbox.clients.contains_key(&ClientId([2; 16])));
    }
}
