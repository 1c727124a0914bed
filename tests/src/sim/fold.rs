//! The model's fold: small enough to compare after every settling, and a Snapshot restores it whole.

use bytes::{BufMut, Bytes, BytesMut};

const TAIL: usize = 256;

/// What a screen of the model shows: how many lines, and the last bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fold {
    lines: u64,
    tail: Vec<u8>,
}

impl Fold {
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        self.tail.drain(..self.tail.len().saturating_sub(TAIL));
    }

    /// The Snapshot, made as large as a real one by padding.
    pub(super) fn to_state(&self, padding: usize) -> Bytes {
        let mut state = BytesMut::with_capacity(12 + self.tail.len() + padding);
        state.put_u64(self.lines);
        state.put_u32(u32::try_from(self.tail.len()).expect("short"));
        state.put_slice(&self.tail);
        state.put_bytes(b'.', padding);
        state.freeze()
    }

    pub(super) fn from_state(state: &[u8]) -> Option<Self> {
        let lines = u64::from_be_bytes(state.get(..8)?.try_into().ok()?);
        let len = u32::from_be_bytes(state.get(8..12)?.try_into().ok()?) as usize;
        Some(Self { lines, tail: state.get(12..12 + len)?.to_vec() })
    }

    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }
}
