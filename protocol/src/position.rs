//! Where a reader stands in a Log.

use crate::limits::{LOG_BYTES, LOG_BYTES_WHOLE};

/// Names one life of a Log; random, never 0. Another epoch means the past is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// All a reader must remember: which life of the Log, and how many of its units stand before this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// The life of the Log.
    pub epoch: Epoch,
    /// Units (bytes or records) before this place.
    pub offset: u64,
}

/// What offsets count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A byte log: terminal output, a tunnel.
    Bytes,
    /// A record log: agent events, file changes. One Data frame holds one record.
    Records,
}

/// What a Log does when a reader is slower than its writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// It drops its oldest units: the reader gets a Snapshot instead.
    Snapshot,
    /// Its owner makes the writer wait: the first that ever read it gets every unit, others a Snapshot of what they missed.
    Never,
}

impl Loss {
    /// Bytes that a byte log keeps.
    pub const fn log_bytes(self) -> usize {
        match self {
            Self::Snapshot => LOG_BYTES,
            Self::Never => LOG_BYTES_WHOLE,
        }
    }
}
