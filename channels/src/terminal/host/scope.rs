//! What must outlive the gateway's service: systemd ends all processes of a service that it stops, but for those in a scope
//! of their own.

use std::path::PathBuf;

use tokio::process::Command;

/// The beginning of a command line that runs the rest of it in a scope, under this name or one of systemd's. `None` where
/// there is no service to be in, or no user manager to ask. It fails without a word of its own.
pub(super) fn systemd_run(unit: Option<String>) -> Option<Command> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from)?;
    if std::env::var_os("INVOCATION_ID").is_none() || !runtime.join("systemd/private").exists() {
        return None;
    }
    let mut command = Command::new("systemd-run");
    command.args(["--user", "--scope", "--quiet", "--collect"]);
    command.args(unit.map(|unit| format!("--unit={unit}"))).arg("--");
    Some(command)
}
