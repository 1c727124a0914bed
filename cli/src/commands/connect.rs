//! `devtail connect`: works in a shell of a host; goes on where another device handed over, in the newest one there is,
//! or begins one.

use std::time::Duration;

use anyhow::Result;
use devtail_channels::terminal::{End, Input, KIND, Spec, Terminal};
use devtail_client::Place;
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId};
use tokio::time::timeout;

use crate::exit::{Failure, Status, printable};
use crate::gateways::{self, Which};
use crate::screen::{Left, View, is_terminal, window_size};
use crate::session::Session;
use crate::terminals::{fresh_id, label, newest_shell, short};

/// A terminal that ended is forgotten by its host on the way out, if that is quick.
const FORGET_WITHIN: Duration = Duration::from_secs(2);

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The gateway's link, the first time, or the one of a hand-off
    #[arg(value_name = "LINK")]
    link: Option<String>,
    #[command(flatten)]
    which: Which,
    /// Begin a new shell, also if one runs
    #[arg(long)]
    new: bool,
}

pub(crate) async fn run(args: Args) -> Result<Option<Status>> {
    must_be_a_terminal("connect")?;
    let (known, place) = gateways::arrive(args.link.as_deref(), &args.which).await?;
    let mut session = Session::open(&known).await?;
    let terminals = session.terminals().await?;
    let handed_over = place.as_ref().and_then(|place| handed_over(place, &terminals));
    let (id, spec, label) = match handed_over.or(newest_shell(&terminals)) {
        Some(shell) if !args.new => (shell.id, None, label(shell)),
        Some(_) | None => {
            let spec = Spec { size: window_size().unwrap_or_default(), ..Spec::default() };
            let id = fresh_id();
            (id, Some(spec.encode()), short(id))
        }
    };
    let opened = session.client.open(id, KIND, spec, None, Priority::Focused);
    show(session, opened.map_err(|fault| Failure::of(&fault))?, &label).await
}

/// The terminal that another device handed over; what was typed there and not sent is for the person to type.
fn handed_over<'a>(place: &Place, terminals: &'a [Terminal]) -> Option<&'a Terminal> {
    if !place.draft.is_empty() {
        eprintln!("[typed on the other device and not sent: {}]", printable(&place.draft));
    }
    terminals.iter().find(|terminal| Some(terminal.id) == place.channel())
}

/// Shows a terminal until it is over, and says how.
pub(crate) async fn show(mut session: Session, ch: Ch, label: &str) -> Result<Option<Status>> {
    let (left, unsettled) = View::new(&mut session, ch)?.run().await?;
    match left {
        Left::Away => {
            let lost = match unsettled {
                0 => String::new(),
                count => format!("; the last {count} inputs may not have arrived"),
            };
            eprintln!("\r\n[{label} goes on{lost}. Back: devtail connect]");
            Ok(None)
        }
        Left::Ended(end) => {
            forget(&mut session, ch).await;
            eprintln!("\r\n[{label} {}]", printable(&end.to_string()));
            Ok(status(&end))
        }
    }
}

/// Shows a terminal that is only a way to something else: whoever leaves it as the last one ends it.
pub(crate) async fn show_and_end(
    mut session: Session,
    (id, ch): (ChannelId, Ch),
    label: &str,
) -> Result<Option<Status>> {
    let (left, _) = View::new(&mut session, ch)?.run().await?;
    if !matches!(left, Left::Away) || is_alone(&mut session, id).await {
        forget(&mut session, ch).await;
    }
    match left {
        Left::Away => {
            eprintln!("\r\n[{label} goes on]");
            Ok(None)
        }
        Left::Ended(end) => {
            eprintln!("\r\n[{label}: tmux {}]", printable(&end.to_string()));
            Ok(status(&end))
        }
    }
}

/// Whether nobody but this device reads the terminal. Where that cannot be learned, somebody may.
async fn is_alone(session: &mut Session, id: ChannelId) -> bool {
    let Ok(Ok(terminals)) = timeout(FORGET_WITHIN, session.terminals()).await else { return false };
    terminals.iter().any(|terminal| terminal.id == id && terminal.viewers <= 1)
}

/// Nobody asks for a terminal that ended before one's eyes. Whether it is known to be gone.
pub(crate) async fn forget(session: &mut Session, ch: Ch) -> bool {
    let Ok(kill) = session.client.send(ch, Input::Kill.encode()) else { return false };
    matches!(timeout(FORGET_WITHIN, session.settled(ch, kill)).await, Ok(Ok(())))
}

/// The exit status that a program's end amounts to.
pub(crate) fn status(end: &End) -> Option<Status> {
    match end {
        End::Code(0) => None,
        End::Code(code) => Some(Status::Program(*code)),
        End::Signal(name) => Some(Status::Program(128 + number(name))),
        End::Lost(_) => Some(Status::Lost),
    }
}

pub(crate) fn must_be_a_terminal(command: &str) -> Result<()> {
    if is_terminal() {
        return Ok(());
    }
    let instead = "for scripts there is `devtail run -- CMD`";
    Err(Failure::usage(format!(
        "{command} needs a terminal on standard input and output; {instead}"
    ))
    .into())
}

/// A signal's number here; 0 for one that this system does not know.
fn number(name: &str) -> u8 {
    const NAMES: [(&str, u8); 16] = [
        ("SIGHUP", 1),
        ("SIGINT", 2),
        ("SIGQUIT", 3),
        ("SIGILL", 4),
        ("SIGTRAP", 5),
        ("SIGABRT", 6),
        ("SIGBUS", 7),
        ("SIGFPE", 8),
        ("SIGKILL", 9),
        ("SIGUSR1", 10),
        ("SIGSEGV", 11),
        ("SIGUSR2", 12),
        ("SIGPIPE", 13),
        ("SIGALRM", 14),
        ("SIGTERM", 15),
        ("SIGXCPU", 24),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map_or(0, |(_, number)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_becomes_the_status_a_shell_would_give() {
        assert_eq!(status(&End::Code(0)), None);
        assert_eq!(status(&End::Code(3)).unwrap().code(), 3);
        assert_eq!(status(&End::Signal("SIGKILL".into())).unwrap().code(), 137);
        assert_eq!(status(&End::Lost("gone".into())).unwrap().code(), 70);
    }
}
