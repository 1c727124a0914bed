//! `devtail token`: an access token of this device, for scripts that speak HTTP themselves.

use anyhow::Result;
use serde_json::json;

use crate::gateways::{self, Which};
use crate::say::say;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's link, the first time
    #[arg(value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    which: Which,
    /// Print one JSON line {"url","access_token","expires_at"}; the time in seconds since 1970
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let known = gateways::find(args.link.as_deref(), &args.which).await?;
    let access = known.credential()?.access().await?;
    if args.json {
        let url = known.enrolment.endpoint.to_string();
        say(
            json!({"url": url, "access_token": access.token.expose(), "expires_at": access.expires_at}),
        )?;
    } else {
        say(access.token.expose())?;
    }
    Ok(())
}
