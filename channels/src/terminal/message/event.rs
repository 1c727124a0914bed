//! Things that happen once: they ride in the Snapshot with their Offset, so that each reader sees each once.

use bytes::Bytes;

use super::Bad;
use crate::terminal::generated::{self, event::Kind};
use crate::terminal::limits::{CLIPBOARD_BYTES_MAX, COMMAND_CHARS_MAX};

/// What happened, and where in the Log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// The Offset right after it.
    pub at: u64,
    /// What.
    pub what: Happening,
}

/// What can happen once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The program rang the bell.
    Bell,
    /// The program set a clipboard (OSC 52).
    Clipboard {
        /// The selections as xterm names them, for instance "c".
        selection: String,
        /// The text; at most 64 KiB.
        text: Bytes,
    },
    /// A command of the shell that took at least 10 s is over.
    Finished {
        /// The program's name, at most 64 characters; empty if nobody knows it any more.
        command: String,
        /// How long it took.
        seconds: u64,
    },
}

impl TryFrom<generated::Event> for Event {
    type Error = Bad;

    fn try_from(event: generated::Event) -> Result<Self, Bad> {
        let what = match event.kind.ok_or(Bad::Nothing)? {
            Kind::Bell(generated::Bell {}) => Happening::Bell,
            Kind::Clipboard(set) if set.text.len() > CLIPBOARD_BYTES_MAX => {
                return Err(Bad::Events);
            }
            Kind::Clipboard(set) => {
                let selection = if set.selection.is_empty() { "c".into() } else { set.selection };
                Happening::Clipboard { selection, text: set.text }
            }
            Kind::Finished(finished) => {
                let command = finished.command.chars().take(COMMAND_CHARS_MAX).collect();
                Happening::Finished { command, seconds: finished.seconds }
            }
        };
        Ok(Self { at: event.at, what })
    }
}

impl From<&Event> for generated::Event {
    fn from(event: &Event) -> Self {
        let kind = match &event.what {
            Happening::Bell => Kind::Bell(generated::Bell {}),
            Happening::Clipboard { selection, text } => Kind::Clipboard(generated::Clipboard {
                selection: selection.clone(),
                text: text.clone(),
            }),
            Happening::Finished { command, seconds } => {
                Kind::Finished(generated::Finished { command: command.clone(), seconds: *seconds })
            }
        };
        Self { at: event.at, kind: Some(kind) }
    }
}
