//! The sessions of the user's tmux server, as a list shows them.

use super::id::{PaneId, SessionId, TmuxId, WindowId};
use crate::terminal::generated;
use crate::terminal::message::Bad;

/// The sessions of the user's tmux server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TmuxSessions {
    /// Oldest first.
    pub sessions: Vec<TmuxSession>,
    /// tmux's own version, for instance "3.3a".
    pub version: String,
    /// Names the life of the server; empty if none runs.
    pub server: String,
    /// Windows that are not told of, because there are too many.
    pub left_out: u32,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TmuxSession {
    /// Its id.
    pub id: SessionId,
    /// Its name, without "." and ":".
    pub name: String,
    /// Milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Clients attached now, ours among them.
    pub attached: u32,
    /// Its windows, in their order.
    pub windows: Vec<TmuxWindow>,
}

/// One window of a session. What is said of a program is said of its active pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TmuxWindow {
    /// Its id.
    pub id: WindowId,
    /// Its number in the session.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Whether the session shows it.
    pub active: bool,
    /// How many panes it has.
    pub panes: u32,
    /// The active pane.
    pub pane: PaneId,
    /// The program that runs there.
    pub command: String,
    /// The directory it is in.
    pub cwd: String,
    /// Whether a bell rang since somebody looked.
    pub bell: bool,
    /// Whether something was printed since somebody looked, where tmux watches for that.
    pub activity: bool,
    /// The mode that takes the keys instead of the program, for instance "copy-mode"; empty for none.
    pub mode: String,
}

impl TmuxSession {
    /// The command that attaches to the session, for a `Spec`. It takes nothing of its own environment into the session,
    /// so that a session that was attached from here is as it was.
    pub fn attach(&self) -> Vec<String> {
        let id = self.id.to_string();
        ["tmux", "-u", "attach-session", "-E", "-t", &id].map(str::to_owned).to_vec()
    }
}

impl TryFrom<generated::TmuxSessions> for TmuxSessions {
    type Error = Bad;

    fn try_from(all: generated::TmuxSessions) -> Result<Self, Bad> {
        let sessions = all.sessions.into_iter().map(TmuxSession::try_from);
        Ok(Self {
            sessions: sessions.collect::<Result<_, _>>()?,
            version: all.version,
            server: all.server,
            left_out: all.left_out,
        })
    }
}

impl From<&TmuxSessions> for generated::TmuxSessions {
    fn from(all: &TmuxSessions) -> Self {
        Self {
            sessions: all.sessions.iter().map(generated::TmuxSession::from).collect(),
            version: all.version.clone(),
            server: all.server.clone(),
            left_out: all.left_out,
        }
    }
}

impl TryFrom<generated::TmuxSession> for TmuxSession {
    type Error = Bad;

    fn try_from(session: generated::TmuxSession) -> Result<Self, Bad> {
        Ok(Self {
            id: TmuxId::parse(&session.id)?,
            name: session.name,
            created_ms: session.created_ms,
            attached: session.attached,
            windows: session
                .windows
                .into_iter()
                .map(TmuxWindow::try_from)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl From<&TmuxSession> for generated::TmuxSession {
    fn from(session: &TmuxSession) -> Self {
        Self {
            id: session.id.to_string(),
            name: session.name.clone(),
            created_ms: session.created_ms,
            attached: session.attached,
            windows: session.windows.iter().map(generated::TmuxWindow::from).collect(),
        }
    }
}

impl TryFrom<generated::TmuxWindow> for TmuxWindow {
    type Error = Bad;

    fn try_from(window: generated::TmuxWindow) -> Result<Self, Bad> {
        Ok(Self {
            id: TmuxId::parse(&window.id)?,
            index: window.index,
            name: window.name,
            active: window.active,
            panes: window.panes,
            pane: TmuxId::parse(&window.pane)?,
            command: window.command,
            cwd: window.cwd,
            bell: window.bell,
            activity: window.activity,
            mode: window.mode,
        })
    }
}

impl From<&TmuxWindow> for generated::TmuxWindow {
    fn from(window: &TmuxWindow) -> Self {
        Self {
            id: window.id.to_string(),
            index: window.index,
            name: window.name.clone(),
            active: window.active,
            panes: window.panes,
            pane: window.pane.to_string(),
            command: window.command.clone(),
            cwd: window.cwd.clone(),
            bell: window.bell,
            activity: window.activity,
            mode: window.mode.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::message::Answer;

    #[test]
    fn the_sessions_survive_the_wire() {
        let window = TmuxWindow {
            id: TmuxId::parse("@7").unwrap(),
            index: 2,
            name: "a\tb: 漢字".into(),
            active: true,
            panes: 3,
            pane: TmuxId::parse("%9").unwrap(),
            command: "vim".into(),
            cwd: "/tmp".into(),
            bell: true,
            activity: false,
            mode: "copy-mode".into(),
        };
        let session = TmuxSession {
            id: TmuxId::parse("$3").unwrap(),
            name: "main".into(),
            created_ms: 1_700_000_000_000,
            attached: 1,
            windows: vec![window],
        };
        assert_eq!(session.attach().join(" "), "tmux -u attach-session -E -t $3");
        let answer = Answer::Tmux(TmuxSessions {
            sessions: vec![session],
            version: "3.3a".into(),
            server: "12.34".into(),
            left_out: 1,
        });
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
    }
}
