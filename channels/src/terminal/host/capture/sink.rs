//! `devtail capture-sink`: where tmux pipes what a pane prints. It writes that into files until the pane or the pipe is
//! closed, and says in an option of the pane how far it is.

use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::files::Place;
use super::kept::told;
use super::pane::Note;
use super::writer::{Format, Observer, Piece, Plan, Progress, Writer, place};
use crate::terminal::host::environment::{Account, of_login};
use crate::terminal::host::tmux::list::KEPT;
use crate::terminal::limits::CAPTURE_BYTES;
use crate::terminal::message::{Bad, CaptureOf, CaptureState, Key, PaneId, TmuxId};

/// Bytes one read takes: as much as a pipe holds.
const READ_BYTES: usize = 64 << 10;
/// How long the disk may take for what waits when the pane is closed.
const FINISH_WITHIN: Duration = Duration::from_secs(60);

/// What tmux starts the sink with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkPlan {
    /// The gateway's state directory.
    pub state: PathBuf,
    /// The pane.
    pub pane: PaneId,
    /// Who asked for it.
    pub key: Key,
    /// Bytes of one file; 0 for 16 MiB.
    pub max_bytes: u64,
    /// Older files to keep.
    pub keep: u32,
    /// The file; empty for a new one in the state directory.
    pub file: String,
}

/// Why a sink wrote nothing, or no more.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// It was started by hand.
    #[error(
        "a sink is started by tmux, which tells it what to write and where; use `devtail capture start` instead"
    )]
    Words,
    /// Its words are wrong.
    #[error(transparent)]
    Bad(#[from] Bad),
    /// Nothing to read from, or no thread.
    #[error("what the pane prints cannot be kept: {0}")]
    Io(#[from] io::Error),
    /// The disk.
    #[error("{0}")]
    Stopped(String),
}

impl SinkPlan {
    /// The words of a command line that mean this plan, behind the program.
    pub fn words(&self) -> Vec<String> {
        let key = self.key.iter().map(|byte| format!("{byte:02x}")).collect();
        let state = self.state.display().to_string();
        let (max_bytes, keep) = (self.max_bytes.to_string(), self.keep.to_string());
        let (pane, file) = (self.pane.to_string(), self.file.clone());
        vec!["capture-sink".into(), state, pane, key, max_bytes, keep, file]
    }

    /// Reads those words, the first cut off.
    ///
    /// # Errors
    /// [`SinkError::Words`] or [`SinkError::Bad`] if they mean none.
    pub fn parse(words: &[String]) -> Result<Self, SinkError> {
        let [state, pane, key, max_bytes, keep, file] = words else { return Err(SinkError::Words) };
        let number = u128::from_str_radix(key, 16).map_err(|_| SinkError::Words)?;
        Ok(Self {
            state: state.into(),
            pane: TmuxId::parse(pane)?,
            key: number.to_be_bytes(),
            max_bytes: max_bytes.parse().map_err(|_| SinkError::Words)?,
            keep: keep.parse().map_err(|_| SinkError::Words)?,
            file: file.clone(),
        })
    }
}

/// Writes standard input into files until it ends.
///
/// # Errors
/// [`SinkError`]; an option of the pane says it as well.
pub fn sink(plan: &SinkPlan) -> Result<(), SinkError> {
    let place = match plan.file.as_str() {
        "" => place(&plan.state, &format!("tmux-{}", plan.pane), "log"),
        file => Place::File(file.into()),
    };
    let limit = if plan.max_bytes == 0 { CAPTURE_BYTES } else { plan.max_bytes };
    let format = Format::Plain { keep: plan.keep };
    let mut writer = Writer::start(Plan { place, limit, format }, tells(plan.pane, plan.key))?;
    let mut input = io::stdin().lock();
    let mut buffer = vec![0; READ_BYTES];
    while !writer.progress().state.is_over() {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(len) => writer.push(Piece::Output(Duration::ZERO, buffer[..len].to_vec())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    writer.finish(FINISH_WITHIN);
    let Progress { state, reason, .. } = writer.progress();
    if state == CaptureState::Failed { Err(SinkError::Stopped(reason)) } else { Ok(()) }
}

/// Says in an option of the pane how far it is.
fn tells(pane: PaneId, key: Key) -> Observer {
    Box::new(move |progress| {
        let shown = Progress { bytes: bytes_told(progress), ..progress.clone() };
        let note = Note { key, capture: told(shown, CaptureOf::Pane(pane), "") };
        let set = ["-u", "set-option", "-p", "-t", &pane.to_string(), KEPT, &note.to_string()];
        // The pane may be gone, and nobody asks then.
        let _ = Command::new("tmux")
            .args(set)
            .env_clear()
            .envs(of_login(&Account::own()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    })
}

/// Of a file that grows only its beginning is told: whoever reads the note looks at the file.
const fn bytes_told(progress: &Progress) -> u64 {
    if progress.state.is_over() { progress.bytes } else { progress.bytes_before }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_survives_the_command_line() {
        let plan = SinkPlan {
            state: "/home/ann/.local/state/devtail".into(),
            pane: TmuxId::parse("%9").unwrap(),
            key: [0x0a; 16],
            max_bytes: 1 << 20,
            keep: 4,
            file: "/home/ann/it's 100% #{here}.log".into(),
        };
        assert_eq!(SinkPlan::parse(&plan.words()[1..]).unwrap(), plan);
        assert!(matches!(SinkPlan::parse(&[]), Err(SinkError::Words)));
    }
}
