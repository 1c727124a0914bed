//! `devtail completions`: what a shell needs to complete our words.

use std::io;

use anyhow::Result;
use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::args::Cli;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut out = Vec::new();
    generate(args.shell, &mut Cli::command(), "devtail", &mut out);
    io::Write::write_all(&mut io::stdout(), &out)?;
    Ok(())
}
