//! One command of tmux, as the user would run it outside of any terminal of ours: no shell, bounded, and not for long.

use std::ffi::OsStr;
use std::io;
use std::process::Stdio;
use std::time::Duration;

use devtail_protocol::{Code, Fault};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use crate::terminal::host::environment::{Account, of_login};
use crate::terminal::host::scope;
use crate::terminal::limits::{TMUX_OUTPUT_BYTES_MAX, TMUX_WORDS_BYTES_MAX};

/// How long tmux may take for one command: it answers within milliseconds, or hangs with its server.
const WITHIN: Duration = Duration::from_secs(5);
/// The oldest tmux that sizes a window after the client used last, and keeps options of single panes.
const VERSION_MIN: (u32, u32) = (3, 1);

/// Why tmux did not do it.
#[derive(Debug, thiserror::Error)]
pub(in crate::terminal::host) enum Trouble {
    /// There is no such program.
    #[error("tmux is not installed on this host; install it (the package is called tmux)")]
    Missing,
    /// No server runs, so there are no sessions.
    #[error("no tmux server runs on this host; make a session first")]
    NoServer,
    /// Its own words.
    #[error("tmux refuses: {0}")]
    Refused(String),
    /// It hangs.
    #[error(
        "tmux does not answer within 5 s; look at it on the host: `tmux kill-server` ends it, and all in it"
    )]
    Slow,
    /// More than anybody could read.
    #[error("tmux has more to say than {TMUX_OUTPUT_BYTES_MAX} bytes; end some of its sessions")]
    TooMuch,
    /// Its version.
    #[error("the tmux of this host is {0}; 3.1 or newer is needed: update it")]
    Old(String),
    /// It cannot be started, or read.
    #[error("tmux cannot be run: {0}")]
    Io(#[from] io::Error),
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        let code = match trouble {
            Trouble::Refused(_) => Code::BadSpec,
            Trouble::NoServer => Code::Gone,
            Trouble::Missing
            | Trouble::Slow
            | Trouble::TooMuch
            | Trouble::Old(_)
            | Trouble::Io(_) => Code::Failed,
        };
        Self::new(code, format!("{trouble}."))
    }
}

/// Whether a command may start the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::terminal::host) enum Start {
    /// It speaks to the one that runs.
    Never,
    /// It starts one, which must outlive the gateway.
    Server,
}

/// Runs one command line of tmux on the user's own server; says what it printed.
///
/// # Errors
/// [`Trouble`].
pub(in crate::terminal::host) async fn run(
    words: &[String],
    start: Start,
) -> Result<String, Trouble> {
    let scope = if start == Start::Server { scope::systemd_run(None) } else { None };
    let Some(mut scoped) = scope else { return once(plain(words)).await };
    scoped.arg("tmux").arg("-u").args(words);
    match once(scoped).await {
        // No user manager after all: tmux itself never fails without a word.
        Err(Trouble::Refused(why)) if why.is_empty() => once(plain(words)).await,
        other => other,
    }
}

/// The version of tmux, for instance "3.3a".
///
/// # Errors
/// [`Trouble::Missing`], [`Trouble::Old`], and as [`run`].
pub(in crate::terminal::host) async fn version() -> Result<String, Trouble> {
    let said = once(plain(&["-V".to_owned()])).await?;
    let version = said.trim().strip_prefix("tmux ").unwrap_or(said.trim()).to_owned();
    match numbers(&version) {
        Some(numbers) if numbers < VERSION_MIN => Err(Trouble::Old(version)),
        // One that has no number is built from its newest source.
        Some(_) | None => Ok(version.chars().take(32).collect()),
    }
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.strip_prefix("next-").unwrap_or(version).split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn plain(words: &[String]) -> Command {
    let mut command = Command::new("tmux");
    command.arg("-u").args(words);
    command
}

async fn once(mut command: Command) -> Result<String, Trouble> {
    command
        .env_clear()
        .envs(of_login(&Account::own()))
        .current_dir(OsStr::new("/"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut tmux = command.spawn().map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound { Trouble::Missing } else { error.into() }
    })?;
    let (stdout, stderr) = (tmux.stdout.take(), tmux.stderr.take());
    let ended = async {
        let said = read(stdout, TMUX_OUTPUT_BYTES_MAX);
        let (said, why) = tokio::join!(said, read(stderr, TMUX_WORDS_BYTES_MAX));
        if said.as_ref().is_ok_and(|said| said.len() > TMUX_OUTPUT_BYTES_MAX) {
            return Err(Trouble::TooMuch);
        }
        Ok((tmux.wait().await?, said?, why?))
    };
    let (status, said, why) = timeout(WITHIN, ended).await.map_err(|_| Trouble::Slow)??;
    if status.success() {
        return Ok(String::from_utf8_lossy(&said).into_owned());
    }
    Err(refusal(String::from_utf8_lossy(&why).trim()))
}

/// What tmux means by its words. They are in English, whatever the locale.
fn refusal(why: &str) -> Trouble {
    let is_absent = why.starts_with("error connecting to")
        && (why.contains("No such file or directory") || why.contains("Connection refused"));
    // One that ends with its last session may still take a question, and never answer it.
    let is_leaving = ["server exited", "lost server"].iter().any(|words| why.contains(words));
    if is_absent || is_leaving || why.starts_with("no server running") {
        return Trouble::NoServer;
    }
    Trouble::Refused(why.chars().filter(|char| !char.is_control()).take(150).collect())
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(bytes_max as u64 + 1).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(numbers("3.3a"), Some((3, 3)));
        assert_eq!(numbers("next-3.6"), Some((3, 6)));
        assert_eq!(numbers("master"), None);
        assert!(numbers("2.9a").unwrap() < VERSION_MIN && numbers("3.10").unwrap() > VERSION_MIN);
        assert!(Trouble::Old("2.9a".into()).to_string().contains("3.1 or newer"));
    }

    #[test]
    fn a_server_that_is_not_there_is_told_from_one_that_refuses() {
        for absent in [
            "no server running on /tmp/tmux-0/default",
            "error connecting to /tmp/tmux-0/default (No such file or directory)",
            "server exited unexpectedly",
        ] {
            assert!(matches!(refusal(absent), Trouble::NoServer), "{absent}");
        }
        let denied = "error connecting to /tmp/tmux-0/default (Permission denied)";
        assert!(matches!(refusal(denied), Trouble::Refused(why) if why == denied));
    }
}
