//! `devtail completions`: what a shell needs to complete our words.

use std::io;

use anyhow::Result;
use clap::Command;
use clap_complete::{Shell, generate};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut ours: Command) -> Result<()> {
    let mut out = Vec::new();
    generate(args.shell, &mut ours, "devtail", &mut out);
    io::Write::write_all(&mut io::stdout(), &out)?;
    Ok(())
}
