//! What the soak types, and what the shell's own log says became of it.
//!
//! A token is a line that no other token contains: its number, and a mark that only this run knows.

use std::collections::HashMap;
use std::fmt;

/// Makes the tokens of one run.
#[derive(Debug)]
pub struct Tokens {
    mark: u32,
    typed: Vec<String>,
}

/// What became of the tokens. All but `typed` are 0 in a sound run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How many were typed.
    pub typed: usize,
    /// Typed, and not in the log.
    pub lost: usize,
    /// In the log once more than typed, each time counted.
    pub doubled: usize,
    /// In the log before one that was typed earlier.
    pub reordered: usize,
    /// Lines of the log that nobody typed: a token with bytes lost or doubled inside.
    pub foreign: usize,
}

impl Tokens {
    /// Tokens that bear this run's mark.
    pub const fn new(mark: u32) -> Self {
        Self { mark, typed: Vec::new() }
    }

    /// The next token, from now on taken as typed.
    pub fn next_token(&mut self) -> &str {
        let number = self.typed.len();
        self.typed.push(format!(
            "t{number:07}-{:08x}",
            self.mark ^ (number as u32).wrapping_mul(0x9e37_79b9)
        ));
        self.typed.last().expect("one was just pushed")
    }

    /// How many were typed.
    pub const fn typed(&self) -> usize {
        self.typed.len()
    }

    /// Judges the log of the shell, a line a token.
    pub fn judge(&self, log: &str) -> Verdict {
        let numbers: HashMap<&str, usize> =
            self.typed.iter().map(String::as_str).zip(0..).collect();
        let mut seen = vec![0_usize; self.typed.len()];
        let mut verdict =
            Verdict { typed: self.typed.len(), lost: 0, doubled: 0, reordered: 0, foreign: 0 };
        let mut newest = None;
        for line in log.lines() {
            let Some(&number) = numbers.get(line) else {
                verdict.foreign += 1;
                continue;
            };
            seen[number] += 1;
            if seen[number] == 1 && newest.is_some_and(|newest| number < newest) {
                verdict.reordered += 1;
            }
            newest = newest.max(Some(number));
        }
        verdict.lost = seen.iter().filter(|times| **times == 0).count();
        verdict.doubled = seen.iter().map(|times| times.saturating_sub(1)).sum();
        verdict
    }
}

impl Verdict {
    /// Whether every token arrived exactly once, in order, and nothing else did.
    pub const fn is_sound(&self) -> bool {
        self.lost + self.doubled + self.reordered + self.foreign == 0
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { typed, lost, doubled, reordered, foreign } = self;
        write!(
            f,
            "{typed} typed: {lost} lost, {doubled} doubled, {reordered} reordered, {foreign} foreign"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of these tokens, by number.
    fn judge(log: &[usize]) -> Verdict {
        let mut tokens = Tokens::new(7);
        for _ in 0..4 {
            tokens.next_token();
        }
        let lines: Vec<&str> = log.iter().map(|number| tokens.typed[*number].as_str()).collect();
        tokens.judge(&lines.join("\n"))
    }

    #[test]
    fn each_once_and_in_order_is_sound() {
        assert!(judge(&[0, 1, 2, 3]).is_sound());
    }

    #[test]
    fn a_lost_a_doubled_and_a_late_token_are_counted_apart() {
        assert_eq!(judge(&[0, 1, 3]).lost, 1);
        assert_eq!(judge(&[0, 1, 1, 1, 2, 3]).doubled, 2);
        let late = judge(&[0, 2, 1, 3]);
        assert_eq!((late.lost, late.doubled, late.reordered), (0, 0, 1));
        // A resent range is doubled, not reordered: each first time came in order.
        let resent = judge(&[0, 1, 2, 1, 2, 3]);
        assert_eq!((resent.doubled, resent.reordered), (2, 0));
    }

    #[test]
    fn a_torn_line_is_foreign_and_its_token_lost() {
        let mut tokens = Tokens::new(7);
        let torn = tokens.next_token()[1..].to_owned();
        let verdict = tokens.judge(&torn);
        assert_eq!((verdict.foreign, verdict.lost), (1, 1));
    }
}
