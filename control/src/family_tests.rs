//! The family machine alone: no database, no cryptography; tokens are numbers, and thousands of histories are drawn.

use super::*;
use std::collections::HashSet;

const START: Timestamp = Timestamp::from_unix_s(1_800_000_000);
const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// A stand-in for the HMAC: as deterministic, and different for every parent and attempt that a test reaches.
fn successor(of: &TokenHash, attempt: u32) -> TokenHash {
    let mut state = u64::from(attempt) ^ 0x9e37_79b9_7f4a_7c15;
    let mut next = [0; 32];
    for (chunk, part) in next.chunks_exact_mut(8).zip(of.chunks_exact(8)) {
        state ^= u64::from_le_bytes(part.try_into().unwrap());
        state = state.wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(31) ^ (state >> 29);
        chunk.copy_from_slice(&state.to_le_bytes());
    }
    next
}

/// xorshift: enough to draw histories, and the seed names one.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    /// From nothing to a week: within the window, around its edge, and far beyond it.
    fn pause_ms(&mut self) -> u64 {
        let spans = [0, 1, 1000, 59_999, 60_000, 60_001, 10 * MINUTE_MS, 7 * DAY_MS];
        spans[self.below(spans.len() as u64) as usize]
    }
}

/// The server: a family and every token it ever handed out.
struct Server {
    family: Family,
    issued: HashSet<TokenHash>,
    revoked: bool,
}

impl Server {
    fn new() -> Self {
        let first = [1; 32];
        Self { family: Family::new(START, first), issued: HashSet::from([first]), revoked: false }
    }

    fn answer(&mut self, now: Timestamp, presented: TokenHash) -> Result<TokenHash, Verdict> {
        match self.family.present(now, &presented) {
            Verdict::Rotate { attempt, first_at } => {
                let next = successor(&presented, attempt);
                self.family = Family::rotated(now, presented, attempt, first_at, next);
                self.issued.insert(next);
                Ok(next)
            }
            verdict @ (Verdict::Reuse | Verdict::Expired) => {
                self.revoked |= verdict == Verdict::Reuse;
                Err(verdict)
            }
        }
    }
}

#[test]
fn a_lost_answer_is_given_again_within_a_minute_and_replaced_after_it() {
    let mut server = Server::new();
    let first = server.family.leaf;
    let answer = server.answer(START, first).unwrap();
    assert_eq!(server.answer(START.plus_ms(60_000), first), Ok(answer), "the very same one");
    let other = server.answer(START.plus_ms(60_001), first).unwrap();
    assert_ne!(other, answer);
    assert_eq!(
        server.answer(START.plus_ms(60_002), answer),
        Err(Verdict::Reuse),
        "the unused first answer is dead"
    );
}

#[test]
fn a_replacement_is_itself_given_again_for_a_minute() {
    let mut server = Server::new();
    let first = server.family.leaf;
    server.answer(START, first).unwrap();
    let later = START.plus_ms(DAY_MS);
    let other = server.answer(later, first).unwrap();
    assert_eq!(server.answer(later.plus_ms(30_000), first), Ok(other));
}

#[test]
fn a_token_whose_successor_was_used_is_a_theft() {
    let mut server = Server::new();
    let first = server.family.leaf;
    let second = server.answer(START, first).unwrap();
    server.answer(START.plus_ms(1), second).unwrap();
    assert_eq!(
        server.answer(START.plus_ms(2), first),
        Err(Verdict::Reuse),
        "even within the minute"
    );
}

#[test]
fn a_device_is_forgotten_after_ninety_days_of_silence_and_not_before() {
    let server = Server::new();
    let leaf = server.family.leaf;
    assert!(matches!(
        server.family.present(START.plus_ms(90 * DAY_MS), &leaf),
        Verdict::Rotate { .. }
    ));
    assert_eq!(server.family.present(START.plus_ms(90 * DAY_MS + 1), &leaf), Verdict::Expired);
}

#[test]
fn a_clock_set_back_gives_the_same_answer_and_no_alarm() {
    let mut server = Server::new();
    let first = server.family.leaf;
    let answer = server.answer(START, first).unwrap();
    assert_eq!(server.answer(START.minus_ms(DAY_MS), first), Ok(answer));
    assert!(server.answer(START.minus_ms(DAY_MS), answer).is_ok());
}

#[test]
fn an_honest_device_on_any_bad_line_is_never_taken_for_a_thief() {
    for seed in 1..=2000 {
        let (mut dice, mut server, mut now) = (Dice(seed), Server::new(), START);
        let mut held = server.family.leaf;
        for step in 0..60 {
            now = now.plus_ms(dice.pause_ms());
            let request_lost = dice.below(3) == 0;
            let answer_lost = dice.below(2) == 0;
            if request_lost {
                continue;
            }
            let answer = server.answer(now, held);
            let next =
                answer.unwrap_or_else(|verdict| panic!("seed {seed} step {step}: {verdict:?}"));
            if !answer_lost {
                held = next;
            }
        }
    }
}

#[test]
fn of_all_tokens_ever_issued_only_the_leaf_and_its_parent_are_good() {
    for seed in 1..=500 {
        let (mut dice, mut server, mut now) = (Dice(seed), Server::new(), START);
        for step in 0..40 {
            now = now.plus_ms(dice.pause_ms());
            let parent = server
                .family
                .rotation
                .as_ref()
                .map_or(server.family.leaf, |rotation| rotation.parent);
            let presented = if dice.below(2) == 0 { server.family.leaf } else { parent };
            server.answer(now, presented).unwrap();
            let good = server
                .issued
                .iter()
                .filter(|token| server.family.present(now, token) != Verdict::Reuse);
            assert_eq!(good.count(), 2, "seed {seed} step {step}");
        }
    }
}

#[test]
fn once_a_thief_has_rotated_past_the_device_the_first_of_them_to_come_back_ends_it_for_both() {
    for seed in 1..=2000 {
        let (mut dice, mut server, mut now) = (Dice(seed), Server::new(), START);
        let mut device = server.family.leaf;
        for _ in 0..dice.below(5) {
            device = server.answer(now, device).unwrap();
            now = now.plus_ms(dice.pause_ms());
        }
        let mut thief = device;
        for _ in 0..2 + dice.below(4) {
            thief = server.answer(now, thief).unwrap();
            now = now.plus_ms(dice.pause_ms());
        }
        assert_eq!(server.answer(now, device), Err(Verdict::Reuse), "seed {seed}");
        assert!(server.revoked, "seed {seed}: the thief's token goes with the family");
    }
}

#[test]
fn a_thief_and_a_device_that_both_go_on_are_found_out() {
    for seed in 1..=2000 {
        let (mut dice, mut server, mut now) = (Dice(seed), Server::new(), START);
        let (mut device, mut thief) = (server.family.leaf, server.family.leaf);
        for _ in 0..200 {
            // Neither knows of the other, so they do not meet within the minute that shares one answer.
            now = now.plus_ms(2 * MINUTE_MS + dice.below(DAY_MS));
            let who = if dice.below(2) == 0 { &mut device } else { &mut thief };
            match server.answer(now, *who) {
                Ok(next) => *who = next,
                Err(_) => break,
            }
        }
        assert!(server.revoked, "seed {seed}");
    }
}
