//! `devtail hold`: the process that owns one terminal. The gateway starts it; the spec comes on standard input.

use std::path::PathBuf;

use anyhow::Result;
use devtail_channels::terminal::host::hold;
use devtail_protocol::ChannelId;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's state directory
    #[arg(value_name = "STATE")]
    state: PathBuf,
    /// The terminal's id, 32 hexadecimal digits
    #[arg(value_name = "ID", value_parser = parse_id)]
    id: ChannelId,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    Ok(hold(&args.state, args.id)?)
}

fn parse_id(text: &str) -> Result<ChannelId, &'static str> {
    ChannelId::parse(text).ok_or("an id has 32 hexadecimal digits")
}
