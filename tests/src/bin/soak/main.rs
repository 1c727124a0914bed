//! The soak: a person types into a real shell while everything between is broken again and again.
//!
//! A real gateway, holder, shell and client on loopback; between client and gateway a proxy that resets, half-opens and
//! stalls; the gateway killed with -9; the client restarted. The shell writes each token it is given into a log of its
//! own, and that log is the judge: nothing lost, nothing doubled, nothing out of order.
#![allow(clippy::print_stdout, reason = "a command line talks to a person")]

mod run;
mod trouble;

use std::process::ExitCode;

use clap::Parser;

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
    /// The seed of all chance in the run. Default: the time.
    #[arg(long)]
    seed: Option<u64>,
}

impl Args {
    /// How many of the cuts kill the gateway; never more than there are cuts.
    fn kills(&self) -> u64 {
        self.kills.unwrap_or(self.cuts.div_ceil(50)).min(self.cuts)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let clock = || std::time::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_secs());
    let seed = args.seed.unwrap_or_else(clock);
    println!(
        "soak: seed {seed}, {} cuts, {} of them kill -9 of the gateway",
        args.cuts,
        args.kills()
    );
    let began = std::time::Instant::now();
    let report = Run::begin(seed).await?.through(&args).await?;
    println!("soak: {report}, in {:.0} s", began.elapsed().as_secs_f64());
    let sound = report.verdict.is_sound();
    println!("soak: {}", if sound { "sound" } else { "BROKEN" });
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
