//! Thousands of lives of a virtual world. A failing one is lived again by `SEED=… cargo test -p devtail-tests --test simulation`.

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use devtail_tests::sim::{Failure, Life, Sabotage, run};

/// Seeds that are the same in every run.
const SEEDS: u64 = 2000;
/// Seeds that are new in every run.
const FRESH: u64 = 200;
/// Lives in which a sabotage must show.
const SABOTAGED: u64 = 60;
/// Failures that are told whole.
const TOLD: usize = 5;

#[test]
fn every_life_keeps_every_promise() {
    if let Some(seed) = number("SEED") {
        let (_, failures) = live_all(&[seed]);
        assert!(failures.is_empty(), "{}", told(&failures));
        return;
    }
    let started = Instant::now();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let fresh = u64::try_from(now.as_nanos()).expect("it is before 2554");
    let mut seeds: Vec<u64> = (1..=number("SEEDS").unwrap_or(SEEDS)).collect();
    seeds.extend((0..number("FRESH").unwrap_or(FRESH)).map(|n| fresh.wrapping_add(n)));
    let (sum, failures) = live_all(&seeds);
    println!(
        "{} seeds, the fresh ones from {fresh}, in {:.1} s: {} transitions, {} inputs, {} turns",
        seeds.len(),
        started.elapsed().as_secs_f64(),
        sum.transitions,
        sum.inputs,
        sum.turns
    );
    assert!(failures.is_empty(), "{}", told(&failures));
}

#[test]
fn a_sabotaged_world_is_found_out() {
    for sabotage in Sabotage::ALL {
        let notices = |seed| run(seed, sabotage).is_err();
        assert!((1..=SABOTAGED).any(notices), "nobody noticed {sabotage:?}");
    }
}

#[test]
fn a_seed_is_a_whole_life() {
    for seed in 1..20 {
        let lives = [run(seed, Sabotage::None), run(seed, Sabotage::None)];
        let [one, other] =
            lives.map(|life| life.map(|life| (life.transitions, life.inputs, life.turns)));
        assert_eq!(one.ok(), other.ok());
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Lives every seed through, on all cores.
fn live_all(seeds: &[u64]) -> (Life, Vec<Failure>) {
    let next = AtomicUsize::new(0);
    let all = Mutex::new((Life::default(), Vec::new()));
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let lived = run(*seed, Sabotage::None);
                    let mut all = all.lock().expect("a failing life is caught");
                    match lived {
                        Ok(life) => all.0.add(life),
                        Err(failure) => all.1.push(failure),
                    }
                }
            });
        }
    });
    all.into_inner().expect("a failing life is caught")
}

fn told(failures: &[Failure]) -> String {
    let mut text = format!("{} seeds failed\n", failures.len());
    for Failure { seed, story } in failures.iter().take(TOLD) {
        let _ = write!(text, "seed {seed}:\n{story}");
        let _ = writeln!(text, "  SEED={seed} cargo test -p devtail-tests --test simulation");
    }
    let seeds: Vec<u64> = failures.iter().map(|failure| failure.seed).collect();
    let _ = write!(text, "all: {seeds:?}");
    text
}
