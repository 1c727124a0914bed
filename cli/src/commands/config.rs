//! `devtail config`: what `devtail up` would run with here, and where each value comes from.

use crate::say::say;
use anyhow::{Context as _, Result};
use devtail_gateway::{Config, Folders, Settings};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    settings: Settings,
    /// Print one JSON object instead of TOML
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let text = Config::load(args.settings, &Folders::from_env())?.render();
    if !args.json {
        say(text.trim_end())?;
        return Ok(());
    }
    let table: toml::Table = text.parse().context("the configuration is no TOML")?;
    say(serde_json::to_string(&table)?)?;
    Ok(())
}
