//! Records the sessions that predictive echo is measured on: real programs on real terminals, typed into at a person's pace.
//!
//! They must be installed: bash, zsh and zsh-autosuggestions, fish, vim, less, python3, git, sudo, openssh-server, and
//! codex (npm install -g @openai/codex). Without names all sessions are recorded, which takes some ten minutes.
#![allow(clippy::print_stdout, reason = "a command line talks to a person")]

use anyhow::{Result, ensure};
use clap::Parser;
use devtail_tests::prediction::{SCRIPTS, record};

/// Records sessions into tests/prediction/recordings.
#[derive(Debug, Parser)]
struct Args {
    /// Only these, by name.
    names: Vec<String>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let known = |name: &String| SCRIPTS.iter().any(|script| script.name == name);
    ensure!(
        args.names.iter().all(known),
        "the sessions are: {:?}",
        SCRIPTS.iter().map(|script| script.name).collect::<Vec<_>>()
    );
    for script in SCRIPTS {
        if args.names.is_empty() || args.names.iter().any(|name| name == script.name) {
            let recording = record(script)?;
            recording.write()?;
            println!("{}: {} moments", recording.name, recording.moments.len());
        }
    }
    Ok(())
}
