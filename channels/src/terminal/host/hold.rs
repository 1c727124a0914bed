//! `devtail hold`: one terminal's own process, from its start to its end.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use tokio::net::UnixListener;

use super::environment::Account;
use super::holder::Holder;
use super::order::Order;
use super::pty::Pty;
use crate::terminal::message::{Bad, Spec};

/// Why a holder did not come to hold anything. It has told whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// No order on standard input.
    #[error("a holder is started by the gateway, which tells it what to hold: {0}")]
    Order(#[source] io::Error),
    /// The order's spec is not valid.
    #[error(transparent)]
    Spec(#[from] Bad),
    /// The directory to start in is not there.
    #[error("the directory {0} does not exist; name another, or none for the home directory")]
    Directory(String),
    /// No socket to listen on.
    #[error("the terminal's socket cannot be made: {0}; look at the state directory's owner and free space")]
    Socket(#[source] io::Error),
    /// No program.
    #[error("the program cannot be started: {0}")]
    Program(#[source] io::Error),
    /// No runtime, no random numbers, or a signal that cannot be watched.
    #[error("the system refuses what a terminal needs: {0}")]
    System(#[source] io::Error),
}

/// Holds one terminal until it is over. Reads the order from `order` (standard input) and says one line on `said`
/// (standard output): `ready`, or `error: ` and why.
///
/// # Errors
/// [`HoldError`], which has been said on `said` as well.
pub fn hold(order: impl Read, mut said: impl Write) -> Result<(), HoldError> {
    // Its own session: no terminal's hang-up and no group's signal reaches it.
    let _ = rustix::process::setsid();
    let held = prepare(order);
    let line = match &held {
        Ok(_) => "ready\n".to_owned(),
        Err(error) => format!("error: {error}\n"),
    };
    // A gateway that died meanwhile finds the terminal by its socket.
    let _ = said.write_all(line.as_bytes()).and_then(|()| said.flush());
    drop(said);
    let (runtime, holder) = held?;
    runtime.block_on(holder.run());
    Ok(())
}

fn prepare(order: impl Read) -> Result<(tokio::runtime::Runtime, Holder), HoldError> {
    let order = Order::read(order).map_err(HoldError::Order)?;
    let spec = Spec::decode(&order.spec)?;
    if !spec.cwd.is_empty() && !Path::new(&spec.cwd).is_dir() {
        return Err(HoldError::Directory(spec.cwd));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(HoldError::System)?;
    let _inside = runtime.enter();
    let listener = listen(&order.socket).map_err(HoldError::Socket)?;
    let account = Account::own();
    let pty = Pty::start(&spec, &account).map_err(HoldError::Program).inspect_err(|_| {
        let _ = fs::remove_file(&order.socket);
    })?;
    // A holder must not keep a directory from being unmounted.
    let _ = std::env::set_current_dir("/");
    let holder = Holder::new(&order, spec, &account, pty, listener).map_err(HoldError::System)?;
    drop(_inside);
    Ok((runtime, holder))
}

/// Listens on a socket that only its owner can reach, in place of one that nobody answers.
fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    if path.exists() {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another holder has this terminal"));
        }
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}
