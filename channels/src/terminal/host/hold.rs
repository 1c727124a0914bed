//! `devtail hold`: one terminal's own process, from its start to its end.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use devtail_protocol::ChannelId;
use tokio::net::UnixListener;
use tokio::runtime::{Builder, Runtime};

use super::environment::Account;
use super::holder::Holder;
use super::pty::Pty;
use crate::terminal::limits::MESSAGE_BYTES_MAX;
use crate::terminal::message::{Bad, Spec};

/// Why a holder did not come to hold anything. It has told whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// No spec on standard input.
    #[error(
        "a holder is started by the gateway, which tells it what to hold on standard input: {0}"
    )]
    Input(#[source] io::Error),
    /// The spec is not valid.
    #[error(transparent)]
    Spec(#[from] Bad),
    /// The directory to start in is not there.
    #[error("the directory {0} does not exist; name another, or none for the home directory")]
    Directory(String),
    /// No socket to listen on.
    #[error(
        "the terminal's socket cannot be made: {0}; look at the state directory's owner and free space"
    )]
    Socket(#[source] io::Error),
    /// No program.
    #[error("the program cannot be started: {0}")]
    Program(#[source] io::Error),
    /// No runtime, no random numbers, or a signal that cannot be watched.
    #[error("the system refuses what a terminal needs: {0}")]
    System(#[source] io::Error),
}

/// Holds one terminal until it is over; `socket(state, id)` is where it listens. Reads `Open.spec` from standard input, and
/// says one line on standard output: [`READY`](super::READY), or why not.
///
/// # Errors
/// [`HoldError`], which has been said on standard output as well.
pub fn hold(state: &Path, id: ChannelId) -> Result<(), HoldError> {
    // Its own session: no terminal's hang-up and no group's signal reaches it.
    let _ = rustix::process::setsid();
    let held = prepare(&super::socket(state, id), id);
    let words = match &held {
        Ok(_) => super::READY.to_owned(),
        Err(error) => error.to_string(),
    };
    // A gateway that died meanwhile finds the terminal by its socket.
    let _ = writeln!(io::stdout(), "{words}");
    let _ = let_go();
    let (runtime, holder) = held?;
    runtime.block_on(holder.run());
    Ok(())
}

fn prepare(socket: &Path, id: ChannelId) -> Result<(Runtime, Holder), HoldError> {
    let mut spec = Vec::new();
    io::stdin()
        .take(MESSAGE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut spec)
        .map_err(HoldError::Input)?;
    let spec = Spec::decode(&spec)?;
    if !spec.cwd.is_empty() && !Path::new(&spec.cwd).is_dir() {
        return Err(HoldError::Directory(spec.cwd));
    }
    let runtime = Builder::new_current_thread().enable_all().build().map_err(HoldError::System)?;
    let inside = runtime.enter();
    let listener = listen(socket).map_err(HoldError::Socket)?;
    let account = Account::own();
    let pty = Pty::start(&spec, &account).map_err(HoldError::Program).inspect_err(|_| {
        let _ = fs::remove_file(socket);
    })?;
    let holder =
        Holder::new(id, socket, spec, &account, pty, listener).map_err(HoldError::System)?;
    drop(inside);
    Ok((runtime, holder))
}

/// Lets go of what the gateway gave: its pipes (it waits for their end), and any directory one may want to unmount.
fn let_go() -> io::Result<()> {
    std::env::set_current_dir("/")?;
    let null = fs::File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    Ok(rustix::stdio::dup2_stdout(&null)?)
}

/// Listens on a socket that only its owner can reach, in place of one that nobody answers.
fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    if path.exists() {
        if std::os::unix::net::UnixStream::connect(path).is_ok() {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                "another holder has this terminal",
            ));
        }
        fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}
