//! Starting a holder, from the gateway.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::{ChannelId, Code, Fault};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::order::Order;
use crate::terminal::message::Spec;

/// From the start to `ready`.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// Bytes of the line a holder says.
const LINE_BYTES_MAX: u64 = 1024;

/// Starts a holder (`program hold`) for a terminal, to listen on `socket`. Returns once it listens.
///
/// # Errors
/// [`Code::BadSpec`] if the spec is none; [`Code::Failed`] if the holder says why it cannot, or says nothing in 2 s.
pub async fn start(program: &Path, socket: PathBuf, id: ChannelId, spec: Bytes) -> Result<(), Fault> {
    Spec::decode(&spec).map_err(|bad| Fault::new(Code::BadSpec, bad.to_string()))?;
    let order = Order { id, socket, spec }.encode();
    for scoped in [true, false] {
        let Some(mut command) = command(program, id, scoped) else { continue };
        match timeout(READY_WITHIN, run(&mut command, &order)).await {
            Ok(Ok(said)) if said == "ready" => return Ok(()),
            Ok(Ok(said)) if said.is_empty() && scoped => tracing::info!("no scope of its own for a terminal's holder"),
            Ok(Ok(said)) => return Err(failed(said.strip_prefix("error: ").unwrap_or("its holder ended at once"))),
            Ok(Err(error)) if scoped => tracing::info!(%error, "no scope of its own for a terminal's holder"),
            Ok(Err(error)) => return Err(failed(&format!("its holder cannot be run: {error}"))),
            Err(_) => return Err(failed("its holder was not ready in 2 s; the machine may be overloaded: try again")),
        }
    }
    Err(failed("there is no way to start its holder"))
}

fn failed(why: &str) -> Fault {
    Fault::new(Code::Failed, format!("The terminal could not be opened: {why}."))
}

/// The command that starts a holder. Under systemd the gateway's service would take its holders along when it stops;
/// a scope of its own keeps each out of it.
fn command(program: &Path, id: ChannelId, scoped: bool) -> Option<Command> {
    let mut command = if scoped {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from)?;
        let in_service = std::env::var_os("INVOCATION_ID").is_some();
        if !in_service || !runtime.join("systemd/private").exists() {
            return None;
        }
        let mut command = Command::new("systemd-run");
        command.args(["--user", "--scope", "--quiet", "--collect"]).arg(format!("--unit=devtail-{id}")).arg("--").arg(program);
        command
    } else {
        Command::new(program)
    };
    command.arg("hold").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("DEVTAIL_") {
            command.env_remove(name);
        }
    }
    Some(command)
}

/// Runs it and hands it the order; returns the line it says.
async fn run(command: &mut Command, order: &[u8]) -> std::io::Result<String> {
    let mut child: Child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(order).await?;
    }
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout.take(LINE_BYTES_MAX)).read_line(&mut line).await?;
    }
    Ok(line.trim_end().to_owned())
}
