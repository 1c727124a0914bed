//! Who is sent next when not everything fits: strict classes, then deficit round robin (Shreedhar & Varghese, 1995).

use std::collections::BTreeMap;

use crate::id::Ch;
use crate::limits::{BULK_MAX, INTERACTIVE_MAX};
use crate::wire::Priority;

/// What a kind's payloads are to a person. Ordered: more urgent is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Files.
    Background,
    /// Tunnels.
    Bulk,
    /// Agent events.
    Conversation,
    /// A terminal: an echo while little is unsent, bulk when it floods.
    Interactive,
}

/// A channel that has something to send.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Which.
    pub ch: Ch,
    /// What its payloads are.
    pub class: Class,
    /// What the client said of it.
    pub priority: Priority,
    /// Bytes or units not yet sent.
    pub unsent: u64,
    /// Whether what comes next is a Snapshot or an End.
    pub is_state: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Shared,
    Conversation,
    Echo,
}

impl Candidate {
    /// Whether this is the echo of what a person types: before all else, and beyond what bulk may fill.
    pub fn is_echo(&self) -> bool {
        self.lane() == Lane::Echo
    }

    fn lane(&self) -> Lane {
        match self.class {
            Class::Interactive
                if self.priority == Priority::Focused
                    && !self.is_state
                    && self.unsent <= INTERACTIVE_MAX =>
            {
                Lane::Echo
            }
            Class::Conversation => Lane::Conversation,
            Class::Interactive | Class::Bulk | Class::Background if self.is_state => {
                Lane::Conversation
            }
            Class::Interactive | Class::Bulk | Class::Background => Lane::Shared,
        }
    }

    const fn weight(&self) -> u64 {
        match (self.class, self.priority) {
            (Class::Interactive | Class::Conversation, Priority::Focused) => 4,
            (
                Class::Interactive | Class::Conversation,
                Priority::Visible | Priority::Background,
            )
            | (Class::Bulk, _) => 2,
            (Class::Background, _) => 1,
        }
    }
}

/// Chooses among channels; remembers who is owed what.
#[derive(Debug, Default)]
pub struct Schedule {
    deficits: BTreeMap<Ch, u64>,
    turn: Option<Ch>,
}

impl Schedule {
    /// The channel to send next, and how many bytes of it at most (`bulk_max` or less).
    pub fn pick(&mut self, candidates: &[Candidate], bulk_max: usize) -> Option<(Ch, usize)> {
        let lane = candidates.iter().map(Candidate::lane).max()?;
        let mut rivals: Vec<&Candidate> =
            candidates.iter().filter(|candidate| candidate.lane() == lane).collect();
        rivals.sort_by_key(|candidate| candidate.ch);
        let bulk_max = bulk_max.min(BULK_MAX);
        if rivals.len() == 1 || lane == Lane::Echo {
            let chosen = self.after_turn(&rivals);
            self.turn = Some(chosen.ch);
            return Some((chosen.ch, bulk_max));
        }
        self.deficits.retain(|ch, _| rivals.iter().any(|rival| rival.ch == *ch));
        Some(self.round_robin(&rivals, bulk_max))
    }

    /// So many bytes of the channel were sent.
    pub fn sent(&mut self, ch: Ch, bytes: usize) {
        if let Some(deficit) = self.deficits.get_mut(&ch) {
            *deficit = deficit.saturating_sub(bytes as u64);
        }
    }

    /// The channel was closed.
    pub fn forget(&mut self, ch: Ch) {
        self.deficits.remove(&ch);
    }

    fn round_robin(&mut self, rivals: &[&Candidate], bulk_max: usize) -> (Ch, usize) {
        if let Some(current) = rivals.iter().find(|rival| Some(rival.ch) == self.turn)
            && self.deficits.get(&current.ch).is_some_and(|deficit| *deficit > 0)
        {
            return (current.ch, self.budget(current.ch, bulk_max));
        }
        let next = self.after_turn(rivals);
        let deficit = self.deficits.entry(next.ch).or_insert(0);
        *deficit = (*deficit + next.weight() * bulk_max as u64).min(4 * BULK_MAX as u64);
        self.turn = Some(next.ch);
        (next.ch, self.budget(next.ch, bulk_max))
    }

    fn budget(&self, ch: Ch, bulk_max: usize) -> usize {
        self.deficits
            .get(&ch)
            .map_or(bulk_max, |deficit| usize::try_from(*deficit).unwrap_or(bulk_max).min(bulk_max))
    }

    fn after_turn<'a>(&self, rivals: &[&'a Candidate]) -> &'a Candidate {
        rivals
            .iter()
            .find(|rival| self.turn.is_some_and(|turn| rival.ch > turn))
            .unwrap_or(&rivals[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOD: u64 = 1 << 20;

    fn terminal(ch: u32, priority: Priority, unsent: u64) -> Candidate {
        Candidate { ch: Ch(ch), class: Class::Interactive, priority, unsent, is_state: false }
    }

    fn shares(candidates: &[Candidate], rounds: usize) -> BTreeMap<Ch, usize> {
        let mut schedule = Schedule::default();
        let mut sent = BTreeMap::new();
        for _ in 0..rounds {
            let (ch, bytes) = schedule.pick(candidates, 4096).unwrap();
            schedule.sent(ch, bytes);
            *sent.entry(ch).or_default() += bytes;
        }
        sent
    }

    #[test]
    fn an_echo_goes_before_any_flood() {
        let mut schedule = Schedule::default();
        let candidates = [terminal(1, Priority::Visible, FLOOD), terminal(2, Priority::Focused, 1)];
        for _ in 0..10 {
            assert_eq!(schedule.pick(&candidates, 4096).unwrap().0, Ch(2));
        }
    }

    #[test]
    fn floods_share_by_weight_and_nothing_starves() {
        let files =
            Candidate { class: Class::Background, ..terminal(3, Priority::Background, FLOOD) };
        let sent = shares(
            &[terminal(1, Priority::Focused, FLOOD), terminal(2, Priority::Visible, FLOOD), files],
            700,
        );
        let total: usize = sent.values().sum();
        let share = |ch| sent[&Ch(ch)] * 100 / total;
        assert!((54..=60).contains(&share(1)), "{sent:?}");
        assert!((26..=31).contains(&share(2)), "{sent:?}");
        assert!(share(3) >= 5, "{sent:?}");
    }

    #[test]
    fn a_snapshot_goes_before_bulk() {
        let mut schedule = Schedule::default();
        let snapshot = Candidate { is_state: true, ..terminal(2, Priority::Background, FLOOD) };
        assert_eq!(
            schedule.pick(&[terminal(1, Priority::Focused, FLOOD), snapshot], 4096).unwrap().0,
            Ch(2)
        );
    }

    #[test]
    fn nothing_to_send_is_nothing() {
        assert_eq!(Schedule::default().pick(&[], 4096), None);
    }
}
