//! A real PTY with a program on it, read and written without blocking.

use std::io;
use std::os::fd::AsFd;

use filedescriptor::FileDescriptor;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process_group};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use tokio::net::unix::pipe;

use super::environment::{Account, of_login};
use crate::terminal::message::{End, Size, Spec};
use crate::writer::Writer;

/// A read that yields fewer bytes found no flood: what comes next is waited for, and this goes on its way first.
pub(super) const READ_ON: usize = 1 << 10;

/// A program on a PTY. Dropping it hangs the terminal up.
pub(super) struct Pty {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// What the program writes; tokio's pipes are the safe way to wait for a descriptor of another sort.
    output: pipe::Receiver,
    input: Writer,
}

impl Pty {
    /// Starts the program of a spec, or the login shell.
    ///
    /// # Errors
    /// There is no PTY to be had, or the program cannot be started; the text names it.
    pub(super) fn start(spec: &Spec, account: &Account) -> io::Result<Self> {
        let pair = native_pty_system().openpty(pty_size(spec.size)).map_err(io::Error::other)?;
        let raw =
            pair.master.as_raw_fd().ok_or_else(|| io::Error::other("the PTY has no descriptor"))?;
        let mut descriptor = FileDescriptor::dup(&raw).map_err(io::Error::other)?;
        descriptor.set_non_blocking(true).map_err(io::Error::other)?;
        let half = || descriptor.as_file().map_err(io::Error::other);
        if spec.no_echo {
            silence(half()?)?;
        }
        let child = pair.slave.spawn_command(command(spec, account)).map_err(io::Error::other)?;
        drop(pair.slave);
        let output = pipe::Receiver::from_file_unchecked(half()?)?;
        let input = Writer::new(half()?.into());
        Ok(Self { output, input, master: pair.master, child })
    }

    /// Reads while the PTY gives much at once, until `buffer` is full; says how much. 0: the terminal is hung up.
    ///
    /// # Errors
    /// The PTY failed.
    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut len = 0;
        loop {
            self.output.readable().await?;
            while len < buffer.len() {
                match self.output.try_read(&mut buffer[len..]) {
                    Ok(0) => return Ok(len),
                    Ok(more) => {
                        len += more;
                        if more < READ_ON {
                            return Ok(len);
                        }
                    }
                    // Every descriptor of the other side is closed.
                    Err(error)
                        if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) =>
                    {
                        return Ok(len);
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            if len > 0 {
                return Ok(len);
            }
        }
    }

    /// Writes what the PTY takes now, at least something; says how much.
    ///
    /// # Errors
    /// The terminal is hung up.
    pub(super) async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.input.write(bytes).await
    }

    /// Tells the program a new size.
    pub(super) fn resize(&self, size: Size) {
        if let Err(error) = self.master.resize(pty_size(size)) {
            tracing::debug!(%error, "the PTY takes no size");
        }
    }

    /// Whether what is typed is not shown and read by the line: how a program asks for a password. False if the PTY does
    /// not say.
    pub(super) fn hides_typing(&self) -> bool {
        tcgetattr(&self.output).is_ok_and(|attributes| {
            let modes = attributes.local_modes;
            modes.contains(LocalModes::ICANON) && !modes.contains(LocalModes::ECHO)
        })
    }

    /// The program's process id.
    pub(super) fn pid(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }

    /// The process group in the foreground, if there is one.
    pub(super) fn foreground(&self) -> Option<u32> {
        u32::try_from(self.master.process_group_leader()?).ok()
    }

    /// The name of a process; empty if it is gone, or where there is no /proc.
    pub(super) fn name_of(process: u32) -> String {
        let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        name.trim_end().to_owned()
    }

    /// How the program ended; `None` while it runs.
    pub(super) fn try_end(&mut self) -> Option<End> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(super::end::of(&status)),
            Err(error) => {
                Some(End::Lost(format!("The program's end could not be learned: {error}.")))
            }
        }
    }

    /// Sends a signal to the program and to what runs in its foreground.
    pub(super) fn signal(&self, signal: Signal) {
        let leader = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        let foreground = self.master.process_group_leader().and_then(Pid::from_raw);
        for group in [leader, foreground].into_iter().flatten() {
            let _ = kill_process_group(group, signal);
        }
    }
}

/// Typed bytes are not echoed from now on.
fn silence(master: impl AsFd) -> io::Result<()> {
    let mut attributes = tcgetattr(&master)?;
    attributes.local_modes.remove(LocalModes::ECHO);
    Ok(tcsetattr(&master, OptionalActions::Now, &attributes)?)
}

fn pty_size(size: Size) -> PtySize {
    PtySize { rows: size.rows(), cols: size.cols(), pixel_width: 0, pixel_height: 0 }
}

fn command(spec: &Spec, account: &Account) -> CommandBuilder {
    let mut command = match spec.command.first() {
        // Its name is given a leading dash: that makes it a login shell.
        None => CommandBuilder::new_default_prog(),
        Some(program) => CommandBuilder::new(program),
    };
    if !spec.command.is_empty() {
        command.args(&spec.command[1..]);
    }
    command.env_clear();
    for (name, value) in of_login(account) {
        command.env(name, value);
    }
    command.cwd(if spec.cwd.is_empty() { &account.home } else { &spec.cwd });
    command
}
