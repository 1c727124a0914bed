//! `devtail kill`: a terminal ends, and what runs in it.

use anyhow::Result;
use devtail_channels::terminal::{Input, KIND};
use devtail_protocol::wire::Priority;

use crate::commands::split_link;
use crate::exit::Failure;
use crate::gateways::{self, Which};
use crate::say::say;
use crate::session::Session;
use crate::terminals::{find, label};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's link, the first time; the terminal's name or id
    #[arg(value_names = ["LINK", "TERMINAL"], num_args = 1..=2, required = true)]
    words: Vec<String>,
    #[command(flatten)]
    which: Which,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let (link, words) = split_link(args.words);
    let [named] = words.as_slice() else {
        return Err(Failure::usage("name one terminal; `devtail ls` lists them").into());
    };
    let known = gateways::find(link.as_deref(), &args.which).await?;
    let mut session = Session::open(&known).await?;
    let terminals = session.terminals().await?;
    let terminal = find(&terminals, named)?;
    let ch = session
        .client
        .attach(terminal.id, KIND, Priority::Background)
        .map_err(|fault| Failure::of(&fault))?;
    let kill = session.client.send(ch, Input::Kill.encode());
    session.settled(ch, kill.expect("an empty Outbox takes one input")).await?;
    say(format!("{} is ended.", label(terminal)))?;
    Ok(())
}
