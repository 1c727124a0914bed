//! The words of a resume: what a client holds, and what it is told of its reading and its inputs.

/// Inputs that were sent and are not settled: `first <= number < next`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxRange {
    /// The oldest without an InputAck, from 1.
    pub first: u64,
    /// Behind the newest input that was ever sent; `first` if none of them is unsettled.
    pub next: u64,
}

/// How reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resume {
    /// From the client's own Position.
    Exact,
    /// Snapshot: the client had nothing.
    Fresh,
    /// Snapshot: another life of the Log.
    Epoch,
    /// Snapshot: no longer kept, or cheaper.
    Behind,
    /// Snapshot: the Log was never there.
    Ahead,
}

/// What the owner knows of a client's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inputs {
    /// All up to `applied`: send what follows.
    Known,
    /// The range may or may not have been applied: ask the person, never resend.
    Unknown,
}

/// What became of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Applied,
    /// Not done, and it will not be: why.
    Refused(String),
}
