//! The commands that only start the program that does the work.

use anyhow::Result;

use crate::{run, tools};

/// Rewrites generated code, vectors and corpora; git shows what changed.
pub(crate) fn bless() -> Result<()> {
    let lines = [
        "cargo test --workspace --test generated",
        "cargo test --workspace --test conformance",
        "cargo test --workspace --test corpora",
    ];
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
    release("soak", args)
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
