//! A real terminal with a program in it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};

use anyhow::{Context as _, Result};
use devtail_channels::terminal::Size;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// A terminal; dropping it ends the program.
#[derive(Debug)]
pub struct Tty {
    /// The program's other end: keys go in here.
    pub master: File,
    /// What the program writes, as it is read.
    pub output: Receiver<Vec<u8>>,
    child: Child,
}

impl Tty {
    /// Starts a command in a terminal of its own.
    ///
    /// # Errors
    /// There is no terminal to be had, or `setsid` is not installed.
    pub fn start(
        words: &[String],
        folder: &Path,
        environment: Vec<(&'static str, String)>,
        size: Size,
    ) -> Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let (ws_row, ws_col) = (size.rows(), size.cols());
        tcsetwinsize(&master, Winsize { ws_row, ws_col, ws_xpixel: 0, ws_ypixel: 0 })?;
        let name = ptsname(&master, Vec::new())?.into_string()?;
        let slave = OpenOptions::new().read(true).write(true).open(name)?;
        // It becomes the program: a process that leads no group has no need to fork.
        let child = Command::new("setsid")
            .arg("--ctty")
            .args(words)
            .current_dir(folder)
            .env_clear()
            .envs(environment)
            .stdin(slave.try_clone()?)
            .stdout(slave.try_clone()?)
            .stderr(slave)
            .spawn()
            .context("cannot start setsid")?;
        let master = File::from(master);
        let output = read_all(master.try_clone()?);
        Ok(Self { master, output, child })
    }

    /// Types.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn types(&mut self, keys: &str) -> Result<()> {
        Ok(self.master.write_all(keys.as_bytes())?)
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_all(mut master: File) -> Receiver<Vec<u8>> {
    let (read, output) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 64 << 10];
        while let Ok(count @ 1..) = master.read(&mut buffer) {
            if read.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    output
}
