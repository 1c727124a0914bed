//! Records a session: a real program on a real terminal, a script at a person's pace, and the host's own pure half between
//! them, so that questions are answered as they will be and marks stand where they will.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use devtail_channels::terminal::{Mark, Size, Source};
use rustix::termios::{LocalModes, tcgetattr};

use super::recording::{Moment, Recording, What};
use super::scene::{Program, Stage};
use super::script::{Act, Script, pace, reading};
use crate::chance::Chance;

/// The grid that all sessions are recorded in.
const COLS: u32 = 80;
const ROWS: u32 = 24;
/// A program that wrote nothing for so long is quiet.
const QUIET: Duration = Duration::from_millis(400);
/// A program that begins is waited for longer.
const BEGINNING: Duration = Duration::from_millis(1500);
/// What a person waits for comes within this long: sudo takes its time after a wrong password.
const SAYS_WITHIN: Duration = Duration::from_secs(20);
const TURN: Duration = Duration::from_millis(20);
/// And one that never is quiet is typed into all the same.
const QUIET_WITHIN: Duration = Duration::from_secs(10);

struct Recorder {
    stage: Stage,
    source: Source,
    began: Instant,
    moments: Vec<Moment>,
    is_secret: bool,
    /// The first bytes of a letter whose rest is not read yet.
    cut: Vec<u8>,
    is_over: bool,
}

/// Plays a script into its program, and writes down what happened when.
///
/// # Errors
/// A program is not installed, or the terminal failed.
pub fn record(script: &Script) -> Result<Recording> {
    let size = Size::new(COLS, ROWS)?;
    let mut recorder = Recorder {
        stage: Stage::set(script.program, size, &[])?,
        source: Source::new(size),
        began: Instant::now(),
        moments: Vec::new(),
        is_secret: false,
        cut: Vec::new(),
        is_over: false,
    };
    recorder.quiet(BEGINNING)?;
    let mut chance = Chance::new(script.name.bytes().map(u64::from).sum());
    for act in script.acts {
        recorder.act(*act, &mut chance)?;
    }
    let is_shell = matches!(script.program, Program::Bash | Program::Zsh | Program::Fish)
        && !matches!(script.name, "vim" | "less");
    let name = script.name.to_owned();
    Ok(Recording { name, is_shell, size, moments: recorder.moments })
}

impl Recorder {
    fn act(&mut self, act: Act, chance: &mut Chance) -> Result<()> {
        match act {
            Act::Type(text) => text
                .chars()
                .try_for_each(|char| self.key(What::Typed(char.to_string()), pace(chance, char))),
            Act::Secret(text) => text
                .chars()
                .try_for_each(|char| self.key(What::Secret(char.to_string()), pace(chance, char))),
            Act::Press(keys, times) => (0..times)
                .try_for_each(|_| self.key(What::Typed(keys.to_owned()), pace(chance, ' '))),
            Act::Read => {
                self.quiet(QUIET)?;
                self.listen(Duration::from_millis(reading(chance)))
            }
            Act::Await(text) => {
                self.said(text)?;
                self.listen(Duration::from_millis(reading(chance)))
            }
        }
    }

    /// A key, some time after the one before it.
    fn key(&mut self, what: What, after: u64) -> Result<()> {
        self.listen(Duration::from_millis(after))?;
        if self.is_over {
            return Ok(());
        }
        let (What::Typed(keys) | What::Secret(keys) | What::Output(keys)) = &what;
        let keys = keys.clone();
        self.note(what);
        self.stage.tty.types(&keys)
    }

    /// Listens until the program has said this, since the last key.
    fn said(&mut self, text: &str) -> Result<()> {
        let deadline = Instant::now() + SAYS_WITHIN;
        let is_key = |moment: &Moment| !matches!(moment.what, What::Output(_));
        let from = self.moments.iter().rposition(is_key).unwrap_or(0);
        let is_said = |moment: &Moment| match &moment.what {
            What::Output(output) => output.contains(text),
            What::Typed(_) | What::Secret(_) => false,
        };
        while !self.moments[from..].iter().any(is_said) {
            let last = &self.moments[from..];
            let in_time = Instant::now() < deadline && !self.is_over;
            ensure!(in_time, "{text:?} never came, but {last:?}");
            self.listen(TURN)?;
        }
        Ok(())
    }

    /// Listens until nothing more comes.
    fn quiet(&mut self, quiet: Duration) -> Result<()> {
        let deadline = Instant::now() + QUIET_WITHIN;
        while Instant::now() < deadline && !self.is_over {
            let count = self.moments.len();
            self.listen(quiet)?;
            if self.moments.len() == count {
                return Ok(());
            }
        }
        Ok(())
    }

    fn listen(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        loop {
            match self.stage.tty.output.recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => self.output(&bytes)?,
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => {
                    self.is_over = true;
                    return Ok(());
                }
            }
        }
    }

    fn output(&mut self, bytes: &[u8]) -> Result<()> {
        self.mark();
        let mut rest = bytes;
        while !rest.is_empty() {
            let turn = self.source.take(rest);
            rest = &rest[turn.used..];
            self.cut.extend(turn.log);
            self.stage.tty.types(&String::from_utf8_lossy(&turn.replies))?;
        }
        let whole = match std::str::from_utf8(&self.cut) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => self.cut.len(),
        };
        let log: Vec<u8> = self.cut.drain(..whole).collect();
        self.note(What::Output(String::from_utf8_lossy(&log).into_owned()));
        Ok(())
    }

    /// What is typed became secret, or is so no more: the host says so before what came after.
    fn mark(&mut self) {
        let Ok(settings) = tcgetattr(&self.stage.tty.master) else { return };
        let modes = settings.local_modes;
        let is_secret = modes.contains(LocalModes::ICANON) && !modes.contains(LocalModes::ECHO);
        if is_secret != self.is_secret {
            self.is_secret = is_secret;
            let mark = Mark::Secret(is_secret).encode();
            self.note(What::Output(String::from_utf8_lossy(&mark).into_owned()));
        }
    }

    fn note(&mut self, what: What) {
        if what == What::Output(String::new()) {
            return;
        }
        let at = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moments.push(Moment { at, what });
    }
}
