//! `devtail shares`: the sharing links there are, newest first.

use anyhow::Result;
use devtail_control::{Share, Timestamp};
use serde_json::{Value, json};

use crate::host::{Host, State, now};
use crate::say::say;
use crate::table::{ago, render};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    state: State,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let shares = Host::new(&args.state)?.control()?.shares()?;
    if args.json {
        say(Value::Array(shares.iter().map(to_json).collect()))?;
        return Ok(());
    }
    let rows: Vec<_> = shares.iter().map(row).collect();
    say(render(&["ID", "TERMINAL", "STATE", "GUESTS"], &rows).trim_end())?;
    Ok(())
}

fn row(share: &Share) -> Vec<String> {
    let seconds = |from: Timestamp, to: Timestamp| to.ms_since(from) / 1000;
    let state = match share.ended {
        Some(at) => format!("ended {} ago", ago(seconds(at, now()))),
        None if share.is_open(now()) => format!("for {}", ago(seconds(now(), share.expires))),
        None => format!("over {} ago", ago(seconds(share.expires, now()))),
    };
    vec![share.id.to_string(), share.name.to_string(), state, share.guests.to_string()]
}

fn to_json(share: &Share) -> Value {
    json!({
        "id": share.id.to_string(),
        "terminal": share.channel.to_string(),
        "name": share.name,
        "scopes": share.scopes,
        "created_at": share.created.unix_s(),
        "expires_at": share.expires.unix_s(),
        "ended_at": share.ended.map(Timestamp::unix_s),
        "guests": share.guests,
    })
}
