//! The bench: the first figures of the whole way, each beside its floor in the same run.
//!
//! Programs, gateway, holders and client are processes of their own, as they are for a person. Rounds are interleaved,
//! so that a busy moment of the machine falls on all alike; a figure is the median of its rounds with the least and the
//! greatest. Read first: [`figures`].
#![allow(clippy::print_stdout, reason = "a command line talks to a person")]

mod echo;
mod figure;
mod figures;
mod flood;
mod gap;
mod inside;
mod memory;
mod netlab;
mod network;
mod raw;
mod ssh;
mod stage;
mod stats;
mod terminal;
mod write;

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};

use crate::figure::{Figure, Rounds};
use crate::stage::Stage;

/// Measures the whole way, beside its floor in the same run.
#[derive(Debug, Parser)]
struct Args {
    /// Print the figures' names, what they mean and their targets, and measure nothing.
    #[arg(long)]
    list: bool,
    /// One JSON object a line: id, value, unit, min, max, n, target, holds, peers.
    #[arg(long)]
    json: bool,
    /// How many rounds of each; at least 5 for figures that are kept.
    #[arg(long, default_value_t = 5)]
    repeats: usize,
    /// Only figures whose name begins so, for instance `terminal`.
    #[arg(value_name = "NAME")]
    only: Option<String>,
    /// Rewrite the tables of docs/benchmarks.md.
    #[arg(long)]
    write: bool,
    /// What the bench starts in a terminal: echo, or flood and how many bytes.
    #[arg(long, hide = true)]
    inside: Option<inside::Program>,
    /// What is played.
    #[arg(long, hide = true)]
    file: Option<String>,
    /// How many bytes a flood has.
    #[arg(long, hide = true, default_value_t = 0)]
    bytes: usize,
}

/// What is measured together, because the parts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    Echo,
    Flood,
    Memory,
    Gap,
    Terminal,
    Network,
    Netlab,
}

// One thread for the client's tasks: a hop between threads would be the bench's own latency.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(program) = args.inside {
        return inside::run(program, args.bytes, args.file.as_deref());
    }
    if args.list {
        figures::all().for_each(|figure| {
            println!("{}\t{}\t{}", figure.id, figure.target_text(), figure.what)
        });
        return Ok(());
    }
    ensure!(args.repeats > 0, "--repeats must be at least 1");
    let wanted = |figure: &&Figure| {
        args.only.as_ref().is_none_or(|only| figure.id.starts_with(only.as_str()))
    };
    let figures: Vec<&Figure> = figures::all().filter(wanted).collect();
    ensure!(!figures.is_empty(), "no figure begins so; --list names them");
    let rounds = measure(&figures, args.repeats).await?;
    let measured = figures.iter().filter_map(|figure| rounds.measured(figure)).collect::<Vec<_>>();
    for figure in &measured {
        println!("{}", if args.json { figure.json() } else { figure.line() });
    }
    if args.write {
        ensure!(
            args.only.is_none() && args.repeats >= 5,
            "docs/benchmarks.md takes all figures, of 5 rounds or more"
        );
        write::benchmarks(&measured)?;
    }
    Ok(())
}

async fn measure(figures: &[&Figure], repeats: usize) -> Result<Rounds> {
    let wants = |group| figures.iter().any(|figure| figure.group == group);
    let mut rounds = Rounds::default();
    for _ in 0..repeats {
        // A fresh gateway each round: what one round left behind must not be another's floor.
        let mut stage = Stage::set().await?;
        if wants(Group::Echo) {
            echo::round(&mut stage, &mut rounds).await?;
        }
        if wants(Group::Flood) {
            flood::round(&mut stage, &mut rounds).await?;
        }
        if wants(Group::Gap) {
            gap::round(&mut stage, &mut rounds).await?;
        }
        if wants(Group::Terminal) {
            terminal::round(&mut stage, &mut rounds).await?;
        }
        if wants(Group::Network) {
            network::round(&mut rounds)?;
        }
        if wants(Group::Netlab) {
            netlab::round(&mut rounds)?;
        }
        if wants(Group::Memory) {
            memory::round(&mut rounds).await?;
        }
    }
    Ok(rounds)
}
