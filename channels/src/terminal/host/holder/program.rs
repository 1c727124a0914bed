//! What the program does: runs, closes its terminal, exits; and how it is made to.

use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use super::Holder;
use crate::terminal::host::pty::Pty;
use crate::terminal::message::End;

/// From HUP to KILL.
const KILL_AFTER: Duration = Duration::from_secs(2);
/// An ended program's terminal stays this long, for those who were away to see how it ended.
const LINGER: Duration = Duration::from_secs(600);
/// A killed terminal stays this long at most, for its readers to be told.
const FORGET_WITHIN: Duration = Duration::from_secs(1);
/// After the program's exit the PTY is read until nothing has come for this long.
pub(super) const QUIET: Duration = Duration::from_millis(100);

/// What the program is doing.
pub(super) enum Program {
    Running(Pty),
    /// It runs and has closed its terminal.
    Detached(Pty),
    /// It has exited; what it wrote is still being read. The moment is the last at which something came.
    Exited(Pty, End, Instant),
    /// All is read; the terminal stays until then.
    Ended(End, Instant),
}

impl Holder {
    pub(super) fn hung_up(&mut self) {
        match self.replace_program() {
            Program::Running(pty) => self.program = Program::Detached(pty),
            Program::Exited(_, end, _) => self.ended(end),
            other @ (Program::Detached(_) | Program::Ended(..)) => self.program = other,
        }
        self.child_changed();
    }

    pub(super) fn child_changed(&mut self) {
        match self.replace_program() {
            Program::Running(mut pty) => {
                self.program = match pty.try_end() {
                    Some(end) => Program::Exited(pty, end, Instant::now()),
                    None => Program::Running(pty),
                };
            }
            Program::Detached(mut pty) => match pty.try_end() {
                Some(end) => self.ended(end),
                None => self.program = Program::Detached(pty),
            },
            other @ (Program::Exited(..) | Program::Ended(..)) => self.program = other,
        }
        if !self.takes_keys() {
            self.hang_up();
        }
    }

    /// All the program wrote is read.
    fn ended(&mut self, end: End) {
        tracing::debug!(%end, "the program ended");
        self.program = Program::Ended(end, Instant::now() + LINGER);
        self.kill_at = None;
        let turn = self.source.finish();
        self.take(turn);
        self.kept.stop();
        self.hang_up();
    }

    pub(super) fn hang_up(&mut self) {
        self.keys.hang_up("The program ended before it took this; nothing was typed.");
    }

    pub(super) fn kill(&mut self) {
        let now = Instant::now();
        match &self.program {
            Program::Running(pty) | Program::Detached(pty) => {
                pty.signal(Signal::HUP);
                pty.signal(Signal::CONT);
                self.kill_at.get_or_insert(now + KILL_AFTER);
                self.forget_at.get_or_insert(now + KILL_AFTER + FORGET_WITHIN);
            }
            Program::Exited(..) | Program::Ended(..) => {
                self.forget_at.get_or_insert(now + FORGET_WITHIN);
            }
        }
    }

    pub(super) fn time_passed(&mut self) {
        let now = Instant::now();
        if self.kill_at.take_if(|at| now >= *at).is_some()
            && let Some(pty) = self.pty()
        {
            pty.signal(Signal::KILL);
        }
        let over = self.forget_at.is_some_and(|at| now >= at);
        match self.replace_program() {
            Program::Exited(_, end, heard) if over || now >= heard + QUIET => self.ended(end),
            Program::Running(_) | Program::Detached(_) if over => {
                self.ended(End::Lost("The program did not end when it was killed.".into()));
            }
            other @ (Program::Running(_)
            | Program::Detached(_)
            | Program::Exited(..)
            | Program::Ended(..)) => {
                self.program = other;
            }
        }
    }

    pub(super) fn takes_keys(&self) -> bool {
        matches!(self.program, Program::Running(_))
    }

    pub(super) fn pty(&self) -> Option<&Pty> {
        match &self.program {
            Program::Running(pty) | Program::Detached(pty) => Some(pty),
            Program::Exited(..) | Program::Ended(..) => None,
        }
    }

    /// Takes the program's state out, to put another in its place.
    fn replace_program(&mut self) -> Program {
        std::mem::replace(&mut self.program, Program::Ended(End::Code(0), Instant::now()))
    }
}
