//! The Inbox: which inputs of which client were applied. It lives in the process that applies them.

use std::collections::{BTreeMap, VecDeque};

use crate::id::ClientId;
use crate::limits::{INBOX_CLIENTS_MAX, INBOX_REFUSALS_MAX};
use crate::resume::{Inputs, OutboxRange, Outcome};

/// What to do with an input that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the next: apply it.
    Apply,
    /// It was taken before: say again what became of it, do nothing.
    Duplicate,
    /// One before it is missing: the link broke a rule.
    Gap,
}

/// Client instance → what became of its inputs. Bounded; the least recently heard instance is forgotten, absent ones first.
#[derive(Debug, Default)]
pub struct Inbox {
    clients: BTreeMap<ClientId, Entry>,
    clock: u64,
}

#[derive(Debug, Default)]
struct Entry {
    /// The highest number taken.
    taken: u64,
    /// The highest number applied or refused.
    settled: u64,
    /// Below this all was put to the person as unknown, perhaps in an answer that was lost.
    doubted: u64,
    /// The Outbox that is met now begins behind this number.
    begins_behind: u64,
    /// What was refused and perhaps not heard, oldest first.
    refusals: VecDeque<Refusal>,
    is_present: bool,
    heard: u64,
}

/// Inputs in a row that were refused for one reason.
#[derive(Debug)]
struct Refusal {
    first: u64,
    last: u64,
    reason: String,
    /// Up to here it was said since the client last came.
    told: u64,
}

impl Inbox {
    /// An Inbox that knows nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Meets a client that says which inputs it sent and never saw settled; answers what is known of them, and up to
    /// where all is settled. A refusal that it has not heard is not passed over: it sends that input again, and hears it.
    ///
    /// What was sent by an instance that is not known (it was forgotten, or its owner died) may have been applied or
    /// not: it is settled as unknown, and numbering goes on behind it.
    pub fn meet(&mut self, client: ClientId, outbox: Option<OutboxRange>) -> (Inputs, u64) {
        let is_known = self.clients.contains_key(&client);
        let entry = self.entry(client);
        entry.is_present = true;
        let Some(range) = outbox else {
            // It begins a new Outbox, behind all that it sent from another one. Or so it says: a Hello may have been under
            // way for long, and the client asks about the other one again.
            entry.begins_behind = entry.taken;
            return (Inputs::Known, entry.taken);
        };
        let nothing_sent = range.next == range.first;
        let remembers = is_known && entry.taken.saturating_add(1) >= range.first;
        if range.first < entry.doubted || !(remembers || nothing_sent) {
            entry.doubt(entry.taken.max(range.next - 1));
            return (Inputs::Unknown, entry.settled);
        }
        entry.begins_behind = range.first - 1;
        entry.taken = entry.taken.max(range.first - 1);
        entry.settled = entry.settled.max(range.first - 1);
        entry.refusals.retain(|refusal| refusal.last >= range.first);
        for refusal in &mut entry.refusals {
            refusal.first = refusal.first.max(range.first);
            refusal.told = refusal.first - 1;
        }
        (Inputs::Known, entry.sure())
    }

    /// The client has left.
    pub fn leave(&mut self, client: ClientId) {
        if let Some(entry) = self.clients.get_mut(&client) {
            entry.is_present = false;
        }
    }

    /// Judges an input; one to apply counts as taken from now on, so apply it and say [`Self::settle`], or end.
    pub fn take(&mut self, client: ClientId, seq: u64) -> Verdict {
        let entry = self.entry(client);
        match seq {
            _ if seq <= entry.taken => Verdict::Duplicate,
            _ if seq - 1 == entry.taken => {
                entry.taken = seq;
                Verdict::Apply
            }
            _ => Verdict::Gap,
        }
    }

    /// An input that was taken is applied, or refused for good.
    pub fn settle(&mut self, client: ClientId, seq: u64, outcome: Outcome) {
        let Some(entry) = self.clients.get_mut(&client) else { return };
        if seq > entry.taken {
            return; // It was taken before the client was forgotten, and counts no more.
        }
        entry.settled = entry.settled.max(seq);
        if let Outcome::Refused(reason) = outcome {
            entry.refuse(seq, reason);
        }
    }

    /// What to tell the client of this input, which counts as told: everything up to the number is settled, the last
    /// like this. `None`: it is not settled, or what must be told first is not.
    pub fn tell(&mut self, client: ClientId, seq: u64) -> Option<(u64, Outcome)> {
        let entry = self.clients.get_mut(&client)?;
        if seq > entry.sure().saturating_add(1) {
            return None;
        }
        if let Some(refusal) = entry.refusals.iter_mut().find(|refusal| refusal.holds(seq)) {
            refusal.told = refusal.told.max(seq);
            return Some((seq, Outcome::Refused(refusal.reason.clone())));
        }
        let sure = entry.sure();
        (seq <= sure).then_some((sure, Outcome::Applied))
    }

    /// The highest number taken of this client; 0 if none.
    pub fn applied(&self, client: ClientId) -> u64 {
        self.clients.get(&client).map_or(0, |entry| entry.taken)
    }

    fn entry(&mut self, client: ClientId) -> &mut Entry {
        self.clock += 1;
        if self.clients.len() >= INBOX_CLIENTS_MAX && !self.clients.contains_key(&client) {
            let oldest =
                self.clients.iter().min_by_key(|(_, entry)| (entry.is_needed(), entry.heard));
            let oldest = oldest.map(|(client, _)| *client);
            oldest.map(|client| self.clients.remove(&client));
        }
        let entry = self.clients.entry(client).or_default();
        entry.heard = self.clock;
        entry
    }
}

impl Refusal {
    const fn holds(&self, seq: u64) -> bool {
        self.first <= seq && seq <= self.last
    }
}

impl Entry {
    /// Whether forgetting it would cost somebody who is here, or an input that is being applied.
    const fn is_needed(&self) -> bool {
        self.is_present || self.settled < self.taken
    }
    fn refuse(&mut self, seq: u64, reason: String) {
        let begins = seq == self.begins_behind.saturating_add(1);
        if let Some(newest) = self.refusals.back_mut().filter(|_| !begins)
            && newest.last.saturating_add(1) == seq
            && newest.reason == reason
        {
            newest.last = seq;
            return;
        }
        if self.refusals.len() >= INBOX_REFUSALS_MAX
            && let Some(oldest) = self.refusals.pop_front()
        {
            self.doubted = self.doubted.max(oldest.last.saturating_add(1));
        }
        self.refusals.push_back(Refusal { first: seq, last: seq, reason, told: seq - 1 });
    }
    /// Up to where all is settled and no refusal is untold.
    fn sure(&self) -> u64 {
        let untold = self
            .refusals
            .iter()
            .find(|refusal| refusal.told < refusal.last && refusal.last > self.begins_behind);
        untold.map_or(self.settled, |refusal| refusal.told.min(self.settled))
    }

    /// Nobody can tell any more what became of the inputs up to here.
    fn doubt(&mut self, up_to: u64) {
        (self.taken, self.settled) = (up_to, up_to);
        self.doubted = up_to.saturating_add(1);
        self.refusals.clear();
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
        for seq in 1..3 {
            inbox.take(PHONE, seq);
            inbox.settle(PHONE, seq, Outcome::Applied);
        }
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
    fn what_was_sent_first_is_unknown_as_well_to_an_owner_that_knows_nobody() {
        let mut inbox = Inbox::new();
        assert_eq!(inbox.meet(PHONE, holds(1, 3)), (Inputs::Unknown, 2));
    }

    #[test]
    fn what_is_unknown_stays_unknown_until_the_client_has_heard_it() {
        let mut inbox = Inbox::new();
        assert_eq!(inbox.meet(PHONE, holds(4, 7)), (Inputs::Unknown, 6));
        assert_eq!(inbox.meet(PHONE, holds(4, 7)), (Inputs::Unknown, 6));
        assert_eq!(inbox.meet(PHONE, holds(7, 7)), (Inputs::Known, 6));
    }

    #[test]
    fn what_is_taken_and_not_yet_applied_is_not_called_applied() {
        let mut inbox = Inbox::new();
        inbox.meet(PHONE, None);
        assert_eq!(inbox.take(PHONE, 1), Verdict::Apply);
        assert_eq!(inbox.meet(PHONE, holds(1, 2)), (Inputs::Known, 0));
        assert_eq!(inbox.take(PHONE, 1), Verdict::Duplicate);
        assert_eq!(inbox.tell(PHONE, 1), None);
        inbox.settle(PHONE, 1, Outcome::Applied);
        assert_eq!(inbox.tell(PHONE, 1), Some((1, Outcome::Applied)));
    }

    #[test]
    fn a_hello_that_was_under_way_for_long_does_not_make_a_refusal_forgotten() {
        let mut inbox = Inbox::new();
        inbox.meet(PHONE, None);
        inbox.take(PHONE, 1);
        inbox.settle(PHONE, 1, Outcome::Refused("no".to_owned()));
        assert_eq!(inbox.meet(PHONE, None), (Inputs::Known, 1));
        assert_eq!(inbox.take(PHONE, 2), Verdict::Apply);
        inbox.settle(PHONE, 2, Outcome::Refused("no".to_owned()));
        let refused = Some((2, Outcome::Refused("no".to_owned())));
        assert_eq!(inbox.tell(PHONE, 2), refused, "another Outbox, if so");
        assert_eq!(inbox.meet(PHONE, holds(1, 2)), (Inputs::Known, 0));
        assert_eq!(inbox.tell(PHONE, 1), Some((1, Outcome::Refused("no".to_owned()))));
    }

    #[test]
    fn a_refusal_that_a_cut_swallowed_is_told_again_before_anything_behind_it() {
        let mut inbox = Inbox::new();
        inbox.meet(PHONE, None);
        let refused = Outcome::Refused("no".to_owned());
        for (seq, outcome) in [(1, Outcome::Applied), (2, refused.clone()), (3, Outcome::Applied)] {
            inbox.take(PHONE, seq);
            inbox.settle(PHONE, seq, outcome);
        }
        assert_eq!(inbox.meet(PHONE, holds(1, 4)), (Inputs::Known, 1));
        assert_eq!(inbox.tell(PHONE, 3), None);
        assert_eq!(inbox.tell(PHONE, 2), Some((2, refused)));
        assert_eq!(inbox.tell(PHONE, 3), Some((3, Outcome::Applied)));
    }

    #[test]
    fn a_new_outbox_begins_behind_all_that_was_taken() {
        let mut inbox = Inbox::new();
        inbox.meet(PHONE, None);
        inbox.take(PHONE, 1);
        inbox.take(PHONE, 2);
        assert_eq!(inbox.meet(PHONE, None), (Inputs::Known, 2));
    }

    #[test]
    fn a_crowd_of_passers_by_does_not_make_the_inbox_forget_who_is_present() {
        let mut inbox = Inbox::new();
        inbox.meet(PHONE, None);
        for n in 0..2 * INBOX_CLIENTS_MAX {
            let passer_by = ClientId([n as u8 + 2; 16]);
            inbox.meet(passer_by, None);
            inbox.leave(passer_by);
        }
        assert!(inbox.clients.contains_key(&PHONE));
        assert_eq!(inbox.clients.len(), INBOX_CLIENTS_MAX);
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
