//! Output that is kept in files: what terminals of ours print by their holders, what panes of the user's tmux print by a
//! process that tmux pipes it to. Both write with one [`writer`](writer::Writer).

mod cast;
mod files;
mod kept;
mod pane;
mod sink;
mod writer;

use std::path::Path;
use std::time::Duration;

use devtail_protocol::{ChannelId, Code, Fault};
use tokio::task::JoinSet;
use tokio::time::Instant;

pub(super) use self::kept::{Kept, Scene, Sort};
pub use self::sink::{SinkError, SinkPlan, sink};
use super::spawn::Terminals;
use crate::dock::Dock;
use crate::terminal::limits::TERMINALS_MAX;
use crate::terminal::message::{Answer, Capture, CaptureAsk, CaptureOf, CaptureQuery, Query};

/// How long whoever asks is kept waiting for a disk; then it is told as it is.
const SETTLE_WITHIN: Duration = Duration::from_secs(2);
/// Between two looks at it.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Answers a question about captures.
///
/// # Errors
/// What the holder or tmux says; [`Code::Gone`] if there is no such terminal.
pub(super) async fn answer(
    terminals: &Terminals<'_>,
    program: &Path,
    query: &CaptureQuery,
) -> Result<Vec<Capture>, Fault> {
    match query.of {
        Some(CaptureOf::Terminal(id)) => of_terminal(terminals, id, query, Query::Capture).await,
        Some(CaptureOf::Pane(pane)) => {
            pane::answer(terminals.state(), program, pane, &query.ask).await
        }
        None => {
            let mut all = of_all(terminals, query, Query::Capture).await;
            // Where there is no tmux, nothing of it is kept.
            all.extend(pane::all().await.unwrap_or_default());
            all.truncate(TERMINALS_MAX);
            Ok(all)
        }
    }
}

/// Answers a question about recordings.
///
/// # Errors
/// As [`answer`].
pub(super) async fn answer_record(
    terminals: &Terminals<'_>,
    query: &CaptureQuery,
) -> Result<Vec<Capture>, Fault> {
    match query.of {
        Some(CaptureOf::Terminal(id)) => of_terminal(terminals, id, query, Query::Record).await,
        Some(CaptureOf::Pane(_)) | None => Ok(of_all(terminals, query, Query::Record).await),
    }
}

type Sorted = fn(CaptureQuery) -> Query;

async fn of_terminal(
    terminals: &Terminals<'_>,
    id: ChannelId,
    query: &CaptureQuery,
    sorted: Sorted,
) -> Result<Vec<Capture>, Fault> {
    let dock = match terminals.dock(id).await {
        Err(fault) if fault.code == Code::Gone && query.ask == CaptureAsk::Stop => {
            return Ok(Vec::new());
        }
        dock => dock?,
    };
    let mut said = ask(&dock, &sorted(query.clone())).await?;
    let status = sorted(CaptureQuery { of: query.of, ask: CaptureAsk::Status });
    let until = Instant::now() + SETTLE_WITHIN;
    while said.iter().any(|capture| capture.state.is_passing()) && Instant::now() < until {
        tokio::time::sleep(LOOK_EVERY).await;
        said = ask(&dock, &status).await?;
    }
    Ok(said)
}

async fn of_all(terminals: &Terminals<'_>, query: &CaptureQuery, sorted: Sorted) -> Vec<Capture> {
    let mut asked = JoinSet::new();
    for id in terminals.ids() {
        // One whose holder does not answer is silent about this as well.
        let Ok(dock) = terminals.dock(id).await else { continue };
        let of = Some(CaptureOf::Terminal(id));
        let query = sorted(CaptureQuery { of, ask: query.ask.clone() });
        asked.spawn(async move { ask(&dock, &query).await });
    }
    asked.join_all().await.into_iter().flatten().flatten().collect()
}

async fn ask(dock: &Dock, query: &Query) -> Result<Vec<Capture>, Fault> {
    match Answer::decode(&dock.ask(query.encode()).await?) {
        Ok(Answer::Capture(all) | Answer::Record(all)) => Ok(all),
        Ok(Answer::List(_) | Answer::Tmux(_)) | Err(_) => Err(Fault::new(
            Code::Failed,
            "The terminal's holder answers another question; update it.",
        )),
    }
}
