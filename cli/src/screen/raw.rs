//! This device's own terminal: its size, and raw mode for as long as a guard lives.

use std::io::{self, IsTerminal as _};

use devtail_channels::terminal::Size;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// Raw mode, until it is dropped: also by a panic.
#[derive(Debug)]
pub(super) struct Raw {
    before: Termios,
}

impl Raw {
    /// Switches it on.
    pub(super) fn enter() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        Ok(Self { before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // What is typed ahead stays for whoever reads next.
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}

/// The window's size, if there is a window.
pub(crate) fn window_size() -> Option<Size> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    Some(Size::clamped(size.ws_col.into(), size.ws_row.into()))
}

/// Whether a person sits at both ends of it.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}
