//! The kind's messages in their typed form: one that exists is valid. The contract is `proto/terminal.proto`.

mod bad;
mod capture;
mod end;
mod event;
mod input;
mod list;
mod notice;
mod person;
mod size;
mod snapshot;
mod spec;
mod tmux;

pub use bad::Bad;
pub use capture::{Capture, CaptureAsk, CaptureOf, CaptureQuery, CaptureStart, CaptureState};
pub use end::End;
pub use event::{Event, Happening};
pub use input::Input;
pub use list::{Answer, Query, Terminal};
pub use notice::{News, Notice};
pub use person::{Person, Role};
pub use size::Size;
pub use snapshot::Snapshot;
pub use spec::Spec;
pub use tmux::{
    Key, NewSession, NewWindow, PaneId, SessionId, TmuxAsk, TmuxId, TmuxQuery, TmuxSession,
    TmuxSessions, TmuxWindow, WindowId,
};

/// A name as it may be shown: no control characters, bounded.
pub(crate) fn check_name(name: &str) -> Result<(), Bad> {
    let chars = name.chars().count();
    if chars > super::limits::NAME_CHARS_MAX {
        return Err(Bad::NameLong { chars });
    }
    if name.chars().any(char::is_control) {
        return Err(Bad::NameControl);
    }
    Ok(())
}

/// A path as a program may begin in, or empty: absolute and bounded.
pub(crate) fn check_directory(path: &str) -> Result<(), Bad> {
    let is_path = path.starts_with('/')
        && path.len() <= super::limits::PATH_BYTES_MAX
        && !path.contains('\0');
    if path.is_empty() || is_path { Ok(()) } else { Err(Bad::Directory) }
}
