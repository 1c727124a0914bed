//! One metric with a label: a number for each of the label's words.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// A number a word. The words are `'static`: they are ours, so that no stranger can make the family grow.
#[derive(Debug, Default)]
pub(crate) struct Family(Mutex<BTreeMap<&'static str, u64>>);

impl Family {
    /// Adds to a word's number.
    pub(crate) fn add(&self, word: &'static str, n: u64) {
        self.change(word, |number| *number += n);
    }

    /// Sets a word's number.
    pub(crate) fn set(&self, word: &'static str, n: u64) {
        self.change(word, |number| *number = n);
    }

    pub(super) fn numbers(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, word: &'static str, how: impl FnOnce(&mut u64)) {
        how(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(word).or_default());
    }
}
