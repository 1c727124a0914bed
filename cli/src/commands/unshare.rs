//! `devtail unshare`: a sharing link is over, and whoever looks by it is out at once.

use anyhow::Result;
use devtail_control::{Actor, AuthError, ShareId};
use devtail_gateway::RingError;

use crate::exit::Failure;
use crate::host::{Host, State, now};
use crate::say::say;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The link, by its id or the beginning of it
    #[arg(value_name = "ID")]
    share: String,
    #[command(flatten)]
    state: State,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let host = Host::new(&args.state)?;
    let control = host.control()?;
    let named = args.share.to_ascii_lowercase();
    let ids: Vec<ShareId> = control.shares()?.into_iter().map(|share| share.id).collect();
    let found: Vec<_> = ids
        .into_iter()
        .filter(|id| named.len() >= 4 && id.to_string().starts_with(&named))
        .collect();
    let [id] = found[..] else {
        let words = if found.is_empty() { "no share" } else { "several shares" };
        let words = format!("there is {words} {}; `devtail shares` lists them", args.share);
        return Err(Failure::usage(words.replace("is several", "are several")).into());
    };
    let was_open = match control.end_share(now(), id, Actor::Host) {
        Err(AuthError::ShareUnknown) => false,
        ended => ended?,
    };
    match host.address() {
        // No gateway: no live links.
        Ok(_) | Err(RingError::NotRunning { .. }) => {}
        Err(error @ RingError::Io { .. }) => return Err(error.into()),
    }
    say(if was_open { "It is over; its guests are out." } else { "It was over before." })?;
    Ok(())
}
