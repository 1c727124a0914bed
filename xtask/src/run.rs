//! Starts one program, shows what it prints, and says in one sentence how it failed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// The top folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask stands in the repository")
        .to_path_buf()
}

/// A command in a folder of the repository, by its words: `words("", "cargo fmt --check")`.
pub(crate) fn words(folder: &str, line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().expect("a command line has a first word"));
    command.args(words).current_dir(root().join(folder));
    command
}

/// Runs it to the end, without standard input.
///
/// # Errors
/// It cannot be started, or ends with another status than 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    // What the command prints may be for machines.
    eprintln!("$ {line}");
    let status =
        command.stdin(Stdio::null()).status().with_context(|| format!("cannot start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Like [`run`], for what must end by itself: after `limit` it and all that it started are killed.
///
/// # Errors
/// It cannot be started, ends with another status than 0, or does not end.
pub(crate) fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    let line = shown(command);
    eprintln!("$ {line}");
    let mut child =
        command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start `{line}`"))?;
    let id = child.id();
    let (ended, is_ended) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let is_late = is_ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        if is_late {
            kill_with_descendants(id);
        }
        is_late
    });
    let status = child.wait()?;
    drop(ended);
    ensure!(
        !watch.join().unwrap_or(true),
        "`{line}` did not end within {} min and was killed; it stood where its last line above says",
        limit.as_secs() / 60
    );
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// A process group would do, but then ^C at the terminal would not reach it.
fn kill_with_descendants(top: u32) {
    let mut ids = vec![top.to_string()];
    let mut at = 0;
    while let Some(id) = ids.get(at) {
        let children = Command::new("pgrep").args(["-P", id]).output();
        let printed = children.map(|output| output.stdout).unwrap_or_default();
        ids.extend(String::from_utf8_lossy(&printed).lines().map(str::to_owned));
        at += 1;
    }
    succeeds(Command::new("kill").arg("-9").args(ids));
}

/// Whether it can be started and ends well; its words are not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_end_is_killed_with_all_it_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 86399 & sleep 86398"]);
        let error = run_within(Duration::from_millis(200), &mut command).unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
        let left = |seconds| succeeds(Command::new("pgrep").args(["-fx", seconds]));
        assert!(!left("sleep 86398") && !left("sleep 86399"));
    }

    #[test]
    fn what_fails_in_time_is_a_failure_and_what_ends_well_is_none() {
        let within = Duration::from_secs(60);
        assert!(run_within(within, &mut Command::new("true")).is_ok());
        let error = run_within(within, &mut Command::new("false")).unwrap_err();
        assert!(error.to_string().contains("failed"), "{error}");
    }
}
