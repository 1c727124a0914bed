//! What is asked of the user's own tmux server, and how its sessions are told.

mod id;
mod session;

use bytes::Bytes;

pub use id::{PaneId, SessionId, TmuxId, WindowId};
pub use session::{TmuxSession, TmuxSessions, TmuxWindow};

use super::{Bad, check_directory, check_name};
use crate::terminal::generated::{self, tmux_query};
use crate::terminal::limits::TMUX_SERVER_BYTES_MAX;

/// What whoever asks calls the thing that is made: asked again, it is not made again.
pub type Key = [u8; 16];

/// A question to the user's tmux server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TmuxQuery {
    /// The life of the server that the ids are of; empty for whichever runs.
    pub server: String,
    /// What is asked.
    pub ask: TmuxAsk,
}

/// What can be asked of tmux. Everything but `List` changes something, and is success if that is done already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TmuxAsk {
    /// Which sessions are there?
    List,
    /// Make a session.
    NewSession(NewSession),
    /// Give a session another name.
    RenameSession(SessionId, String),
    /// End a session and what runs in it.
    KillSession(SessionId),
    /// Make a window.
    NewWindow(NewWindow),
    /// Give a window another name.
    RenameWindow(WindowId, String),
    /// End a window and what runs in it.
    KillWindow(WindowId),
    /// Have its session show this window.
    SelectWindow(WindowId),
}

/// A session to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Whose asking it is.
    pub key: Key,
    /// At most 64 characters; empty for a number of tmux's.
    pub name: String,
    /// Absolute directory to start in; empty for the user's home.
    pub cwd: String,
}

/// A window to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWindow {
    /// Whose asking it is.
    pub key: Key,
    /// Where.
    pub session: SessionId,
    /// At most 64 characters; empty for the program's name.
    pub name: String,
    /// Absolute directory to start in; empty for the user's home.
    pub cwd: String,
}

impl TmuxAsk {
    /// Whether it changes something.
    pub const fn changes(&self) -> bool {
        match self {
            Self::List => false,
            Self::NewSession(_)
            | Self::RenameSession(..)
            | Self::KillSession(_)
            | Self::NewWindow(_)
            | Self::RenameWindow(..)
            | Self::KillWindow(_)
            | Self::SelectWindow(_) => true,
        }
    }
}

impl TryFrom<generated::TmuxQuery> for TmuxQuery {
    type Error = Bad;

    fn try_from(query: generated::TmuxQuery) -> Result<Self, Bad> {
        use tmux_query::Kind;
        if query.server.len() > TMUX_SERVER_BYTES_MAX {
            return Err(Bad::TooLong { bytes: query.server.len() });
        }
        let ask = match query.kind.ok_or(Bad::Nothing)? {
            Kind::List(generated::TmuxList {}) => TmuxAsk::List,
            Kind::NewSession(new) => TmuxAsk::NewSession(NewSession {
                key: read_key(&new.key)?,
                name: read_name(new.name)?,
                cwd: read_directory(new.cwd)?,
            }),
            Kind::RenameSession(rename) => {
                TmuxAsk::RenameSession(TmuxId::parse(&rename.id)?, read_new_name(rename.name)?)
            }
            Kind::KillSession(kill) => TmuxAsk::KillSession(TmuxId::parse(&kill.id)?),
            Kind::NewWindow(new) => TmuxAsk::NewWindow(NewWindow {
                key: read_key(&new.key)?,
                session: TmuxId::parse(&new.session)?,
                name: read_name(new.name)?,
                cwd: read_directory(new.cwd)?,
            }),
            Kind::RenameWindow(rename) => {
                TmuxAsk::RenameWindow(TmuxId::parse(&rename.id)?, read_new_name(rename.name)?)
            }
            Kind::KillWindow(kill) => TmuxAsk::KillWindow(TmuxId::parse(&kill.id)?),
            Kind::SelectWindow(select) => TmuxAsk::SelectWindow(TmuxId::parse(&select.id)?),
        };
        Ok(Self { server: query.server, ask })
    }
}

impl From<&TmuxQuery> for generated::TmuxQuery {
    fn from(query: &TmuxQuery) -> Self {
        use tmux_query::Kind;
        let key = |key: &Key| Bytes::copy_from_slice(key);
        let kind = match &query.ask {
            TmuxAsk::List => Kind::List(generated::TmuxList {}),
            TmuxAsk::NewSession(new) => Kind::NewSession(generated::TmuxNewSession {
                key: key(&new.key),
                name: new.name.clone(),
                cwd: new.cwd.clone(),
            }),
            TmuxAsk::RenameSession(id, name) => Kind::RenameSession(generated::TmuxRenameSession {
                id: id.to_string(),
                name: name.clone(),
            }),
            TmuxAsk::KillSession(id) => {
                Kind::KillSession(generated::TmuxKillSession { id: id.to_string() })
            }
            TmuxAsk::NewWindow(new) => Kind::NewWindow(generated::TmuxNewWindow {
                key: key(&new.key),
                session: new.session.to_string(),
                name: new.name.clone(),
                cwd: new.cwd.clone(),
            }),
            TmuxAsk::RenameWindow(id, name) => Kind::RenameWindow(generated::TmuxRenameWindow {
                id: id.to_string(),
                name: name.clone(),
            }),
            TmuxAsk::KillWindow(id) => {
                Kind::KillWindow(generated::TmuxKillWindow { id: id.to_string() })
            }
            TmuxAsk::SelectWindow(id) => {
                Kind::SelectWindow(generated::TmuxSelectWindow { id: id.to_string() })
            }
        };
        Self { server: query.server.clone(), kind: Some(kind) }
    }
}

/// The key of a message that makes something.
pub(super) fn read_key(bytes: &[u8]) -> Result<Key, Bad> {
    Key::try_from(bytes).map_err(|_| Bad::Id { bytes: bytes.len() })
}

fn read_name(name: String) -> Result<String, Bad> {
    check_name(&name).map(|()| name)
}

fn read_new_name(name: String) -> Result<String, Bad> {
    if name.is_empty() { Err(Bad::NameEmpty) } else { read_name(name) }
}

fn read_directory(cwd: String) -> Result<String, Bad> {
    check_directory(&cwd).map(|()| cwd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::message::Query;

    fn asked(ask: TmuxAsk) -> Result<Query, Bad> {
        Query::decode(&Query::Tmux(TmuxQuery { server: "12.34".into(), ask }).encode())
    }

    #[test]
    fn every_question_to_tmux_survives_the_wire() {
        let session: SessionId = TmuxId::parse("$3").unwrap();
        let window: WindowId = TmuxId::parse("@7").unwrap();
        for ask in [
            TmuxAsk::List,
            TmuxAsk::NewSession(NewSession { key: [1; 16], name: "a b".into(), cwd: "/".into() }),
            TmuxAsk::RenameSession(session, "#{pid}".into()),
            TmuxAsk::KillSession(session),
            TmuxAsk::NewWindow(NewWindow {
                key: [2; 16],
                session,
                name: String::new(),
                cwd: String::new(),
            }),
            TmuxAsk::RenameWindow(window, "漢字".into()),
            TmuxAsk::KillWindow(window),
            TmuxAsk::SelectWindow(window),
        ] {
            let query = TmuxQuery { server: "12.34".into(), ask: ask.clone() };
            assert_eq!(asked(ask), Ok(Query::Tmux(query)));
        }
    }

    #[test]
    fn what_tmux_would_take_for_something_else_is_refused() {
        let new = |name: &str, cwd: &str| {
            asked(TmuxAsk::NewSession(NewSession {
                key: [0; 16],
                name: name.into(),
                cwd: cwd.into(),
            }))
        };
        assert_eq!(new("a\nb", ""), Err(Bad::NameControl));
        assert_eq!(new("", "home"), Err(Bad::Directory));
        assert_eq!(
            asked(TmuxAsk::RenameSession(TmuxId::parse("$3").unwrap(), String::new())),
            Err(Bad::NameEmpty)
        );
    }
}
