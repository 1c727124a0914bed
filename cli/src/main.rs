//! The binary `devtail`: the gateway of a host, the holder of a terminal, and a device, by its first argument.
//!
//! One command a file in [`commands`]. Read first: `args.rs`, then `commands/connect.rs`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the one crate that talks to a person"
)]

mod args;
mod commands;
mod doctor;
mod exit;
mod gateways;
mod host;
mod say;
mod screen;
mod session;
mod table;
mod terminals;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory as _, Parser as _};

use crate::args::{Cli, Command};
use crate::exit::Status;

fn main() -> ExitCode {
    let ended = perform(Cli::parse());
    match ended {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(status)) => ExitCode::from(status.code()),
        // As a program ends that the system tells by a signal.
        Err(error) if is_broken_pipe(&error) => ExitCode::from(128 + 13),
        Err(error) => {
            say::warn(say::sentence(&error));
            ExitCode::from(exit::status(&error).code())
        }
    }
}

/// Whoever read our output has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Runs one command; `Some`: the exit status it chose.
fn perform(cli: Cli) -> Result<Option<Status>> {
    let command = match cli.command {
        Some(command) => command,
        // As if `up` had been typed, so that the environment counts as ever.
        None => Cli::parse_from(["devtail", "up"])
            .command
            .unwrap_or_else(|| unreachable!("up was typed")),
    };
    match command {
        Command::Up(args) => commands::up::run(*args).map(|()| None),
        Command::Hold(args) => commands::hold::run(&args).map(|()| None),
        Command::CaptureSink(args) => commands::capture::sink(&args).map(|()| None),
        Command::Pair(args) => commands::pair::run(&args).map(|()| None),
        Command::Devices(args) => commands::devices::run(&args).map(|()| None),
        Command::Revoke(args) => commands::revoke::run(&args).map(|()| None),
        Command::Config(args) => commands::config::run(*args).map(|()| None),
        Command::Completions(args) => {
            commands::completions::run(&args, Cli::command()).map(|()| None)
        }
        Command::Connect(args) => online(commands::connect::run(args)),
        Command::Attach(args) => online(commands::attach::run(args)),
        Command::Run(args) => online(commands::run::run(args)),
        Command::Ls(args) => online(commands::ls::run(args)).map(|()| None),
        Command::New(args) => online(commands::new::run(args)).map(|()| None),
        Command::Kill(args) => online(commands::kill::run(args)).map(|()| None),
        Command::Tmux(args) => online(commands::tmux::run(args)),
        Command::Capture(args) => online(commands::capture::run(args)).map(|()| None),
        Command::Record(args) => online(commands::record::run(args)).map(|()| None),
        Command::Handoff(args) => online(commands::handoff::run(args)).map(|()| None),
        Command::Share(args) => online(commands::share::run(args)).map(|()| None),
        Command::Shares(args) => commands::shares::run(&args).map(|()| None),
        Command::Unshare(args) => commands::unshare::run(&args).map(|()| None),
        Command::Token(args) => online(commands::token::run(args)).map(|()| None),
        Command::Doctor(args) => online(commands::doctor::run(args)),
    }
}

/// Runs a command that talks to a gateway. What still blocks in the background then (a read of standard input, for
/// instance) is not waited for.
fn online<T>(command: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(command);
    runtime.shutdown_background();
    ended
}
