//! Panes of the user's own tmux whose output is kept: tmux pipes it to a [`sink`](super::sink::sink) of ours. What is known
//! of it stands in an option of the pane, so that it goes with the pane and needs no file.

use std::fmt;
use std::path::Path;

use devtail_protocol::{Code, Fault};
use prost::Message as _;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::sink::SinkPlan;
use super::{LOOK_EVERY, SETTLE_WITHIN};
use crate::terminal::generated;
use crate::terminal::host::tmux;
use crate::terminal::host::tmux::change::{hex, plain};
use crate::terminal::host::tmux::list::Pane;
use crate::terminal::host::tmux::server::{self, Start};
use crate::terminal::message::{Capture, CaptureAsk, CaptureStart, CaptureState, Key, PaneId};

/// One change at a time, so that one that is asked for again sees what the first has done.
static CHANGING: Mutex<()> = Mutex::const_new(());

/// What the option of a pane says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) key: Key,
    pub(super) capture: Capture,
}

impl Note {
    fn read(option: &str) -> Option<Self> {
        let (key, capture) = option.split_once(':')?;
        let key = unhex(key)?.try_into().ok()?;
        let capture = generated::Capture::decode(&unhex(capture)?[..]).ok()?;
        Some(Self { key, capture: capture.try_into().ok()? })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let capture = generated::Capture::from(&self.capture).encode_to_vec();
        write!(f, "{}:{}", hex(&self.key), hex(&capture))
    }
}

/// Answers a question about one pane.
///
/// # Errors
/// [`Code::Gone`] if there is no such pane, [`Code::BadSpec`] if its output goes elsewhere already.
pub(super) async fn answer(
    state: &Path,
    program: &Path,
    pane: PaneId,
    ask: &CaptureAsk,
) -> Result<Vec<Capture>, Fault> {
    server::version().await?;
    let _one = CHANGING.lock().await;
    let known = find(pane).await?;
    let note = known.as_ref().and_then(note);
    match (ask, known) {
        (CaptureAsk::Status | CaptureAsk::Stop, None) => Ok(Vec::new()),
        (CaptureAsk::Start(_), None) => {
            Err(Fault::new(Code::Gone, format!("tmux has no pane {pane} any more.")))
        }
        (CaptureAsk::Status, Some(_)) => Ok(shown(note)),
        (CaptureAsk::Start(start), Some(known)) => {
            if note.as_ref().is_none_or(|note| note.key != start.key) {
                ensure_free(&known, note.as_ref())?;
                begin(state, program, pane, start).await?;
            }
            let begun = |note: &Note| note.key == start.key && !note.capture.state.is_passing();
            let note = settled(pane, begun).await?.filter(|note| note.key == start.key);
            let never =
                || Fault::new(Code::Failed, "tmux has not begun to pipe that pane; try again.");
            note.ok_or_else(never).map(|note| shown(Some(note)))
        }
        (CaptureAsk::Stop, Some(known)) => {
            let Some(note) = note else { return Ok(Vec::new()) };
            if known.is_piped && !note.capture.state.is_over() {
                pipe(pane, None).await?;
            }
            Ok(shown(settled(pane, |note| note.capture.state.is_over()).await?))
        }
    }
}

/// What is kept of all panes.
///
/// # Errors
/// There is no tmux, or it does not answer.
pub(super) async fn all() -> Result<Vec<Capture>, Fault> {
    let found = tmux::found().await?;
    Ok(found.panes.iter().flat_map(|pane| shown(note(pane))).collect())
}

async fn find(pane: PaneId) -> Result<Option<Pane>, Fault> {
    Ok(tmux::found().await?.panes.into_iter().find(|known| known.id == pane))
}

/// The note, if there is one, with what is known better here.
fn note(pane: &Pane) -> Option<Note> {
    let mut note = Note::read(&pane.kept)?;
    if !note.capture.state.is_over() {
        // A sink that was killed has said nothing.
        if !pane.is_piped {
            note.capture.state = CaptureState::Stopping;
        }
        let newest = std::fs::symlink_metadata(&note.capture.file);
        note.capture.bytes += newest.map_or(0, |meta| meta.len());
    }
    Some(note)
}

fn shown(note: Option<Note>) -> Vec<Capture> {
    note.into_iter().map(|note| note.capture).collect()
}

fn ensure_free(pane: &Pane, note: Option<&Note>) -> Result<(), Fault> {
    if !pane.is_piped {
        return Ok(());
    }
    let text = match note.filter(|note| !note.capture.state.is_over()) {
        Some(note) => {
            let file: String = note.capture.file.chars().take(120).collect();
            format!("That goes into {file} already; stop it first.")
        }
        None => {
            let id = pane.id;
            format!(
                "The output of {id} is piped elsewhere already; `tmux pipe-pane -t {id}` ends that."
            )
        }
    };
    Err(Fault::new(Code::BadSpec, text))
}

async fn begin(
    state: &Path,
    program: &Path,
    pane: PaneId,
    start: &CaptureStart,
) -> Result<(), Fault> {
    let (key, max_bytes, keep, file) = (start.key, start.max_bytes, start.keep, start.file.clone());
    let plan = SinkPlan { state: state.to_owned(), pane, key, max_bytes, keep, file };
    let program = program.display().to_string();
    let words = [vec![program], plan.words()].concat();
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    // tmux puts values and the time into it before the shell sees it.
    let command = plain(&quoted.join(" ")).replace('%', "%%");
    pipe(pane, Some(command)).await
}

async fn pipe(pane: PaneId, command: Option<String>) -> Result<(), Fault> {
    let words = ["pipe-pane", "-o", "-t", &pane.to_string()].map(str::to_owned);
    let words: Vec<String> = words.into_iter().chain(command).collect();
    server::run(&words, Start::Never).await?;
    Ok(())
}

/// Waits a little until the note is as it should be; tells it as it is then.
async fn settled(pane: PaneId, is_so: impl Fn(&Note) -> bool) -> Result<Option<Note>, Fault> {
    let until = Instant::now() + SETTLE_WITHIN;
    loop {
        let note = find(pane).await?.as_ref().and_then(note);
        if note.as_ref().is_some_and(&is_so) || Instant::now() >= until {
            return Ok(note);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A word as a shell takes it for itself.
fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::message::{CaptureOf, TmuxId};

    #[test]
    fn a_note_survives_the_option_and_another_text_is_none() {
        let capture = Capture {
            of: CaptureOf::Pane(TmuxId::parse("%9").unwrap()),
            name: String::new(),
            state: CaptureState::Running,
            file: "/tmp/é.log".into(),
            bytes: 7,
            files: 1,
            reason: String::new(),
        };
        let note = Note { key: [0xab; 16], capture };
        assert_eq!(Note::read(&note.to_string()), Some(note));
        for text in ["", "ab:cd", "x:y", "é:é"] {
            assert_eq!(Note::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_quoted_word_is_one_word() {
        assert_eq!(quote("it's $(x)"), r"'it'\''s $(x)'");
    }
}
