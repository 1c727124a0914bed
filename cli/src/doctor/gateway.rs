//! The gateway of this machine: its directory, its configuration, its port, its page.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use clap::Parser as _;
use devtail_gateway::{Config, Folders, RingError, Settings, page_missing};

use super::Finding;
use crate::host::{Host, State};

/// Whether the state directory is its owner's alone.
pub(crate) fn state_directory(state: &Path) -> Finding {
    let check = "state directory";
    let shown = state.display();
    match fs::metadata(state) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Finding::note(check, format!("{shown} is not there yet"), "`devtail up` makes it.")
        }
        Err(error) => Finding::wrong(
            check,
            format!("{shown} cannot be read: {error}"),
            "Choose another with --state.",
        ),
        Ok(found) if !found.is_dir() => Finding::wrong(
            check,
            format!("{shown} is no directory"),
            "Move it away, or choose another with --state.",
        ),
        Ok(found) if found.uid() != rustix::process::geteuid().as_raw() => {
            let says = format!("{shown} belongs to user {}", found.uid());
            Finding::wrong(check, says, "`chown` it, or choose another with --state.")
        }
        Ok(found) if found.mode() & 0o077 != 0 => {
            let says = format!("{shown} has mode {:o}, which lets others in", found.mode() & 0o777);
            Finding::wrong(check, says, format!("chmod 700 {shown}"))
        }
        Ok(_) => Finding::good(check, format!("{shown} is yours alone")),
    }
}

/// Whether `devtail up` would understand its configuration.
pub(crate) fn configuration(state: &State) -> Finding {
    match load(state) {
        Ok(_) => Finding::good("configuration", "it can be served"),
        Err(error) => {
            Finding::wrong("configuration", error.to_string(), "`devtail config` shows every key.")
        }
    }
}

/// Whether the gateway runs; if not, whether it could.
pub(crate) fn running(host: &Host, state: &State) -> Finding {
    match host.address() {
        Ok(address) => Finding::good("gateway", format!("it runs on {}", address.url)),
        Err(RingError::NotRunning { .. }) => port(state),
        Err(error @ RingError::Io { .. }) => Finding::wrong(
            "gateway",
            error.to_string(),
            "Stop it (kill -9 if need be: terminals go on) and start it again.",
        ),
    }
}

/// Whether the page is in this binary.
pub(crate) fn page() -> Finding {
    match page_missing() {
        None => Finding::good("page", "it is built in"),
        Some(why) => Finding::wrong("page", "this binary has no web page", why),
    }
}

fn port(state: &State) -> Finding {
    let Ok(config) = load(state) else {
        return Finding::note(
            "gateway",
            "it does not run",
            "Set the configuration right, then `devtail up`.",
        );
    };
    match TcpListener::bind(config.listen) {
        Ok(_) => Finding::note("gateway", "it does not run", "`devtail up` starts it."),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let says = format!("it does not run, and another program listens on {}", config.listen);
            Finding::wrong("gateway", says, "Stop that one, or choose another port with --listen.")
        }
        Err(error) => {
            let says = format!("{} cannot be listened on: {error}", config.listen);
            Finding::wrong("gateway", says, "Choose another address with --listen.")
        }
    }
}

/// What the environment says to `devtail up`.
#[derive(clap::Parser)]
struct Environment {
    #[command(flatten)]
    settings: Settings,
}

/// As `devtail up` with these flags and no others.
fn load(state: &State) -> anyhow::Result<Config> {
    let Environment { settings } = Environment::try_parse_from(["devtail"])?;
    Ok(Config::load(state.settings().over(settings), &Folders::from_env())?)
}
