//! The user's own tmux server: its sessions and windows listed, made, named and ended.
//!
//! It is the server that `tmux` reaches in a login shell of the user, never one of ours; attaching to a session is an
//! ordinary terminal with `tmux attach-session` in it ([`TmuxSession::attach`](crate::terminal::TmuxSession::attach)).
//!
//! ```text
//!   query ─► list ─► change::plan (pure) ─► server::run ─► list ─► answer
//! ```

pub(super) mod change;
pub(super) mod list;
pub(super) mod server;

use std::path::Path;

use devtail_protocol::{Code, Fault};
use tokio::sync::Mutex;

use self::change::Plan;
use self::list::Found;
use self::server::{Start, Trouble};
use super::environment::Account;
use crate::terminal::message::{TmuxQuery, TmuxSessions};

/// One change at a time: one that is asked for again must see what the first has done.
static CHANGING: Mutex<()> = Mutex::const_new(());

/// Answers a question to the user's tmux; what it asks to change is changed before that.
///
/// # Errors
/// [`Code::Failed`] where there is no tmux, it is too old, or does not answer; [`Code::Gone`] for a session or window that
/// is not there; [`Code::BadSpec`] if tmux takes the name, or the system the directory, for none.
pub(super) async fn answer(query: &TmuxQuery) -> Result<TmuxSessions, Fault> {
    let version = server::version().await?;
    if !query.ask.changes() {
        return Ok(found().await?.told(version));
    }
    let _one = CHANGING.lock().await;
    let before = found().await?;
    let home = Account::own().home;
    match change::plan(query, &before, &home)? {
        Plan::Done => return Ok(before.told(version)),
        Plan::Run(words) => {
            if let Some(cwd) = change::directory(&query.ask, &home) {
                ensure_directory(cwd).await?;
            }
            let start = if before.is_running() { Start::Never } else { Start::Server };
            let mut ran = server::run(&words, start).await;
            if start == Start::Server && matches!(ran, Err(Trouble::NoServer)) {
                // The last one was still on its way out.
                ran = server::run(&words, start).await;
            }
            // What was to be ended went between the list and the command.
            if let Err(trouble) = ran
                && !change::is_done(&query.ask, &trouble)
            {
                return Err(trouble.into());
            }
        }
    }
    Ok(found().await?.told(version))
}

/// What tmux has now; nothing where no server runs.
pub(super) async fn found() -> Result<Found, Fault> {
    let form = list::Form::new().map_err(|error| Fault::new(Code::Failed, error.to_string()))?;
    match server::run(&form.words(), Start::Never).await {
        Ok(text) => form.read(&text),
        Err(Trouble::NoServer) => Ok(Found::default()),
        // A server without sessions, which is on its way out.
        Err(Trouble::Refused(why)) if is_about_nothing(&why) => Ok(Found::default()),
        Err(trouble) => Err(trouble.into()),
    }
}

fn is_about_nothing(why: &str) -> bool {
    matches!(why, "no current target" | "no sessions")
}

/// tmux itself would go on in another directory without a word.
async fn ensure_directory(cwd: &str) -> Result<(), Fault> {
    let path = cwd.to_owned();
    let is_there = tokio::task::spawn_blocking(move || Path::new(&path).is_dir()).await;
    if matches!(is_there, Ok(true)) {
        return Ok(());
    }
    let shown: String = cwd.chars().take(100).collect();
    let text = format!(
        "the directory {shown} does not exist; name another, or none for the home directory"
    );
    Err(Fault::new(Code::BadSpec, text))
}
