//! Thousands of lives of a virtual world. A failing one is lived again by `SEED=… cargo test -p devtail-tests --test simulation`.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use devtail_tests::sim::{Failure, Life, Sabotage, run};

/// The same in every run.
const SEEDS: u64 = 2000;
/// New ones in every run.
const FRESH: u64 = 200;
/// Lives in which a sabotage must show.
const SABOTAGED: u64 = 60;

#[test]
fn every_life_keeps_every_promise() {
    if let Some(seed) = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()) {
        return report(&live_all(&[seed]));
    }
    let started = Instant::now();
    let fresh = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as u64;
    let count = |name: &str, default| {
        std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
    };
    let seeds: Vec<u64> = (1..=count("SEEDS", SEEDS))
        .chain((0..count("FRESH", FRESH)).map(|n| fresh.wrapping_add(n)))
        .collect();
    println!("{} seeds, the fresh ones from {fresh}", seeds.len());
    let failures = live_all(&seeds);
    println!("{:.1} s", started.elapsed().as_secs_f64());
    report(&failures);
}

#[test]
fn a_sabotaged_world_is_found_out() {
    for sabotage in
        [Sabotage::ApplyTwice, Sabotage::LoseInput, Sabotage::SkipBytes, Sabotage::MisplaceSnapshot]
    {
        assert!(
            (1..=SABOTAGED).any(|seed| run(seed, sabotage).is_err()),
            "nobody noticed {sabotage:?}"
        );
    }
}

/// Lives every seed through, on all cores.
fn live_all(seeds: &[u64]) -> Vec<Failure> {
    let next = AtomicU64::new(0);
    let failures = Mutex::new(Vec::new());
    let sum = Mutex::new(Life::default());
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    match run(*seed, Sabotage::None) {
                        Ok(life) => {
                            let mut sum = sum.lock().expect("no panic");
                            sum.transitions += life.transitions;
                            sum.inputs += life.inputs;
                            sum.turns += life.turns;
                        }
                        Err(failure) => failures.lock().expect("no panic").push(failure),
                    }
                }
            });
        }
    });
    println!("{:?}", sum.into_inner().expect("no panic"));
    failures.into_inner().expect("no panic")
}

fn report(failures: &[Failure]) {
    for failure in failures.iter().take(if std::env::var_os("ALL").is_some() { 10_000 } else { 5 })
    {
        println!("seed {}:\n{}", failure.seed, failure.story);
    }
    let seeds: Vec<u64> = failures.iter().map(|failure| failure.seed).collect();
    assert!(
        seeds.is_empty(),
        "{} seeds failed: {seeds:?}\nreplay one with: SEED={} cargo test -p devtail-tests --test simulation",
        seeds.len(),
        seeds[0]
    );
}
