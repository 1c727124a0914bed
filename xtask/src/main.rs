//! Everything beyond cargo, with nothing to install: `cargo xtask --help`.
//!
//! This crate only starts other programs, so that it compiles in seconds; what is heavy lives in the `tests` crate.
//! Read first: [`stages`], the one list of checks that a laptop and CI share.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a person")]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod programs;
mod run;
mod stages;
mod tools;

/// Everything beyond cargo: checks, figures, and what is written by a program.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install what is missing for the tests, then run every check, cheap ones first.
    #[command(visible_alias = "ci")]
    Test(stages::Args),
    /// Rewrite what is generated: the Rust of the .proto files, the wire vectors, the fuzz corpora, the ratchet's numbers.
    Bless,
    /// Measure the figures of docs/benchmarks.md (release build).
    Bench {
        /// Passed on: NAME, --list, --json, --repeats N, --write.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Hold thousands of links against one gateway: memory, a storm after kill -9, typing beside them (release build).
    Load {
        /// Passed on: idle, storm, typists, --links N, --tls off|self-signed|both, --json, --list.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Cut a real shell's link and break every process again and again, and check that nothing typed was lost (release build).
    Soak {
        /// Passed on: --cuts N, --seed S, --kills N, --faults N, --json.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Count instructions and allocations of the hot paths, and draw flame graphs into target/profile.
    Profile {
        /// Passed on: PATH, --out FOLDER.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Take the README's picture of the page, from the real thing.
    Screenshot,
}

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Test(args) => stages::run(&args),
        Command::Bless => programs::bless(),
        Command::Bench { args } => programs::bench(&args),
        Command::Load { args } => programs::load(&args),
        Command::Soak { args } => programs::soak(&args),
        Command::Profile { args } => programs::profile(&args),
        Command::Screenshot => programs::screenshot(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The sentence alone: a backtrace of this program tells nobody anything.
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
