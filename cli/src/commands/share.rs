//! `devtail share`: a link by which others look at a terminal, and cannot type.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use anyhow::Result;
use devtail_client::share;
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
    /// How long, a minute to a week: 90s, 15m, 1h, 2d
    #[arg(long = "for", value_name = "TIME", default_value = "1h", value_parser = read_time)]
    lasts: Duration,
    /// Print one JSON line {"id","link","expires_in"}; the time in seconds
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args) -> Result<()> {
    let known = gateways::find(None, &args.which).await?;
    let terminals = Session::open(&known).await?.terminals().await?;
    let terminal = named_or_newest(&terminals, args.terminal.as_deref())?;
    let credential = known.credential()?;
    let shared = share(&credential, terminal.id, &terminal.name, args.lasts.as_secs()).await?;
    let (id, link) = (&shared.id, shared.link.expose());
    if args.json {
        say(json!({"id": id, "link": link, "expires_in": shared.expires_in}))?;
        return Ok(());
    }
    say(link)?;
    if io::stdout().is_terminal() {
        let label = label(terminal);
        say(format!("\n{}\nWhoever opens it sees {label} and cannot type.", qr(link)))?;
        say(format!("To end it before its time, on the host: devtail unshare {id}"))?;
    }
    Ok(())
}

/// A number and its unit: s, m, h or d.
fn read_time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time; write 90s, 15m, 1h or 2d");
    let at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_number_and_a_unit() {
        let seconds = |text| read_time(text).map(|time| time.as_secs());
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("15m"), Ok(900));
        assert_eq!(seconds("1h"), Ok(3600));
        assert_eq!(seconds("2d"), Ok(172_800));
        for wrong in ["", "1", "h", "-1h", "1 h", "1w", "1hh", "99999999999999999999s"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
