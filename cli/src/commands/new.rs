//! `devtail new`: a terminal is made, and goes on without us.

use anyhow::Result;
use devtail_channels::terminal::{KIND, Size, Spec};
use devtail_protocol::wire::Priority;
use serde_json::json;

use crate::exit::Failure;
use crate::gateways::{self, Which};
use crate::say::say;
use crate::session::Session;
use crate::terminals::fresh_id;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's link, the first time
    #[arg(value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    which: Which,
    /// What to call it [default: the program's name]
    #[arg(long)]
    name: Option<String>,
    /// Directory on the host to start in [default: home]
    #[arg(long, value_name = "DIR")]
    cwd: Option<String>,
    /// Print one JSON line {"id"}
    #[arg(long)]
    json: bool,
    /// What to run [default: the login shell]
    #[arg(last = true, value_name = "CMD")]
    command: Vec<String>,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let spec = Spec {
        command: args.command,
        cwd: args.cwd.unwrap_or_default(),
        size: Size::default(),
        name: args.name.unwrap_or_default(),
        every_byte: false,
        no_echo: false,
    };
    let spec = Spec::decode(&spec.encode()).map_err(|bad| Failure::usage(bad.to_string()))?;
    let known = gateways::find(args.link.as_deref(), &args.which).await?;
    let mut session = Session::open(&known).await?;
    let id = fresh_id();
    let opened = session.client.open(id, KIND, Some(spec.encode()), None, Priority::Background);
    let ch = opened.map_err(|fault| Failure::of(&fault))?;
    session.opened(ch).await?;
    if args.json {
        say(json!({"id": id.to_string()}))?;
    } else {
        say(id)?;
    }
    Ok(())
}
