//! The hot paths, each alone: one process runs one of them with inputs that never change, and valgrind counts.
//!
//! Only what runs below [`hot_path`] counts, so neither a program's start nor what a path needs beforehand does. There is
//! no clock, no thread and no hash with a random seed in it: two runs take the same instructions.
//!
//! Read first: [`PATHS`], then `way.rs`, which is the whole way of a key in one thread.
#![allow(clippy::print_stdout, reason = "its list is read by a program")]

mod codec;
mod lines;
mod typing;
mod way;

use std::process::ExitCode;

/// A path, and how much goes through it in one run.
struct Path {
    name: &'static str,
    /// What one step of it is.
    unit: &'static str,
    /// Steps in one run.
    steps: u64,
    run: fn(u64),
}

const PATHS: &[Path] = &[
    Path { name: "codec.encode", unit: "packet", steps: 2_000, run: codec::encode },
    Path { name: "codec.decode", unit: "packet", steps: 2_000, run: codec::decode },
    Path { name: "codec.seal", unit: "MiB", steps: 1, run: codec::seal },
    Path { name: "codec.open", unit: "MiB", steps: 1, run: codec::open },
    Path { name: "echo", unit: "key", steps: 1_000, run: typing::echo },
    Path { name: "fold", unit: "MiB", steps: 1, run: typing::fold },
    Path { name: "flood", unit: "MiB", steps: 1, run: typing::flood },
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    match PATHS.iter().find(|path| Some(path.name) == wanted.as_deref()) {
        Some(path) => (path.run)(path.steps),
        None if wanted.is_none() => {
            for Path { name, unit, steps, .. } in PATHS {
                println!("{name}\t{unit}\t{steps}");
            }
        }
        None => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// What runs in here is counted: the name is what valgrind is told to look for.
#[inline(never)]
fn hot_path<T>(work: impl FnOnce() -> T) -> T {
    std::hint::black_box(work())
}
