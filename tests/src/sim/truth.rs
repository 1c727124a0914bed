//! What really happened, kept apart from the machines: every byte of every Log, every input and its fate.

use std::collections::BTreeMap;

use devtail_protocol::ClientId;
use devtail_protocol::position::{Epoch, Unit};

use super::Checked;

/// One life of a Log, whole.
#[derive(Debug)]
pub(super) struct Life {
    unit: Unit,
    pub(super) bytes: Vec<u8>,
    /// In a record log, where each record ends.
    ends: Vec<usize>,
    /// The first that ever read it: a program of which nothing may be lost waits for this one alone.
    pub(super) first_reader: Option<ClientId>,
}

/// What became of an input, as its person was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Waiting,
    Applied,
    Refused,
    Unknown,
    /// The person closed the channel, or the client ended, before it was settled.
    Abandoned,
}

/// One input. Its index in the ledger is the token that it carries.
#[derive(Debug)]
struct Entry {
    outbox: u32,
    seq: u64,
    applied: u32,
    refused: bool,
    fate: Fate,
}

/// One Outbox: the inputs of one opening of a channel, in order.
#[derive(Debug, Default)]
struct OutboxTruth {
    tokens: Vec<usize>,
    settled: usize,
    last_applied: u64,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Truth {
    lives: BTreeMap<Epoch, Life>,
    inputs: Vec<Entry>,
    outboxes: Vec<OutboxTruth>,
    /// Whether an owner died or an Inbox was flooded: only then may anything be UNKNOWN.
    pub(super) memory_was_lost: bool,
}

impl Life {
    pub(super) fn head(&self) -> u64 {
        match self.unit {
            Unit::Bytes => self.bytes.len() as u64,
            Unit::Records => self.ends.len() as u64,
        }
    }

    /// The bytes of the units before an offset.
    pub(super) fn bytes_before(&self, offset: u64) -> &[u8] {
        let offset = usize::try_from(offset).expect("a simulated Log is small");
        match self.unit {
            Unit::Bytes => &self.bytes[..offset.min(self.bytes.len())],
            Unit::Records => {
                &self.bytes[..offset
                    .checked_sub(1)
                    .map_or(0, |last| self.ends[last.min(self.ends.len() - 1)])]
            }
        }
    }

    fn units(&self, offset: u64, bytes: &[u8]) -> bool {
        let start = self.bytes_before(offset).len();
        let right_length = match self.unit {
            Unit::Bytes => true,
            Unit::Records => self
                .ends
                .get(usize::try_from(offset).expect("small"))
                .is_some_and(|end| *end == start + bytes.len()),
        };
        offset < self.head().max(1)
            && right_length
            && self.bytes.get(start..start + bytes.len()) == Some(bytes)
    }
}

impl Truth {
    pub(super) fn begin_life(&mut self, epoch: Epoch, unit: Unit) {
        self.lives
            .insert(epoch, Life { unit, bytes: Vec::new(), ends: Vec::new(), first_reader: None });
    }

    pub(super) fn read_by(&mut self, epoch: Epoch, client: ClientId) {
        let life = self.lives.get_mut(&epoch).expect("a Log that lives");
        life.first_reader.get_or_insert(client);
    }

    pub(super) fn life(&self, epoch: Epoch) -> &Life {
        &self.lives[&epoch]
    }

    pub(super) fn append(&mut self, epoch: Epoch, data: &[u8]) {
        let life = self.lives.get_mut(&epoch).expect("a Log that lives");
        life.bytes.extend_from_slice(data);
        if life.unit == Unit::Records {
            life.ends.push(life.bytes.len());
        }
    }

    /// Data that a reader was given is what the owner wrote there.
    pub(super) fn check_data(&self, epoch: Epoch, offset: u64, bytes: &[u8]) -> Checked {
        let Some(life) = self.lives.get(&epoch) else {
            return Err(format!("a reader was given Data of {epoch:?}, which never was"));
        };
        if life.units(offset, bytes) {
            return Ok(());
        }
        Err(format!("{} bytes at {offset} are not what the owner wrote there", bytes.len()))
    }

    pub(super) fn new_outbox(&mut self) -> u32 {
        self.outboxes.push(OutboxTruth::default());
        u32::try_from(self.outboxes.len() - 1).expect("few Outboxes")
    }

    /// The token of the next input.
    pub(super) fn next_token(&self) -> u64 {
        self.inputs.len() as u64
    }

    /// The input with [`Self::next_token`] was taken by the Outbox under this number.
    pub(super) fn typed(&mut self, outbox: u32, seq: u64) -> Checked {
        let token = self.inputs.len();
        let of = &mut self.outboxes[outbox as usize];
        let expected = of.tokens.last().map_or(1, |last| self.inputs[*last].seq + 1);
        of.tokens.push(token);
        self.inputs.push(Entry { outbox, seq, applied: 0, refused: false, fate: Fate::Waiting });
        if seq == expected {
            Ok(())
        } else {
            Err(format!("an input got number {seq}, {expected} was next"))
        }
    }

    /// The program applies an input: once, and in the order of its Outbox.
    pub(super) fn applied(&mut self, token: u64) -> Checked {
        let Some(entry) = self.inputs.get_mut(usize::try_from(token).expect("small")) else {
            return Err(format!("input {token} was applied, and nobody typed it"));
        };
        entry.applied += 1;
        if entry.applied > 1 || entry.refused {
            return Err(format!("input {token} (number {}) was applied twice", entry.seq));
        }
        if matches!(entry.fate, Fate::Applied | Fate::Refused) {
            return Err(format!("input {token} was applied after its fate was told"));
        }
        self.in_order(token)
    }

    /// The program refuses an input for good.
    pub(super) fn refused(&mut self, token: u64) -> Checked {
        let Some(entry) = self.inputs.get_mut(usize::try_from(token).expect("small")) else {
            return Err(format!("input {token} was refused, and nobody typed it"));
        };
        if entry.refused || entry.applied > 0 {
            return Err(format!("input {token} was judged twice"));
        }
        entry.refused = true;
        self.in_order(token)
    }

    fn in_order(&mut self, token: u64) -> Checked {
        let entry = &self.inputs[usize::try_from(token).expect("small")];
        let outbox = &mut self.outboxes[entry.outbox as usize];
        let last = std::mem::replace(&mut outbox.last_applied, entry.seq);
        if entry.seq != last + 1 && !self.memory_was_lost {
            return Err(format!("input number {} was applied after number {last}", entry.seq));
        }
        if entry.seq <= last {
            return Err(format!("input number {} was applied after number {last}", entry.seq));
        }
        Ok(())
    }

    /// The client says: applied up to here.
    pub(super) fn told_applied(&mut self, outbox: u32, seq: u64) -> Checked {
        self.settle(outbox, seq, Fate::Applied)
    }

    /// The client says: what inputs up to here bring about is in the Log. So they were applied.
    pub(super) fn told_echoed(&self, outbox: u32, seq: u64) -> Checked {
        let last = self.outboxes[outbox as usize].last_applied;
        if seq <= last {
            return Ok(());
        }
        Err(format!("input {seq} was echoed, and {last} is the newest that was applied"))
    }

    /// The client says: this one was refused, and those before it applied.
    pub(super) fn told_refused(&mut self, outbox: u32, seq: u64) -> Checked {
        self.settle(outbox, seq - 1, Fate::Applied)?;
        self.settle(outbox, seq, Fate::Refused)
    }

    /// The client says: nobody knows of these.
    pub(super) fn told_unknown(&mut self, outbox: u32, first: u64, next: u64) -> Checked {
        if !self.memory_was_lost {
            return Err(format!(
                "inputs {first} to {next} are UNKNOWN, and no owner forgot anything"
            ));
        }
        if let Some(token) = self.first_waiting(outbox)
            && self.inputs[token].seq < first
        {
            return Err(format!(
                "inputs from {first} are UNKNOWN, and earlier ones were never settled"
            ));
        }
        self.settle(outbox, next - 1, Fate::Unknown)
    }

    fn first_waiting(&self, outbox: u32) -> Option<usize> {
        let of = &self.outboxes[outbox as usize];
        of.tokens.get(of.settled).copied()
    }

    fn settle(&mut self, outbox: u32, up_to: u64, fate: Fate) -> Checked {
        while let Some(token) =
            self.first_waiting(outbox).filter(|token| self.inputs[*token].seq <= up_to)
        {
            let entry = &mut self.inputs[token];
            entry.fate = fate;
            let is_true = match fate {
                Fate::Applied => entry.applied == 1,
                Fate::Refused => entry.refused,
                Fate::Waiting | Fate::Unknown | Fate::Abandoned => true,
            };
            if !is_true {
                return Err(format!(
                    "input {token} (number {}) was told {fate:?}, which is not so",
                    entry.seq
                ));
            }
            self.outboxes[outbox as usize].settled += 1;
        }
        Ok(())
    }

    /// The person gave these up.
    pub(super) fn abandon(&mut self, outbox: u32) {
        let _ = self.settle(outbox, u64::MAX, Fate::Abandoned);
    }

    /// Once all is quiet, every input has a fate.
    pub(super) fn check_all_settled(&self) -> Checked {
        match self.inputs.iter().position(|entry| entry.fate == Fate::Waiting) {
            None => Ok(()),
            Some(token) => Err(format!(
                "input {token} (number {}) never got a fate; applied: {}",
                self.inputs[token].seq, self.inputs[token].applied
            )),
        }
    }

    /// How many inputs were typed.
    pub(super) fn typed_count(&self) -> usize {
        self.inputs.len()
    }
}
