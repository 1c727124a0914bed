//! Keeps a flood of refusals from flooding the audit log: the first is written at once, its repetitions as one row with
//! their count when the minute is over. Pure: it says which rows to write.

use crate::{
    audit::Entry,
    limits::{AUDIT_WINDOW_MS, MAX_REFUSALS_APART},
    principal::Actor,
    timestamp::Timestamp,
};
use std::collections::HashMap;

/// The refusals of the running window. Bounded: 16 kept apart, and one more for each kind of event.
#[derive(Debug)]
pub(crate) struct Refusals {
    window_start: Timestamp,
    repeated: HashMap<Entry, u32>,
}

/// A row to write, and how often it happened.
pub(crate) type Counted = (Entry, u32);

impl Refusals {
    pub(crate) fn new() -> Self {
        Self { window_start: Timestamp::from_unix_ms(0), repeated: HashMap::new() }
    }

    /// Takes a refusal in; returns the rows to write now.
    pub(crate) fn note(&mut self, now: Timestamp, refusal: Entry) -> Vec<Counted> {
        let mut due = self.take_due(now);
        if let Some(count) = self.repeated.get_mut(&refusal) {
            *count = count.saturating_add(1);
        } else if self.repeated.len() < MAX_REFUSALS_APART {
            due.push((refusal.clone(), 1));
            self.repeated.insert(refusal, 0);
        } else {
            let others = Entry::new(refusal.event, Actor::Stranger, "others, counted together");
            let count = self.repeated.entry(others).or_default();
            *count = count.saturating_add(1);
        }
        due
    }

    /// The counted repetitions, once their minute is over (or the clock was set back before it).
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Vec<Counted> {
        let running = now >= self.window_start && now.ms_since(self.window_start) < AUDIT_WINDOW_MS;
        if running {
            return Vec::new();
        }
        self.window_start = now;
        self.repeated.drain().filter(|(_, count)| *count > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditEvent;
    use std::net::{IpAddr, Ipv4Addr};

    const NOW: Timestamp = Timestamp::from_unix_s(1_800_000_000);

    fn refusal(from: u32) -> Entry {
        let address = IpAddr::V4(Ipv4Addr::from(from));
        Entry::new(AuditEvent::PairingFailed, Actor::Stranger, "pairing_unknown")
            .from(Some(address))
    }

    #[test]
    fn the_first_refusal_is_written_at_once_and_its_repetitions_as_one_count() {
        let mut refusals = Refusals::new();
        assert_eq!(refusals.note(NOW, refusal(1)), [(refusal(1), 1)]);
        for _ in 0..999 {
            assert_eq!(refusals.note(NOW.plus_ms(59_999), refusal(1)), []);
        }
        assert_eq!(refusals.take_due(NOW.plus_ms(60_000)), [(refusal(1), 999)]);
        assert_eq!(refusals.take_due(NOW.plus_ms(120_000)), []);
    }

    #[test]
    fn a_flood_from_everywhere_writes_a_bounded_number_of_rows_and_loses_no_count() {
        let mut refusals = Refusals::new();
        let mut rows: Vec<Counted> =
            (0..100_000).flat_map(|n| refusals.note(NOW, refusal(n))).collect();
        rows.extend(refusals.take_due(NOW.plus_ms(60_000)));
        assert_eq!(rows.len(), MAX_REFUSALS_APART + 1);
        assert_eq!(rows.iter().map(|(_, count)| count).sum::<u32>(), 100_000);
    }

    #[test]
    fn a_clock_set_back_does_not_hold_counts_for_ever() {
        let mut refusals = Refusals::new();
        refusals.note(NOW, refusal(1));
        refusals.note(NOW, refusal(1));
        assert_eq!(refusals.take_due(NOW.minus_ms(1)), [(refusal(1), 1)]);
    }
}
