//! tmux's own names for its sessions, windows and panes.

use std::fmt;

use crate::terminal::message::Bad;

/// A thing of tmux's by its own id, which tmux gives once in the life of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TmuxId<const SIGIL: char>(u32);

/// A session, `$3`.
pub type SessionId = TmuxId<'$'>;
/// A window, `@7`.
pub type WindowId = TmuxId<'@'>;
/// A pane, `%9`.
pub type PaneId = TmuxId<'%'>;

impl<const SIGIL: char> TmuxId<SIGIL> {
    /// Reads an id as tmux writes it.
    ///
    /// # Errors
    /// [`Bad::TmuxId`] if it is none of this sort.
    pub fn parse(text: &str) -> Result<Self, Bad> {
        let digits =
            text.strip_prefix(SIGIL).filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        number.map(Self).ok_or(Bad::TmuxId { sigil: SIGIL })
    }
}

impl<const SIGIL: char> fmt::Display for TmuxId<SIGIL> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SIGIL}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_mean_another_thing_to_tmux_is_no_id() {
        assert_eq!(SessionId::parse("$3").map(|id| id.to_string()), Ok("$3".to_owned()));
        for id in ["3", "$", "$-1", "$+1", "$3:1", "@3", "$99999999999", "$3 ", "=name"] {
            assert_eq!(SessionId::parse(id), Err(Bad::TmuxId { sigil: '$' }), "{id}");
        }
    }
}
