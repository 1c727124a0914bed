//! `devtail devices`: who may come in, newest first.

use anyhow::Result;
use devtail_control::{Device, Timestamp};
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
    let devices = Host::new(&args.state)?.control()?.devices()?;
    if args.json {
        say(Value::Array(devices.iter().map(to_json).collect()))?;
        return Ok(());
    }
    let rows: Vec<_> = devices.iter().map(row).collect();
    say(render(&["ID", "NAME", "SEEN", "MAY", "IN"], &rows).trim_end())?;
    Ok(())
}

fn row(device: &Device) -> Vec<String> {
    let since = |at: Timestamp| ago(now().ms_since(at) / 1000);
    let seen = match device.revoked {
        Some(at) => format!("revoked {} ago", since(at)),
        None if !device.is_let_in(now()) => "guest, over".to_owned(),
        None => format!("{} ago", since(device.last_seen)),
    };
    let grant = &device.grant;
    let place = device.guest.as_ref().map_or_else(
        || grant.workspaces.to_string(),
        |guest| format!("share {}", &guest.share.to_string()[..8]),
    );
    vec![device.id.to_string(), device.name.to_string(), seen, grant.scopes.to_string(), place]
}

fn to_json(device: &Device) -> Value {
    json!({
        "id": device.id,
        "name": device.name,
        "origin": device.origin,
        "scopes": device.grant.scopes,
        "workspaces": device.grant.workspaces,
        "created_at": device.created.unix_s(),
        "last_seen_at": device.last_seen.unix_s(),
        "share": device.guest.as_ref().map(|guest| guest.share.to_string()),
        "expires_at": device.guest.as_ref().map(|guest| guest.expires.unix_s()),
        "revoked_at": device.revoked.map(Timestamp::unix_s),
    })
}
