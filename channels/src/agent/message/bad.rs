//! What can be wrong with a message of this kind, in words for the person who sent it.

use crate::agent::limits::{
    AGENT_CHARS_MAX, EVENT_BYTES_MAX, NAME_BYTES_MAX, PATH_BYTES_MAX, PROMPT_BYTES_MAX,
    TITLE_CHARS_MAX,
};

/// A message that is not valid: what, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// The bytes are no message of this kind.
    #[error("the agent message cannot be read ({0}); update the older of the two programs")]
    Malformed(String),
    /// A oneof without a member.
    #[error(
        "the agent message says nothing this version knows; update the older of the two programs"
    )]
    Nothing,
    /// A record that is too long.
    #[error("the event has {bytes} bytes; at most {EVENT_BYTES_MAX} are taken")]
    EventLong {
        /// Its length.
        bytes: usize,
    },
    /// A prompt without a word.
    #[error("the prompt says nothing; write something, or attach a file")]
    PromptEmpty,
    /// A prompt that is too long.
    #[error(
        "the prompt has {bytes} bytes; at most {PROMPT_BYTES_MAX} are taken: attach it as a file"
    )]
    PromptLong {
        /// Its length.
        bytes: usize,
    },
    /// An id that is none.
    #[error("an id has 16 bytes, and this one {bytes}; update the older of the two programs")]
    Id {
        /// Its length.
        bytes: usize,
    },
    /// The name of an agent that no agent has.
    #[error("an agent's name has 1 to {AGENT_CHARS_MAX} characters and no control characters")]
    Agent,
    /// A title nobody can show.
    #[error("a title has at most {TITLE_CHARS_MAX} characters and no control characters")]
    Title,
    /// The name of an option, a setting or a value that no agent gave.
    #[error("a choice is named by 1 to {NAME_BYTES_MAX} bytes, as the agent gave it")]
    Name,
    /// Not an absolute path, or too long.
    #[error("the directory must be an absolute path of at most {PATH_BYTES_MAX} bytes without NUL")]
    Directory,
}

impl From<prost::DecodeError> for Bad {
    fn from(error: prost::DecodeError) -> Self {
        Self::Malformed(error.to_string())
    }
}
