//! `devtail pair`: a link for one more device, made on the host.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use devtail_control::{Grant, Scope, Scopes, Workspaces};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::json;

use crate::exit::Failure;
use crate::host::{Host, State, now};
use crate::say::say;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    state: State,
    /// What the device may do, separated by commas [default: all]
    #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
    scopes: Vec<String>,
    /// The one workspace where it may [default: all]
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// Print one JSON line {"link","expires_at"}; the time in seconds since 1970
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let host = Host::new(&args.state)?;
    // The gateway first: a code that nobody would redeem is not made.
    let address = host.address()?;
    let pairing = host.control()?.create_pairing(now(), &grant(args)?)?;
    let link = address.pairing_link(&pairing.code);
    if args.json {
        say(json!({"link": link, "expires_at": pairing.expires_at.unix_s()}))?;
        return Ok(());
    }
    say(&link)?;
    if io::stdout().is_terminal() {
        say(format!("\n{}\nIt pairs one device, within 5 minutes.", qr(&link)))?;
    }
    Ok(())
}

fn grant(args: &Args) -> Result<Grant> {
    let scopes: Scopes = if args.scopes.is_empty() {
        Scope::ALL.into_iter().collect()
    } else {
        args.scopes.join(" ").parse().map_err(|bad| Failure::usage(format!("{bad}")))?
    };
    let workspaces = match &args.workspace {
        Some(name) => name.parse().map_err(|bad| Failure::usage(format!("{bad}")))?,
        None => Workspaces::All,
    };
    Ok(Grant { scopes, workspaces })
}

/// A QR code in half blocks, dark on light whatever the terminal's colours are.
pub(crate) fn qr(link: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::L) else {
        return String::new();
    };
    let drawn =
        code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    drawn.lines().map(|line| format!("  \x1b[97;40m{line}\x1b[0m\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fits_a_code_that_fits_a_screen() {
        let drawn = qr(
            "https://192.168.100.100:8377/#pair=AAAAAAAAAAAAAAAAAAAAAA&fp=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        );
        let lines = drawn.lines().count();
        assert!((10..24).contains(&lines), "{lines} lines");
    }
}
