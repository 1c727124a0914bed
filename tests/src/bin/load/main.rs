//! The load: many clients of the real core at one gateway process, idle, coming back, and typing.
//!
//! Gateway, holders and programs are processes of their own; the clients are tasks of this one. All links come from one
//! address here, so the gateway is told not to count connections by address; how many of all addresses may be under way
//! stands, and nothing else differs from what a person starts. Read first: [`figure::FIGURES`], then [`scene`].
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a person")]

mod figure;
mod scene;
mod typing;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};
use devtail_tests::load;

use crate::figure::{FIGURES, Rounds};
use crate::scene::Scene;

/// Measures what many links cost one gateway, and whether all of them come back.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Args {
    /// What to measure. Default: all.
    parts: Vec<Part>,
    /// Print the figures' names, what they mean and their targets, and measure nothing.
    #[arg(long)]
    list: bool,
    /// One JSON object a line: id, value, unit, min, max, n, target, holds, peers.
    #[arg(long)]
    json: bool,
    /// How many links.
    #[arg(long, default_value_t = 10_000)]
    links: usize,
    /// Whether the port is encrypted.
    #[arg(long, value_enum, default_value_t = Tls::Both)]
    tls: Tls,
    /// How often, each time with a gateway of its own.
    #[arg(long, default_value_t = 1)]
    repeats: usize,
    /// How many of the links have a terminal that is typed into while the gateway is killed.
    #[arg(long, default_value_t = 200)]
    writers: usize,
    /// How many terminals' keys are timed.
    #[arg(long, default_value_t = 50)]
    typists: usize,
    /// How many terminals flood beside them.
    #[arg(long, default_value_t = 2)]
    floods: usize,
    /// For how many seconds a quiet gateway's processor time is counted. An idle link pings once a minute.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// A part of the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// What the links cost that do nothing.
    Idle,
    /// The gateway is killed with -9 and started again.
    Storm,
    /// Keys are timed, with the idle links and floods beside them.
    Typists,
}

/// Which ports are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tls {
    /// In the clear, as on loopback or behind a proxy that encrypts.
    Off,
    /// TLS 1.3 with the certificate that the gateway makes for itself.
    SelfSigned,
    /// One after the other.
    Both,
}

impl Args {
    fn wants(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }

    const fn ports(&self) -> &'static [scene::Port] {
        use scene::Port::{Encrypted, Plain};
        match self.tls {
            Tls::Off => &[Plain],
            Tls::SelfSigned => &[Encrypted],
            Tls::Both => &[Plain, Encrypted],
        }
    }

    const fn quiet(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    if args.list {
        FIGURES.iter().for_each(|figure| {
            println!("{}\t{}\t{}", figure.id, figure.target_text(), figure.what);
        });
        return Ok(ExitCode::SUCCESS);
    }
    ensure!(args.links > args.writers, "--links must be more than --writers, which are among them");
    ensure!(args.repeats > 0, "--repeats must be at least 1");
    load::raise(args.links + args.writers + args.typists + args.floods)?;
    let mut rounds = Rounds::default();
    for _ in 0..args.repeats {
        for port in args.ports() {
            Scene::set(*port, &args).await?.play(&args, &mut rounds).await?;
        }
    }
    let measured = rounds.measured();
    for figure in &measured {
        println!("{}", if args.json { figure.json() } else { figure.line() });
    }
    let sound = measured.iter().all(|figure| figure.is_sound());
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
