//! Records the sessions that predictive echo is measured on: real programs on real terminals, typed into at a person's pace.
//!
//! They must be installed: bash, zsh and zsh-autosuggestions, fish, vim, less, python3, git, sudo, openssh-server, and
//! codex (npm install -g @openai/codex). Without names all sessions are recorded, which takes some ten minutes; with
//! `--mosh` nothing is recorded, but mosh types what was.
#![allow(clippy::print_stdout, reason = "a command line talks to a person")]

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use devtail_tests::prediction::{Recording, SCRIPTS, Script, mosh, record, replay};

/// Records sessions into tests/prediction/recordings.
#[derive(Debug, Parser)]
struct Args {
    /// Only these, by name.
    names: Vec<String>,
    /// Compare with mosh instead, over a round trip of so many milliseconds.
    #[arg(long, value_name = "MS")]
    mosh: Option<u64>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let known: Vec<&str> = SCRIPTS.iter().map(|script| script.name).collect();
    let are_known = args.names.iter().all(|name| known.contains(&name.as_str()));
    ensure!(are_known, "the sessions are: {}", known.join(" "));
    for script in SCRIPTS {
        if !args.names.is_empty() && args.names.iter().all(|name| name != script.name) {
            continue;
        }
        match args.mosh {
            Some(ms) => compare(script, Duration::from_millis(ms))?,
            None => {
                let recording = record(script)?;
                recording.write()?;
                println!("{}: {} moments", recording.name, recording.moments.len());
            }
        }
    }
    Ok(())
}

fn compare(script: &Script, round_trip: Duration) -> Result<()> {
    let recordings = Recording::all()?;
    let recording = recordings.iter().find(|recording| recording.name == script.name);
    let recording = recording.context("it is not recorded yet")?;
    println!("{:14} ours: {}", script.name, replay(recording, round_trip));
    println!("{:14} mosh: {}", script.name, mosh(recording, script, round_trip)?);
    Ok(())
}
