//! Terminals as a gateway sees them: created in a holder, found again after a restart, listed.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::{ChannelId, Code, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::{capture, ended, scope, tmux};
use crate::dock::Dock;
use crate::terminal::limits::TERMINALS_MAX;
use crate::terminal::{Answer, Bad, KIND, Query, Spec, Terminal};

/// How long a holder may take from its start to its socket.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// How long a new gateway waits for all the holders it finds: clients wait as well, and any later one is found by [`find`].
const RECOVER_WITHIN: Duration = Duration::from_secs(1);
/// What a holder says once it listens; anything else is the sentence that says why it could not.
pub const READY: &str = "ready";
/// Bytes of a holder's first words.
const WORDS_MAX: u64 = 1024;

/// Where a state directory keeps the sockets of its terminals.
pub fn sockets(state: &Path) -> PathBuf {
    state.join("terminals")
}

/// The socket of one terminal's holder.
pub fn socket(state: &Path, id: ChannelId) -> PathBuf {
    sockets(state).join(format!("{id}.sock"))
}

/// Starts a holder with a new terminal in it and connects to it; or finds the one that holds this terminal already.
///
/// # Errors
/// [`Code::Gone`] if it is over, [`Code::BadSpec`] if the spec breaks a bound, [`Code::Limit`] above 256 terminals, [`Code::Failed`] with the holder's
/// own words if it cannot start.
pub(crate) async fn create(
    state: &Path,
    program: &Path,
    id: ChannelId,
    spec: &Bytes,
) -> Result<Dock, Fault> {
    Spec::decode(spec).map_err(|bad| Fault::new(Code::BadSpec, bad.to_string()))?;
    match Dock::connect(id, KIND, &socket(state, id)).await {
        Ok(dock) => return Ok(dock),
        // An Open may come again long after the first was answered, and the answer lost: nothing runs twice.
        Err(fault) if ended::is_known(state, id) => return Err(fault),
        Err(_) => ended::forget(state),
    }
    if ids(state).len() >= TERMINALS_MAX {
        let message = format!(
            "This host runs {TERMINALS_MAX} terminals already (terminals). Kill one first."
        );
        return Err(Fault::new(Code::Limit, message));
    }
    let mut builder = std::fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(sockets(state))
        .map_err(|error| failed(&error.to_string()))?;
    let hold = || plain(program, state, id);
    let scoped = scoped(program, state, id);
    let in_scope = scoped.is_some();
    let words = match start(scoped.unwrap_or_else(hold), spec).await {
        Ok(words) if in_scope && words.is_empty() => {
            tracing::info!(channel = %id, "systemd gives a terminal no scope: it will end with the gateway's service");
            start(hold(), spec).await
        }
        words => words,
    };
    let words = words.map_err(|error| failed(&error.to_string()))?;
    if words.trim() != READY {
        return Err(failed(words.trim()));
    }
    Dock::connect(id, KIND, &socket(state, id)).await
}

fn plain(program: &Path, state: &Path, id: ChannelId) -> Command {
    let mut command = Command::new(program);
    command.arg("hold").arg(state).arg(id.to_string());
    command
}

fn scoped(program: &Path, state: &Path, id: ChannelId) -> Option<Command> {
    let hold = plain(program, state, id);
    let mut command = scope::systemd_run(Some(format!("devtail-{id}")))?;
    command.arg(program).args(hold.as_std().get_args());
    Some(command)
}

async fn start(mut command: Command, spec: &Bytes) -> io::Result<String> {
    for (name, _) in std::env::vars_os() {
        // Settings and secrets of the gateway are none of the holder's.
        if name.to_string_lossy().starts_with("DEVTAIL_") {
            command.env_remove(name);
        }
    }
    let mut holder = command
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(false)
        .spawn()?;
    let words = timeout(READY_WITHIN, first_words(&mut holder, spec)).await;
    if words.is_err() {
        // It must not run the command after its creator was told that it failed.
        holder.start_kill()?;
    }
    reap(holder);
    words.unwrap_or_else(|_| {
        Err(io::Error::other(
            "it was not ready within 2 s; the machine may be overloaded: try again",
        ))
    })
}

async fn first_words(holder: &mut Child, spec: &Bytes) -> io::Result<String> {
    if let Some(mut stdin) = holder.stdin.take() {
        let len = u32::try_from(spec.len()).map_err(io::Error::other)?;
        stdin.write_all(&len.to_be_bytes()).await?;
        stdin.write_all(spec).await?;
    }
    let mut words = String::new();
    if let Some(stdout) = holder.stdout.take() {
        stdout.take(WORDS_MAX).read_to_string(&mut words).await?;
    }
    Ok(words)
}

/// A holder that ends while this gateway lives must not stay a zombie.
fn reap(mut holder: Child) {
    tokio::spawn(async move { holder.wait().await });
}

/// Connects to the holder of a terminal that runs already.
///
/// # Errors
/// As [`Dock::connect`].
pub(crate) async fn find(state: &Path, id: ChannelId) -> Result<Dock, Fault> {
    Dock::connect(id, KIND, &socket(state, id)).await
}

/// Connects to every holder that answers within a second, all at once; removes the sockets that nobody listens on.
pub(crate) async fn recover(state: &Path) -> Vec<Dock> {
    let until = Instant::now() + RECOVER_WITHIN;
    // Dropped with those that still wait, which closes their sockets.
    let mut connecting = JoinSet::new();
    for id in ids(state) {
        let path = socket(state, id);
        connecting.spawn(async move { (id, Dock::connect(id, KIND, &path).await) });
    }
    let mut docks = Vec::new();
    while let Ok(Some(connected)) = timeout_at(until, connecting.join_next()).await {
        match connected {
            Ok((_, Ok(dock))) => docks.push(dock),
            Ok((id, Err(fault))) if fault.code == Code::Gone => {
                tracing::info!(channel = %id, "a terminal's holder is gone; removing its socket");
                ended::leave(&socket(state, id));
            }
            Ok((id, Err(fault))) => {
                tracing::warn!(channel = %id, %fault, "a terminal's holder does not answer now")
            }
            Err(error) => tracing::error!(%error, "a terminal's holder could not be asked"),
        }
    }
    if !connecting.is_empty() {
        tracing::warn!(
            holders = connecting.len(),
            "terminals whose holders are slow are found when they are opened"
        );
    }
    docks
}

/// Which scope of the kind's two a query needs: whatever changes something needs the one to write.
///
/// # Errors
/// [`Code::BadSpec`] if it is no query.
pub(crate) fn changes(query: &Bytes) -> Result<bool, Fault> {
    Ok(match decoded(query)? {
        Query::List => false,
        Query::Tmux(query) => query.ask.changes(),
        Query::Capture(query) | Query::Record(query) => query.ask.changes(),
    })
}

/// What the audit log is to say of a query before it is answered, if anything.
pub(crate) fn audit(query: &Bytes) -> Option<String> {
    match decoded(query).ok()? {
        Query::List | Query::Tmux(_) => None,
        Query::Capture(query) => query.audit("capture"),
        Query::Record(query) => query.audit("record"),
    }
}

/// Answers a query about all terminals, by asking each holder about its own; or one about the user's tmux.
///
/// # Errors
/// [`Code::BadSpec`] if it is no query; what tmux or a holder says if it cannot be done.
pub(crate) async fn answer(
    state: &Path,
    program: &Path,
    query: &Bytes,
    docks: &[Arc<Dock>],
) -> Result<Bytes, Fault> {
    let terminals = Terminals { state, docks };
    let answer = match decoded(query)? {
        Query::List => Answer::List(list(state, query, docks).await),
        Query::Tmux(query) => Answer::Tmux(tmux::answer(&query).await?),
        Query::Capture(query) => {
            Answer::Capture(capture::answer(&terminals, program, &query).await?)
        }
        Query::Record(query) => Answer::Record(capture::answer_record(&terminals, &query).await?),
    };
    Ok(answer.encode())
}

fn decoded(query: &Bytes) -> Result<Query, Fault> {
    Query::decode(query).map_err(|bad: Bad| Fault::new(Code::BadSpec, bad.to_string()))
}

async fn list(state: &Path, query: &Bytes, docks: &[Arc<Dock>]) -> Vec<Terminal> {
    let asked: Vec<_> = ids(state)
        .into_iter()
        .map(|id| {
            let dock = docks.iter().find(|dock| dock.id() == id).map(Arc::clone);
            tokio::spawn(line(state.to_owned(), id, dock, query.clone()))
        })
        .collect();
    let mut terminals = Vec::new();
    for line in asked {
        terminals.extend(line.await.ok().flatten());
    }
    terminals.sort_by_key(|terminal| terminal.created_ms);
    terminals
}

/// The terminals there are, to ask their holders.
pub(super) struct Terminals<'a> {
    state: &'a Path,
    docks: &'a [Arc<Dock>],
}

impl Terminals<'_> {
    /// Their ids.
    pub(super) fn ids(&self) -> Vec<ChannelId> {
        ids(self.state)
    }

    /// The state directory.
    pub(super) const fn state(&self) -> &Path {
        self.state
    }

    /// The way to the holder of one.
    ///
    /// # Errors
    /// As [`Dock::connect`].
    pub(super) async fn dock(&self, id: ChannelId) -> Result<Arc<Dock>, Fault> {
        match self.docks.iter().find(|dock| dock.id() == id) {
            Some(dock) => Ok(Arc::clone(dock)),
            None => find(self.state, id).await.map(Arc::new),
        }
    }
}

/// What the holder says of its terminal; `None` if it is gone.
async fn line(
    state: PathBuf,
    id: ChannelId,
    dock: Option<Arc<Dock>>,
    query: Bytes,
) -> Option<Terminal> {
    let dock = match dock {
        Some(dock) => Ok(dock),
        None => find(&state, id).await.map(Arc::new),
    };
    let answer = match dock {
        Ok(dock) => dock.ask(query).await,
        Err(fault) => Err(fault),
    };
    match answer {
        Ok(answer) => match Answer::decode(&answer) {
            Ok(Answer::List(own)) => own.into_iter().next(),
            Ok(Answer::Tmux(_) | Answer::Capture(_) | Answer::Record(_)) | Err(_) => {
                Some(Terminal::silent(id))
            }
        },
        Err(fault) if fault.code == Code::Gone => None,
        Err(_) => Some(Terminal::silent(id)),
    }
}

fn ids(state: &Path) -> Vec<ChannelId> {
    let Ok(entries) = std::fs::read_dir(sockets(state)) else { return Vec::new() };
    entries
        .filter_map(|entry| {
            ChannelId::parse(entry.ok()?.file_name().to_str()?.strip_suffix(".sock")?)
        })
        .collect()
}

fn failed(why: &str) -> Fault {
    Fault::new(Code::Failed, format!("The terminal could not be started: {why}."))
}
