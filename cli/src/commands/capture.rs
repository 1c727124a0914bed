//! `devtail capture`: what a terminal prints is kept in files of its host, one behind the other.

use anyhow::Result;
use devtail_channels::terminal::host::{SinkPlan, sink as write};
use devtail_channels::terminal::{
    Capture, CaptureAsk, CaptureOf, CaptureQuery, CaptureStart, CaptureState, Query, TmuxAsk,
    TmuxQuery,
};
use serde_json::{Value, json};

use crate::commands::tmux::{active, find_window};
use crate::exit::{Failure, Status, printable};
use crate::gateways::{self, Which};
use crate::say::say;
use crate::session::Session;
use crate::table::render;
use crate::terminals::{find, fresh_id, short};

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Keeps what is printed from now on
    Start(StartArgs),
    /// Keeps it no longer
    Stop(OfArgs),
    /// Says how far it is, of one terminal or of all
    Status(OfArgs),
}

#[derive(clap::Args, Debug)]
struct StartArgs {
    #[command(flatten)]
    of: OfArgs,
    /// File on the host that does not exist [default: a new one in its state directory]
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// Bytes of one file before the next is begun
    #[arg(long, value_name = "N", default_value_t = 16 << 20)]
    max_bytes: u64,
    /// Older files that are kept
    #[arg(long, value_name = "N", default_value_t = 4)]
    keep: u32,
}

#[derive(clap::Args, Debug)]
pub(crate) struct OfArgs {
    /// The terminal's name or id [default of status: all]
    #[arg(value_name = "TERMINAL")]
    terminal: Option<String>,
    /// Instead of a terminal, the active pane of a window of the host's tmux
    #[arg(long, value_name = "SESSION[:WINDOW]", conflicts_with = "terminal")]
    tmux: Option<String>,
    #[command(flatten)]
    which: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl OfArgs {
    pub(crate) const fn is_of_tmux(&self) -> bool {
        self.tmux.is_some()
    }
}

/// What tmux says when it starts a sink.
#[derive(clap::Args, Debug)]
pub(crate) struct SinkArgs {
    #[arg(value_name = "WORD", allow_hyphen_values = true)]
    words: Vec<String>,
}

pub(crate) fn sink(args: &SinkArgs) -> Result<()> {
    Ok(write(&SinkPlan::parse(&args.words)?)?)
}

pub(crate) async fn run(args: Args) -> Result<()> {
    match args.action {
        Action::Start(start) => {
            let ask = CaptureAsk::Start(CaptureStart {
                key: fresh_id().0,
                file: start.file.unwrap_or_default(),
                max_bytes: start.max_bytes,
                keep: start.keep,
            });
            perform(start.of, ask, Query::Capture).await
        }
        Action::Stop(of) => perform(of, CaptureAsk::Stop, Query::Capture).await,
        Action::Status(of) => perform(of, CaptureAsk::Status, Query::Capture).await,
    }
}

/// Asks about captures or recordings, and prints what there is.
pub(crate) async fn perform(
    of: OfArgs,
    ask: CaptureAsk,
    sorted: fn(CaptureQuery) -> Query,
) -> Result<()> {
    let known = gateways::find(None, &of.which).await?;
    let mut session = Session::open(&known).await?;
    let output = output_of(&mut session, &of).await?;
    if output.is_none() && ask != CaptureAsk::Status {
        return Err(Failure::usage("name one terminal; `devtail ls` lists them").into());
    }
    let starts = matches!(ask, CaptureAsk::Start(_));
    let query = sorted(CaptureQuery { of: output, ask });
    // What the host would refuse is refused here, with the same words.
    Query::decode(&query.encode()).map_err(|bad| Failure::usage(bad.to_string()))?;
    let all = session.kept(&query).await?;
    if of.json {
        say(Value::Array(all.iter().map(to_json).collect()))?;
    } else if all.is_empty() {
        say("Nothing is kept.")?;
    } else {
        say(render(&["OF", "STATE", "BYTES", "FILES", "FILE"], &rows(&all)).trim_end())?;
    }
    let failed = all.iter().find(|capture| capture.state == CaptureState::Failed);
    match failed.filter(|_| starts) {
        Some(failed) => Err(Failure::new(Status::Failed, printable(&failed.reason)).into()),
        None => Ok(()),
    }
}

async fn output_of(session: &mut Session, of: &OfArgs) -> Result<Option<CaptureOf>> {
    if let Some(named) = &of.tmux {
        let query = TmuxQuery { server: String::new(), ask: TmuxAsk::List };
        let sessions = session.tmux(query).await?;
        let (found, window) = find_window(&sessions, named)?;
        let window = window.map_or_else(|| active(found), Ok)?;
        return Ok(Some(CaptureOf::Pane(window.pane)));
    }
    let Some(named) = &of.terminal else { return Ok(None) };
    let terminals = session.terminals().await?;
    Ok(Some(CaptureOf::Terminal(find(&terminals, named)?.id)))
}

fn rows(all: &[Capture]) -> Vec<Vec<String>> {
    let row = |capture: &Capture| {
        let reason = printable(&capture.reason);
        let state = state(capture.state);
        vec![
            label(capture),
            if reason.is_empty() { state.to_owned() } else { format!("{state}: {reason}") },
            capture.bytes.to_string(),
            capture.files.to_string(),
            printable(&capture.file),
        ]
    };
    all.iter().map(row).collect()
}

fn label(capture: &Capture) -> String {
    match capture.of {
        CaptureOf::Terminal(id) => format!("{} ({})", printable(&capture.name), short(id)),
        CaptureOf::Pane(pane) => format!("tmux {pane}"),
    }
}

const fn state(state: CaptureState) -> &'static str {
    match state {
        CaptureState::Starting => "starting",
        CaptureState::Running => "running",
        CaptureState::Stopping => "stopping",
        CaptureState::Stopped => "stopped",
        CaptureState::Failed => "failed",
    }
}

fn to_json(capture: &Capture) -> Value {
    let (terminal, pane) = match capture.of {
        CaptureOf::Terminal(id) => (Some(id.to_string()), None),
        CaptureOf::Pane(pane) => (None, Some(pane.to_string())),
    };
    json!({
        "terminal": terminal,
        "pane": pane,
        "name": capture.name,
        "state": state(capture.state),
        "file": capture.file,
        "bytes": capture.bytes,
        "files": capture.files,
        "reason": capture.reason,
    })
}
