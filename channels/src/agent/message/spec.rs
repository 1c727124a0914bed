//! What a conversation begins with.

use bytes::Bytes;
use prost::Message as _;

use super::Bad;
use crate::agent::generated;
use crate::agent::limits::{AGENT_CHARS_MAX, PATH_BYTES_MAX, TITLE_CHARS_MAX};

/// The conversation to begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    /// The agent's name in the host's table; `None`: the host chooses.
    pub agent: Option<String>,
    /// Absolute directory the agent works in; empty: the user's home.
    pub cwd: String,
    /// What people call it; empty: the first words of the first prompt.
    pub title: String,
}

impl Spec {
    /// Reads `Open.spec`.
    ///
    /// # Errors
    /// `Bad` names the rule that it breaks.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        let generated::Spec { agent, cwd, title } = generated::Spec::decode(bytes)?;
        if agent.chars().count() > AGENT_CHARS_MAX || agent.chars().any(char::is_control) {
            return Err(Bad::Agent);
        }
        let is_path = cwd.starts_with('/') && cwd.len() <= PATH_BYTES_MAX && !cwd.contains('\0');
        if !cwd.is_empty() && !is_path {
            return Err(Bad::Directory);
        }
        check_title(&title)?;
        Ok(Self { agent: Some(agent).filter(|agent| !agent.is_empty()), cwd, title })
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let Self { agent, cwd, title } = self.clone();
        generated::Spec { agent: agent.unwrap_or_default(), cwd, title }.encode_to_vec().into()
    }
}

/// A title as it may be shown.
pub(super) fn check_title(title: &str) -> Result<(), Bad> {
    if title.chars().count() > TITLE_CHARS_MAX || title.chars().any(char::is_control) {
        return Err(Bad::Title);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_what_was_written_and_breaks_no_rule() {
        let spec =
            Spec { agent: Some("codex".into()), cwd: "/src".into(), title: "A title".into() };
        assert_eq!(Spec::decode(&spec.encode()), Ok(spec.clone()));
        assert_eq!(Spec::decode(b""), Ok(Spec::default()));
        let bad = |change: fn(&mut Spec)| {
            let mut spec = spec.clone();
            change(&mut spec);
            Spec::decode(&spec.encode()).unwrap_err()
        };
        assert_eq!(bad(|spec| spec.cwd = "src".into()), Bad::Directory);
        assert_eq!(bad(|spec| spec.title = "a\nb".into()), Bad::Title);
        assert_eq!(bad(|spec| spec.title = "t".repeat(129)), Bad::Title);
        assert_eq!(bad(|spec| spec.agent = Some("a".repeat(65))), Bad::Agent);
    }
}
