//! What can be wrong with a message of this kind, in words for the person who sent it.

use crate::terminal::limits::{
    CAPTURE_BYTES_MAX, CAPTURE_BYTES_MIN, CAPTURE_FILE_BYTES_MAX, CAPTURE_KEEP_MAX, CELLS_MAX,
    CLIPBOARD_BYTES_MAX, COMMAND_BYTES_MAX, COMMAND_WORDS_MAX, EVENTS_MAX, KEYS_BYTES_MAX,
    MESSAGE_BYTES_MAX, NAME_CHARS_MAX, PATH_BYTES_MAX, SIDE_MAX,
};

/// A message that is not valid: what, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// The bytes are no message of this kind.
    #[error("the terminal message cannot be read ({0}); update the older of the two programs")]
    Malformed(String),
    /// More bytes than any message of this kind needs.
    #[error(
        "the terminal message has {bytes} bytes; at most {MESSAGE_BYTES_MAX} are taken, of them {COMMAND_BYTES_MAX} for a command: put a longer one into a script file on the host and run that"
    )]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A oneof without a member.
    #[error(
        "the terminal message says nothing this version knows; update the older of the two programs"
    )]
    Nothing,
    /// A grid nobody can show.
    #[error(
        "a terminal of {cols}x{rows} cells is not possible; both sides must be 1 to {SIDE_MAX}, their product at most {CELLS_MAX}"
    )]
    Size {
        /// Columns asked for.
        cols: u32,
        /// Rows asked for.
        rows: u32,
    },
    /// Too many words.
    #[error(
        "the command has {words} words; at most {COMMAND_WORDS_MAX} are taken: put it into a script file on the host and run that"
    )]
    CommandWords {
        /// How many.
        words: usize,
    },
    /// Too many bytes.
    #[error(
        "the command has {bytes} bytes; at most {COMMAND_BYTES_MAX} are taken: put it into a script file on the host and run that"
    )]
    CommandBytes {
        /// How many.
        bytes: usize,
    },
    /// An empty program name, or a NUL in a word.
    #[error("the command has an empty program name or a NUL byte; name a program")]
    CommandWord,
    /// Not an absolute path, or too long.
    #[error("the directory must be an absolute path of at most {PATH_BYTES_MAX} bytes without NUL")]
    Directory,
    /// A name that is too long.
    #[error("the name has {chars} characters; at most {NAME_CHARS_MAX} are taken: shorten it")]
    NameLong {
        /// How many.
        chars: usize,
    },
    /// A name that would disturb a list.
    #[error("the name has control characters; use printable ones")]
    NameControl,
    /// Too many keys at once.
    #[error("one input has {bytes} bytes of keys; at most {KEYS_BYTES_MAX} are taken: split it")]
    KeysLong {
        /// How many.
        bytes: usize,
    },
    /// Too many events, or one too large.
    #[error(
        "the snapshot has more than {EVENTS_MAX} events, or a clipboard above {CLIPBOARD_BYTES_MAX} bytes"
    )]
    Events,
    /// An exit status that no program has.
    #[error("{code} is no exit status; it must be 0 to 255")]
    ExitCode {
        /// What was said.
        code: u32,
    },
    /// A name that must be said.
    #[error("the name is empty; say one")]
    NameEmpty,
    /// No id of tmux's.
    #[error("tmux's own id is asked for: {sigil} and a number, for instance {sigil}3")]
    TmuxId {
        /// What it begins with.
        sigil: char,
    },
    /// To keep the output of nothing, or of everything.
    #[error("say whose output is meant: one terminal, or one pane of tmux")]
    CaptureOfNothing,
    /// A pane of tmux cannot be recorded.
    #[error("a pane of tmux is captured, not recorded; attach to its session, and record that")]
    RecordOfPane,
    /// No file.
    #[error(
        "the file must be an absolute path of at most {CAPTURE_FILE_BYTES_MAX} bytes without NUL, and no directory"
    )]
    CaptureFile,
    /// Too small or too large a file.
    #[error(
        "a file of {bytes} bytes is not possible; {CAPTURE_BYTES_MIN} to {CAPTURE_BYTES_MAX} are"
    )]
    CaptureBytes {
        /// How many.
        bytes: u64,
    },
    /// Too many files.
    #[error("{keep} older files are too many; at most {CAPTURE_KEEP_MAX} are kept")]
    CaptureKeep {
        /// How many.
        keep: u32,
    },
    /// A channel id that is none.
    #[error("a terminal's id has {bytes} bytes; it must have 16")]
    Id {
        /// How many.
        bytes: usize,
    },
}

impl From<prost::DecodeError> for Bad {
    fn from(error: prost::DecodeError) -> Self {
        Self::Malformed(error.to_string())
    }
}
