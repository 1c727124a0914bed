//! Chance that can be had again: numbers that follow from a seed (SplitMix64).

use std::time::Duration;

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The stream of this seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 on and below this.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }

    /// A time from 0 on and below this many milliseconds.
    pub const fn millis_below(&mut self, bound: u64) -> Duration {
        Duration::from_micros(self.below(bound * 1000))
    }

    /// True this often in a hundred.
    pub const fn percent(&mut self, often: u64) -> bool {
        self.below(100) < often
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_again_and_another_seed_others() {
        let numbers = |seed| {
            let mut chance = Chance::new(seed);
            [chance.number(), chance.number()]
        };
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }
}
