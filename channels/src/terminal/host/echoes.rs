//! When keys may be taken to have shown what they bring about: 50 ms after they were written, as mosh has it
//! (ECHO_TIMEOUT in its completeterminal.h). Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use devtail_protocol::ClientId;
use tokio::time::Instant;

/// A program that shows a key does so within this long.
const ECHO_WITHIN: Duration = Duration::from_millis(50);

/// Keys written and not yet spoken of, of each device that predicts: those that are waited for, and those behind them.
/// Bounded by the clients that read.
#[derive(Debug, Default)]
pub(super) struct Echoes {
    due: BTreeMap<ClientId, Due>,
}

#[derive(Debug, Clone, Copy)]
struct Due {
    seq: u64,
    at: Instant,
    /// The newest number behind it: spoken of next.
    newest: u64,
}

impl Echoes {
    /// Keys with this number were written.
    pub(super) fn written(&mut self, now: Instant, client: ClientId, seq: u64) {
        self.due.entry(client).and_modify(|due| due.newest = seq).or_insert(Due {
            seq,
            at: now + ECHO_WITHIN,
            newest: seq,
        });
    }

    /// A device reads no more.
    pub(super) fn forget(&mut self, client: ClientId) {
        self.due.remove(&client);
    }

    /// When the next one is due.
    pub(super) fn next_at(&self) -> Option<Instant> {
        self.due.values().map(|due| due.at).min()
    }

    /// What is to be said now.
    pub(super) fn take(&mut self, now: Instant) -> Vec<(ClientId, u64)> {
        let mut said = Vec::new();
        self.due.retain(|client, due| {
            if now < due.at {
                return true;
            }
            said.push((*client, due.seq));
            let more = due.newest > due.seq;
            *due = Due { seq: due.newest, at: now + ECHO_WITHIN, newest: due.newest };
            more
        });
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ClientId = ClientId([1; 16]);

    #[test]
    fn keys_are_spoken_of_50_ms_after_the_last_of_them_was_written() {
        let (mut echoes, start) = (Echoes::default(), Instant::now());
        let after = |ms| start + Duration::from_millis(ms);
        echoes.written(start, ANN, 1);
        echoes.written(after(10), ANN, 2);
        echoes.written(after(20), ANN, 3);
        assert_eq!(echoes.take(after(49)), []);
        assert_eq!(echoes.take(after(50)), [(ANN, 1)]);
        assert_eq!(echoes.take(after(99)), []);
        assert_eq!(echoes.take(after(100)), [(ANN, 3)]);
        assert_eq!(echoes.next_at(), None);
    }
}
