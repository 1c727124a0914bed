//! How a program ended, from what `wait` says.

use portable_pty::ExitStatus;

use crate::terminal::message::End;

/// The signals by the words of `strsignal`, which is what portable-pty tells.
const SIGNALS: [(&str, &str); 15] = [
    ("Hangup", "SIGHUP"),
    ("Interrupt", "SIGINT"),
    ("Quit", "SIGQUIT"),
    ("Illegal instruction", "SIGILL"),
    ("Trace/breakpoint trap", "SIGTRAP"),
    ("Aborted", "SIGABRT"),
    ("Bus error", "SIGBUS"),
    ("Floating point exception", "SIGFPE"),
    ("Killed", "SIGKILL"),
    ("User defined signal 1", "SIGUSR1"),
    ("Segmentation fault", "SIGSEGV"),
    ("User defined signal 2", "SIGUSR2"),
    ("Broken pipe", "SIGPIPE"),
    ("Alarm clock", "SIGALRM"),
    ("Terminated", "SIGTERM"),
];

/// The end that a status tells.
pub(super) fn of(status: &ExitStatus) -> End {
    match status.signal() {
        Some(words) => {
            let name =
                SIGNALS.iter().find(|(text, _)| *text == words).map_or(words, |(_, name)| name);
            End::Signal(name.to_owned())
        }
        None => End::Code(u8::try_from(status.exit_code()).unwrap_or(u8::MAX)),
    }
}
