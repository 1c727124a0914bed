//! The bench: the first figures of the whole way, each beside its floor in the same run.
//!
//! Programs, gateway, holders and client are processes of their own, as they are for a person. Rounds are interleaved,
//! so that a busy moment of the machine falls on all alike; a figure is the median of its rounds with the least and the
//! greatest. Read first: [`figures`].
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a person")]

mod echo;
mod figure;
mod figures;
mod flood;
mod gap;
mod hop;
mod inside;
mod interrupt;
mod kill;
mod lines;
mod memory;
mod moved;
mod netlab;
mod network;
mod peer;
mod plain;
mod plots;
mod process;
mod raw;
mod stage;
mod stats;
mod terminal;
mod two;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};

use crate::figure::{Figure, Rounds, Wanted};
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
    /// Beside which others: a name in tests/peers, or the path of an adapter file. Default: all there that are installed.
    #[arg(long, value_name = "PEER")]
    against: Vec<String>,
    /// For how many seconds of each round darkness comes and goes.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    blackouts: u64,
    /// Draw the plots into this folder.
    #[arg(long, value_name = "FOLDER")]
    plots: Option<PathBuf>,
    /// Rewrite the table of docs/benchmarks.md and its plots; with a NAME the rows of those figures alone.
    #[arg(long)]
    write: bool,
    /// Be the echo of a bare WebSocket, and of this Unix socket.
    #[arg(long, hide = true)]
    hop: Option<PathBuf>,
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
    Kill,
    Netlab,
}

// One thread for the client's tasks: a hop between threads would be the bench's own latency.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(program) = args.inside {
        return inside::run(program, args.bytes, args.file.as_deref());
    }
    if let Some(socket) = &args.hop {
        return hop::serve(socket).await;
    }
    if args.list {
        figures::all().for_each(|figure| {
            println!("{}\t{}\t{}", figure.id, figure.target_text(), figure.what)
        });
        return Ok(());
    }
    ensure!(args.repeats > 0, "--repeats must be at least 1");
    let wanted = |figure: &&'static Figure| {
        args.only.as_ref().is_none_or(|only| figure.id.starts_with(only.as_str()))
    };
    let figures: Vec<&'static Figure> = figures::all().filter(wanted).collect();
    ensure!(!figures.is_empty(), "no figure begins so; --list names them");
    let rounds = measure(&figures, &args).await?;
    let measured = figures.iter().filter_map(|figure| rounds.measured(figure)).collect::<Vec<_>>();
    for figure in &measured {
        println!("{}", if args.json { figure.json() } else { figure.line() });
    }
    if let Some(folder) = &args.plots {
        plots::draw(folder, &rounds, &measured)?;
    }
    if args.write {
        ensure!(args.repeats >= 5, "docs/benchmarks.md takes figures of 5 rounds or more");
        if args.only.is_some() {
            return write::some(&measured);
        }
        write::whole(&measured)?;
        plots::draw(&devtail_tests::repo::root().join("docs/plots"), &rounds, &measured)?;
    }
    Ok(())
}

async fn measure(figures: &[&'static Figure], args: &Args) -> Result<Rounds> {
    let against = peer::chosen(&args.against)?;
    let wants = |group| figures.iter().any(|figure| figure.group == group);
    let wanted = Wanted(figures);
    let mut rounds = Rounds::default();
    for _ in 0..args.repeats {
        // A fresh gateway each round: what one round left behind must not be another's floor.
        let mut stage = Stage::set().await?;
        if wants(Group::Echo) {
            echo::round(&mut stage, &against, &mut rounds).await?;
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
            network::round(&wanted, Duration::from_secs(args.blackouts), &mut rounds)?;
        }
        if wants(Group::Kill) {
            kill::round(&mut rounds).await?;
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
