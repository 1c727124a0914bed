//! `devtail attach`: works in one terminal, by its name or id.

use anyhow::Result;
use devtail_channels::terminal::KIND;
use devtail_protocol::wire::Priority;

use crate::commands::connect::{must_be_a_terminal, show};
use crate::commands::split_link;
use crate::exit::{Failure, Status};
use crate::gateways::{self, Which};
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

pub(crate) async fn run(args: Args) -> Result<Option<Status>> {
    must_be_a_terminal("attach")?;
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
        .attach(terminal.id, KIND, Priority::Focused)
        .map_err(|fault| Failure::of(&fault))?;
    show(session, terminal.id, ch, &label(terminal)).await
}
