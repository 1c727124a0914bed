//! Letters with marks: kept once each, so that a cell stays a few bytes.

use std::collections::HashMap;

use crate::terminal::limits::{CLUSTER_BYTES_MAX, CLUSTERS_MAX};

/// The clusters of a Screen, each under its number.
#[derive(Debug, Clone, Default)]
pub(super) struct Clusters {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl Clusters {
    /// The number of `text`; `None` if it is too long, or there is no room for another.
    pub(super) fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(&number) = self.numbers.get(text) {
            return Some(number);
        }
        if text.len() > CLUSTER_BYTES_MAX || self.is_full() {
            return None;
        }
        let number = u32::try_from(self.texts.len()).ok()?;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        Some(number)
    }

    /// The text under a number.
    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }

    /// Whether it is time to forget what no cell shows.
    pub(super) fn is_full(&self) -> bool {
        self.texts.len() >= CLUSTERS_MAX
    }
}
