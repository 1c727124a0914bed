//! `devtail handoff`: a link that goes on in a terminal on another device.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use devtail_client::hand_off;
use serde_json::json;

use crate::commands::pair::qr;
use crate::gateways::{self, Which};
use crate::say::say;
use crate::session::Session;
use crate::terminals::{label, named_or_newest};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The terminal, by its name or the beginning of its id [default: the newest shell]
    #[arg(value_name = "NAME|ID")]
    terminal: Option<String>,
    #[command(flatten)]
    which: Which,
    /// Print one JSON line {"link","expires_in"}; the time in seconds
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let known = gateways::find(None, &args.which).await?;
    let terminals = Session::open(&known).await?.terminals().await?;
    let terminal = named_or_newest(&terminals, args.terminal.as_deref())?;
    let ticket = hand_off(&known.credential()?, terminal.id).await?;
    let link = ticket.link.expose();
    if args.json {
        say(json!({"link": link, "expires_in": ticket.expires_in}))?;
        return Ok(());
    }
    say(link)?;
    if io::stdout().is_terminal() {
        let label = label(terminal);
        say(format!("\n{}\nIt goes on in {label}, on one device, within a minute.", qr(link)))?;
    }
    Ok(())
}
