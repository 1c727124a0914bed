//! What tmux has, asked for in a form that no name can break.
//!
//! A name, a path or a program may hold any letter, tabs and line ends among them. So the fields stand between words that
//! nobody can know: random ones, made anew for each question.

use std::collections::BTreeMap;
use std::io;

use devtail_protocol::{Code, Fault};

use crate::terminal::limits::{
    NAME_CHARS_MAX, TMUX_PATH_CHARS_MAX, TMUX_SESSIONS_MAX, TMUX_WINDOWS_MAX,
};
use crate::terminal::message::{
    PaneId, SessionId, TmuxId, TmuxSession, TmuxSessions, TmuxWindow, WindowId,
};

/// The option of a session that holds the key of whoever made it.
pub(super) const KEY: &str = "@devtail_key";
/// The option of a session that holds the keys of the windows made in it last.
pub(super) const MADE: &str = "@devtail_made";
/// The option of a pane that says what is kept of its output.
pub(in crate::terminal::host) const KEPT: &str = "@devtail_kept";

/// How one question is asked.
#[derive(Debug)]
pub(super) struct Form {
    /// Before each record.
    record: String,
    /// Before each of its fields.
    field: String,
}

/// What there is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::terminal::host) struct Found {
    pub(super) server: String,
    pub(super) sessions: Vec<TmuxSession>,
    pub(super) keys: BTreeMap<SessionId, Keys>,
    pub(in crate::terminal::host) panes: Vec<Pane>,
}

/// Who made a session, and windows in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) own: String,
    pub(super) made: String,
}

/// What is known of a pane beside its window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::terminal::host) struct Pane {
    pub(in crate::terminal::host) id: PaneId,
    /// Whether its output goes into a pipe.
    pub(in crate::terminal::host) is_piped: bool,
    /// The option of that name.
    pub(in crate::terminal::host) kept: String,
}

const SESSION: [&str; 8] = [
    "session_id",
    "pid",
    "start_time",
    "session_created",
    "session_attached",
    "session_name",
    KEY,
    MADE,
];
const WINDOW: [&str; 12] = [
    "session_id",
    "window_id",
    "window_index",
    "window_active",
    "window_panes",
    "window_bell_flag",
    "window_activity_flag",
    "pane_id",
    "pane_mode",
    "pane_current_command",
    "window_name",
    "pane_current_path",
];
const PANE: [&str; 3] = ["pane_id", "pane_pipe", KEPT];

impl Form {
    /// A form with new words.
    ///
    /// # Errors
    /// The system has no randomness.
    pub(super) fn new() -> io::Result<Self> {
        let word = || getrandom::u64().map(|number| format!("{number:016x}"));
        let (record, field) =
            (word().map_err(io::Error::other)?, word().map_err(io::Error::other)?);
        Ok(Self { record, field })
    }

    /// The command line of tmux that asks.
    pub(super) fn words(&self) -> Vec<String> {
        let asks = [
            ["list-sessions", "-F", &self.format("s", &SESSION)].map(str::to_owned).to_vec(),
            ["list-windows", "-a", "-F", &self.format("w", &WINDOW)].map(str::to_owned).to_vec(),
            ["list-panes", "-a", "-F", &self.format("p", &PANE)].map(str::to_owned).to_vec(),
        ];
        asks.join(&";".to_owned())
    }

    fn format(&self, sort: &str, names: &[&str]) -> String {
        let fields = names.iter().map(|name| format!("{}#{{{name}}}", self.field));
        format!("{}{sort}{}", self.record, fields.collect::<String>())
    }

    /// Reads what tmux said.
    ///
    /// # Errors
    /// [`Code::Failed`] if that is not what it was asked for.
    pub(super) fn read(&self, text: &str) -> Result<Found, Fault> {
        let unread = || {
            Fault::new(
                Code::Failed,
                "tmux lists its sessions in a way that cannot be read; update devtail.",
            )
        };
        let mut found = Found::default();
        for record in text.split(&self.record).skip(1) {
            let record = record.strip_suffix('\n').unwrap_or(record);
            let (sort, fields) = record.split_once(&self.field).ok_or_else(unread)?;
            let fields: Vec<&str> = fields.split(&self.field).collect();
            match sort {
                "s" => found.take_session(&fields),
                "w" => found.take_window(&fields),
                "p" => found.take_pane(&fields),
                _ => None,
            }
            .ok_or_else(unread)?;
        }
        found.sessions.sort_by_key(|session| (session.created_ms, session.id));
        Ok(found)
    }
}

impl Found {
    /// Whether a server runs.
    pub(super) fn is_running(&self) -> bool {
        !self.server.is_empty()
    }

    /// The session of this id.
    pub(super) fn session(&self, id: SessionId) -> Option<&TmuxSession> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// The window of this id.
    pub(super) fn window(&self, id: WindowId) -> Option<&TmuxWindow> {
        self.sessions.iter().flat_map(|session| &session.windows).find(|window| window.id == id)
    }

    /// As the answer tells it, within its bounds.
    pub(super) fn told(self, version: String) -> TmuxSessions {
        let all: usize = self.sessions.iter().map(|session| session.windows.len()).sum();
        let mut room = TMUX_WINDOWS_MAX;
        let mut sessions = self.sessions;
        // The newest are what people look for.
        let older = sessions.len().saturating_sub(TMUX_SESSIONS_MAX);
        sessions.drain(..older);
        for session in sessions.iter_mut().rev() {
            session.windows.truncate(room);
            room -= session.windows.len();
        }
        let told: usize = sessions.iter().map(|session| session.windows.len()).sum();
        let left_out = u32::try_from(all - told).unwrap_or(u32::MAX);
        TmuxSessions { sessions, version, server: self.server, left_out }
    }

    fn take_session(&mut self, fields: &[&str]) -> Option<()> {
        let [id, pid, start, created, attached, name, key, made] = fields else { return None };
        let id: SessionId = TmuxId::parse(id).ok()?;
        self.server = format!("{pid}.{start}");
        self.keys.insert(id, Keys { own: (*key).to_owned(), made: (*made).to_owned() });
        self.sessions.push(TmuxSession {
            id,
            name: cut(name, 4 * NAME_CHARS_MAX),
            created_ms: created.parse::<u64>().ok()?.saturating_mul(1000),
            attached: attached.parse().ok()?,
            windows: Vec::new(),
        });
        Some(())
    }

    fn take_window(&mut self, fields: &[&str]) -> Option<()> {
        let [session, id, index, active, panes, bell, activity, pane, mode, command, name, cwd] =
            fields
        else {
            return None;
        };
        let session: SessionId = TmuxId::parse(session).ok()?;
        let window = TmuxWindow {
            id: TmuxId::parse(id).ok()?,
            index: index.parse().ok()?,
            name: cut(name, NAME_CHARS_MAX),
            active: *active == "1",
            panes: panes.parse().ok()?,
            pane: TmuxId::parse(pane).ok()?,
            command: cut(command, NAME_CHARS_MAX),
            cwd: cut(cwd, TMUX_PATH_CHARS_MAX),
            bell: *bell == "1",
            activity: *activity == "1",
            mode: cut(mode, NAME_CHARS_MAX),
        };
        // A session that was made between the two questions is told next time.
        if let Some(session) = self.sessions.iter_mut().find(|known| known.id == session) {
            session.windows.push(window);
        }
        Some(())
    }

    fn take_pane(&mut self, fields: &[&str]) -> Option<()> {
        let [id, piped, kept] = fields else { return None };
        let id: PaneId = TmuxId::parse(id).ok()?;
        if !self.panes.iter().any(|pane| pane.id == id) {
            self.panes.push(Pane { id, is_piped: *piped == "1", kept: (*kept).to_owned() });
        }
        Some(())
    }
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars().filter(|char| !char.is_control()).take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form { record: "RR".into(), field: "ff".into() }
    }

    #[test]
    fn the_question_is_one_command_line() {
        let words = form().words();
        assert_eq!(words.iter().filter(|word| *word == ";").count(), 2);
        assert!(words[2].starts_with("RRsff#{session_id}ff#{pid}ff"), "{}", words[2]);
    }

    #[test]
    fn no_name_or_path_breaks_the_list() {
        let text = "RRsff$3ff12ff34ff1700000000ff1ffa: |\tb\u{1b}[2J 漢字ffk1ff\n\
                    RRwff$3ff@7ff0ff1ff2ff0ff1ff%9ffcopy-modeffvimffw\nR: s$4ff/a\nb\tc \n\
                    RRwff$99ff@8ff0ff1ff1ff0ff0ff%1ffffshffnewff/\nRRpff%9ff1ffkept\nRRpff%9ff1ffkept\n";
        let found = form().read(text).unwrap();
        let [session] = &found.sessions[..] else { panic!("{found:?}") };
        assert_eq!(
            (session.name.as_str(), session.created_ms),
            ("a: |b[2J 漢字", 1_700_000_000_000)
        );
        let window = &session.windows[0];
        assert_eq!((window.name.as_str(), window.cwd.as_str()), ("wR: s$4", "/abc "));
        assert_eq!(
            (window.mode.as_str(), window.bell, window.activity),
            ("copy-mode", false, true)
        );
        assert_eq!(found.keys[&session.id].own, "k1");
        assert_eq!((found.server.as_str(), found.panes.len()), ("12.34", 1));
    }

    #[test]
    fn what_is_no_list_is_said_to_be_none() {
        assert_eq!(form().read("").unwrap(), Found::default());
        for text in ["RRsff$3", "RRxff", "RRsff3ff1ff1ff1ff1ffaffff"] {
            assert_eq!(form().read(text).unwrap_err().code, Code::Failed, "{text}");
        }
    }
}
