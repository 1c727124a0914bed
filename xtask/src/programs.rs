//! The commands that only start the program that does the work.

use anyhow::Result;

use crate::{run, tools};

/// Builds what the ratchet and the profile count, as it ships and alone: no other crate's features are in it.
const HOT: &str = "env CARGO_INCREMENTAL=0 cargo build --release --package devtail-hot";

/// Rewrites generated code, vectors, corpora and the ratchet's numbers; git shows what changed.
pub(crate) fn bless() -> Result<()> {
    let lines = [
        "cargo test --workspace --test generated",
        "cargo test --workspace --test conformance",
        "cargo test --workspace --test corpora",
        HOT,
        "cargo test --workspace --test ratchet",
    ];
    tools::install_programs(|program| program == "valgrind")?;
    lines.iter().try_for_each(|line| run::run(run::words("", line).env("BLESS", "1")))
}

/// Runs the bench of release-built programs.
pub(crate) fn bench(args: &[String]) -> Result<()> {
    release("bench", args)
}

/// Runs the load on release-built programs.
pub(crate) fn load(args: &[String]) -> Result<()> {
    release("load", args)
}

/// Runs the soak on release-built programs.
pub(crate) fn soak(args: &[String]) -> Result<()> {
    tools::install_programs(|program| ["cc", "faketime", "mount"].contains(&program))?;
    release("soak", args)
}

/// Counts instructions and allocations of the hot paths, and draws flame graphs.
pub(crate) fn profile(args: &[String]) -> Result<()> {
    tools::install_programs(|program| ["cc", "valgrind"].contains(&program))?;
    run::run(&mut run::words("", HOT))?;
    run::run(
        run::words("", "cargo run --quiet --package devtail-tests --bin profile --").args(args),
    )
}

/// Takes the README's picture of the page.
pub(crate) fn screenshot() -> Result<()> {
    tools::install()?;
    run::run(&mut run::words("web", "npm run --silent build"))?;
    run::run(&mut run::words("", "cargo build --workspace --bins"))?;
    run::run(&mut run::words("tests/browser", "npm run --silent screenshot"))
}

fn release(program: &str, args: &[String]) -> Result<()> {
    run::run(&mut run::words("", "cargo build --quiet --release --workspace --bins"))?;
    run::run(run::words("", &format!("target/release/{program}")).args(args))
}
