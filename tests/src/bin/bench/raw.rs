//! The floor: a program on a PTY, and nothing between.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use devtail_channels::terminal::Size;
use devtail_tests::device::PATIENCE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::plain::{Echo, Plain};

/// A program and the master of its PTY. It ends when this is dropped.
pub(crate) struct RawPty {
    master: File,
    child: Child,
    buffer: Box<[u8]>,
    /// Where a screen is painted, its sequences are passed over.
    plain: Option<Plain>,
}

impl RawPty {
    /// Starts the bench's own program on a new PTY.
    pub(crate) fn start(arguments: &[String]) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(arguments);
        Self::of(command, Size::default())
    }

    /// Starts any program on a new PTY of this size.
    pub(crate) fn of(mut command: Command, size: Size) -> Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let slave =
            File::from(open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?);
        let grid = Winsize { ws_row: size.rows(), ws_col: size.cols(), ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, grid)?;
        let child =
            command.stdin(Stdio::from(slave.try_clone()?)).stdout(Stdio::from(slave)).spawn()?;
        Ok(Self { master: master.into(), child, buffer: vec![0; 64 << 10].into(), plain: None })
    }

    /// From now on this is how a mark is looked for.
    pub(crate) fn seen_as(mut self, echo: Echo) -> Self {
        self.plain = match echo {
            Echo::Bytes => None,
            Echo::Text => Some(Plain::default()),
        };
        self
    }

    /// The terminal's other end, to read it while something else types.
    pub(crate) fn reader(&self) -> Result<File> {
        Ok(self.master.try_clone()?)
    }

    /// Types.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.master.write_all(bytes).context("the PTY takes no input")
    }

    /// Reads until these bytes came; returns how many bytes there were before their end.
    pub(crate) fn read_until(&mut self, mark: &[u8]) -> Result<usize> {
        let mut seen = 0;
        let mut search = Search::new(mark);
        loop {
            let read = self.read()?;
            seen += read;
            let piece = &self.buffer[..read];
            let found = match &mut self.plain {
                None => search.finds_in(piece),
                Some(plain) => search.finds_in(&plain.feed(piece)),
            };
            if found {
                return Ok(seen);
            }
        }
    }

    /// Reads what there is, which may take a while but not for ever.
    fn read(&mut self) -> Result<usize> {
        let patience = Timespec { tv_sec: PATIENCE.as_secs().cast_signed(), tv_nsec: 0 };
        let ready = poll(&mut [PollFd::new(&self.master, PollFlags::IN)], Some(&patience))?;
        ensure!(ready > 0, "the program wrote nothing for {PATIENCE:?}");
        let read = self.master.read(&mut self.buffer).context("the program ended early")?;
        ensure!(read > 0, "the program ended early");
        Ok(read)
    }
}

impl Drop for RawPty {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Looks for a mark in a stream that comes in pieces.
#[derive(Debug)]
pub(crate) struct Search {
    mark: Vec<u8>,
    /// The end of what came before, shorter than the mark.
    tail: Vec<u8>,
}

impl Search {
    pub(crate) fn new(mark: &[u8]) -> Self {
        Self { mark: mark.to_vec(), tail: Vec::new() }
    }

    /// Whether the mark ends in this piece. The mark stands at the end of a flood, so only ends are looked at closely.
    pub(crate) fn finds_in(&mut self, piece: &[u8]) -> bool {
        let first = self.mark[0];
        if piece.is_empty() {
            return false;
        }
        let across =
            [self.tail.as_slice(), &piece[..piece.len().min(self.mark.len() - 1)]].concat();
        let found =
            holds(&across, &self.mark) || (piece.contains(&first) && holds(piece, &self.mark));
        let keep = self.mark.len() - 1;
        self.tail.extend(&piece[piece.len().saturating_sub(keep)..]);
        self.tail.drain(..self.tail.len().saturating_sub(keep));
        found
    }
}

fn holds(text: &[u8], mark: &[u8]) -> bool {
    text.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_in_one_piece_and_across_several() {
        assert!(Search::new(b"end").finds_in(b"the end."));
        let mut search = Search::new(b"end");
        assert!(!search.finds_in(b"the e"));
        assert!(!search.finds_in(b"n"));
        assert!(search.finds_in(b"d"));
        assert!(!Search::new(b"end").finds_in(b"en"));
    }
}
