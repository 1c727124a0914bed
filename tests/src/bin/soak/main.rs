//! The soak: a person types into a real shell while everything between is broken again and again.
//!
//! A real gateway, holder, shell and client on loopback; between client and gateway a proxy that resets, half-opens and
//! stalls; the gateway killed with -9; the client restarted. Processes are stopped, holders killed; the disk fills up, the
//! clock jumps, descriptors and memory run out (`fault.rs`). The shell writes each token it is given into a log of its
//! own, and that log is the judge: nothing lost, nothing doubled, nothing out of order.
#![allow(clippy::print_stdout, reason = "a command line talks to a person")]

mod fault;
mod harm;
mod host;
mod process;
mod report;
mod run;
mod trouble;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::host::Host;
use crate::report::Report;
use crate::run::Run;

/// Cuts a real shell's link again and again, and checks that nothing typed was lost or doubled.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Args {
    /// How often to cut.
    #[arg(long, default_value_t = 1000)]
    cuts: u64,
    /// How many of the cuts are a `kill -9` of the gateway. Default: one in fifty.
    #[arg(long)]
    kills: Option<u64>,
    /// How many faults of processes and their host come between the cuts. Default: one to fifty cuts.
    #[arg(long)]
    faults: Option<u64>,
    /// Print one JSON object, and nothing else.
    #[arg(long)]
    json: bool,
    /// The seed of all chance in the run. Default: the time.
    #[arg(long)]
    seed: Option<u64>,
}

impl Args {
    /// How many of the cuts kill the gateway; never more than there are cuts.
    fn kills(&self) -> u64 {
        self.kills.unwrap_or(self.cuts.div_ceil(50)).min(self.cuts)
    }

    /// How many faults come between the cuts.
    fn faults(&self) -> u64 {
        self.faults.unwrap_or(self.cuts.div_ceil(50))
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let clock = || std::time::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_secs());
    let seed = args.seed.unwrap_or_else(clock);
    if !args.json {
        let (cuts, kills, faults) = (args.cuts, args.kills(), args.faults());
        println!(
            "soak: seed {seed}, {cuts} cuts, {kills} of them kill -9 of the gateway, {faults} faults between them"
        );
    }
    let host = Host::make()?;
    let began = std::time::Instant::now();
    let runtime = tokio::runtime::Runtime::new()?;
    let run = async { Run::begin(seed, host).await?.through(&args).await };
    let report = match runtime.block_on(run) {
        Ok(report) => report,
        Err(error) if args.json => {
            println!("{}", report::broken(seed, began.elapsed(), &error));
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.context(format!("seed {seed}"))),
    };
    say(&args, &report, seed, began.elapsed());
    let sound = report.verdict.is_sound();
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(args: &Args, report: &Report, seed: u64, took: Duration) {
    if args.json {
        return println!("{}", report.json(seed, took));
    }
    println!("soak: {report}, in {:.0} s", took.as_secs_f64());
    println!("soak: {}", if report.verdict.is_sound() { "sound" } else { "BROKEN" });
}
