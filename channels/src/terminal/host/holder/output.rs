//! What was read from the PTY and waits for its turn: few bytes may become so much output that one turn is too short.

use std::io;
use std::ops::Range;

use crate::terminal::host::pty::Pty;

/// Bytes one read of the PTY takes: it yields about 4 KiB, and more only under a flood.
const READ_BYTES: usize = 64 << 10;

/// One read, and how far it was taken.
#[derive(Debug)]
pub(super) struct Output {
    buffer: Vec<u8>,
    waiting: Range<usize>,
}

impl Output {
    /// Reads, unless something waits still; says how much waits then. 0: the terminal is hung up.
    ///
    /// # Errors
    /// The PTY failed.
    pub(super) async fn read(&mut self, pty: &Pty) -> io::Result<usize> {
        if self.is_empty() {
            self.waiting = 0..pty.read(&mut self.buffer).await?;
        }
        Ok(self.waiting.len())
    }

    /// Bytes of the last read.
    pub(super) fn len(&self) -> usize {
        self.waiting.end
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What waits.
    pub(super) fn waiting(&self) -> &[u8] {
        &self.buffer[self.waiting.clone()]
    }

    /// So much of it was taken.
    pub(super) fn taken(&mut self, len: usize) {
        self.waiting.start += len;
    }
}

impl Default for Output {
    fn default() -> Self {
        Self { buffer: vec![0; READ_BYTES], waiting: 0..0 }
    }
}
