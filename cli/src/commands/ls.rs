//! `devtail ls`: the terminals of a host.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use devtail_channels::terminal::Terminal;
use serde_json::Value;

use crate::exit::printable;
use crate::gateways::{self, Which};
use crate::say::say;
use crate::session::Session;
use crate::table::{ago, render};
use crate::terminals::{short, state, to_json};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's link, the first time
    #[arg(value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    which: Which,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let known = gateways::find(args.link.as_deref(), &args.which).await?;
    let terminals = Session::open(&known).await?.terminals().await?;
    if args.json {
        say(Value::Array(terminals.iter().map(to_json).collect()))?;
        return Ok(());
    }
    let rows: Vec<_> = terminals.iter().map(row).collect();
    say(render(&["ID", "NAME", "SIZE", "AGE", "SEEN BY", "STATE", "TITLE"], &rows).trim_end())?;
    Ok(())
}

fn row(terminal: &Terminal) -> Vec<String> {
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let age = now_ms.saturating_sub(u128::from(terminal.created_ms)) / 1000;
    vec![
        short(terminal.id),
        printable(&terminal.name),
        terminal.size.to_string(),
        ago(u64::try_from(age).unwrap_or(u64::MAX)),
        terminal.viewers.to_string(),
        state(terminal),
        printable(&terminal.title),
    ]
}
