//! Allocations, as valgrind's DHAT writes them down.

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The allocations of one run of a path, those of C included.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Heap {
    /// How many.
    pub blocks: u64,
    /// Their bytes, as asked for.
    pub bytes: u64,
}

impl Heap {
    /// Reads DHAT's file: what was allocated below the function of this name.
    ///
    /// # Errors
    /// It is not a file of DHAT's.
    pub(super) fn read(text: &str, counted: &str) -> Result<Self> {
        let file: Value = serde_json::from_str(text).context("DHAT writes JSON")?;
        let frames = file["ftbl"].as_array().context("DHAT's file has a table of frames")?;
        let is_counted = |at: &Value| {
            let frame = at.as_u64().and_then(|at| frames.get(usize::try_from(at).ok()?)?.as_str());
            frame.is_some_and(|frame| frame.contains(counted))
        };
        let mut heap = Self::default();
        for place in file["pps"].as_array().context("DHAT's file has places")? {
            let stack = place["fs"].as_array().context("a place has a stack")?;
            if stack.iter().any(is_counted) {
                heap.blocks += place["tbk"].as_u64().context("a place has its blocks")?;
                heap.bytes += place["tb"].as_u64().context("a place has its bytes")?;
            }
        }
        Ok(heap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_allocated_below_the_path_counts() {
        let text = r#"{"ftbl": ["[root]", "0x1: malloc (vg.c:1)", "0x3: seal (codec.rs:1)",
            "0x4: hot_path<u8> (main.rs:1)", "0x5: main (main.rs:2)"],
            "pps": [{"tb": 30, "tbk": 3, "fs": [1, 2, 3, 4]}, {"tb": 7, "tbk": 1, "fs": [1, 4]}]}"#;
        let heap = Heap { blocks: 3, bytes: 30 };
        assert_eq!(Heap::read(text, "hot_path").expect("it reads"), heap);
    }
}
