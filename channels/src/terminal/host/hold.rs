//! `devtail hold`: one terminal's own process, from its start to its end.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::SocketAddr;
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
    /// No whole spec on standard input.
    #[error(
        "a holder is started by the gateway, which tells it what to hold on standard input: {0}; open a terminal instead"
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
    /// The socket's path is longer than the system takes.
    #[error(
        "the terminal's socket cannot be made: its path has {0} bytes, which is more than the system takes; choose a state directory with a shorter path (--state)"
    )]
    SocketPath(usize),
    /// No program.
    #[error("the program cannot be started: {0}")]
    Program(#[source] io::Error),
    /// No runtime, no random numbers, or a signal that cannot be watched.
    #[error("the system refuses what a terminal needs: {0}")]
    System(#[source] io::Error),
}

/// Holds one terminal until it is over; `socket(state, id)` is where it listens. Reads `Open.spec` behind its length (a
/// big-endian u32) from standard input, and says one line on standard output: [`READY`](super::READY), or why not.
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
    let spec = read_spec(&mut io::stdin().lock())?;
    if !spec.cwd.is_empty() && !Path::new(&spec.cwd).is_dir() {
        return Err(HoldError::Directory(spec.cwd));
    }
    let runtime = Builder::new_current_thread().enable_all().build().map_err(HoldError::System)?;
    let inside = runtime.enter();
    if SocketAddr::from_pathname(socket).is_err() {
        return Err(HoldError::SocketPath(socket.as_os_str().len()));
    }
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

/// A spec behind its length. Without one, what a gateway killed while it wrote has left would do as a spec of another
/// command: a beginning of one often is valid, and nothing at all is a login shell.
fn read_spec(input: &mut impl Read) -> Result<Spec, HoldError> {
    let mut prefix = [0; 4];
    input.read_exact(&mut prefix).map_err(HoldError::Input)?;
    let bytes = u32::from_be_bytes(prefix) as usize;
    if bytes > MESSAGE_BYTES_MAX {
        return Err(Bad::TooLong { bytes }.into());
    }
    let mut spec = vec![0; bytes];
    input.read_exact(&mut spec).map_err(HoldError::Input)?;
    Ok(Spec::decode(&spec)?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_whole_or_none() {
        let command = ["sh", "-c", "echo"].map(str::to_owned).to_vec();
        let spec = Spec { command, every_byte: true, ..Spec::default() };
        let encoded = spec.encode();
        let framed = [&(encoded.len() as u32).to_be_bytes()[..], &encoded].concat();
        assert_eq!(read_spec(&mut &framed[..]).unwrap(), spec);
        assert_eq!(read_spec(&mut &[0; 4][..]).unwrap(), Spec::default());
        for cut in 0..framed.len() {
            let error = read_spec(&mut &framed[..cut]).unwrap_err();
            assert!(matches!(error, HoldError::Input(_)), "cut at {cut}: {error}");
        }
    }

    #[test]
    fn a_length_above_the_bound_is_refused_before_anything_is_read() {
        let mut input = &[0xff; 8][..];
        assert!(matches!(read_spec(&mut input), Err(HoldError::Spec(Bad::TooLong { .. }))));
        assert_eq!(input.len(), 4);
    }
}
