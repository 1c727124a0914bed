//! The kind's messages in their typed form: one that exists is valid. The contract is `proto/terminal.proto`.

mod bad;
mod end;
mod event;
mod input;
mod list;
mod notice;
mod person;
mod size;
mod snapshot;
mod spec;

pub use bad::Bad;
pub use end::End;
pub use event::{Event, Happening};
pub use input::Input;
pub use list::{Answer, Query, Terminal};
pub use notice::{News, Notice};
pub use person::{Person, Role};
pub use size::Size;
pub use snapshot::Snapshot;
pub use spec::Spec;

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
