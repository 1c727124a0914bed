//! What `Fetch.query` asks and `Fetched.answer` says: which terminals there are.

use bytes::Bytes;
use devtail_protocol::ChannelId;
use prost::Message as _;

use super::{Bad, Capture, CaptureOf, CaptureQuery, End, Size, TmuxQuery, TmuxSessions};
use crate::terminal::generated::{self, answer, query};
use crate::terminal::limits::MESSAGE_BYTES_MAX;

/// A question to the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Which terminals are there?
    List,
    /// Something about the user's own tmux.
    Tmux(TmuxQuery),
    /// Something about output that is kept as it is.
    Capture(CaptureQuery),
    /// Something about output that is kept to be played again.
    Record(CaptureQuery),
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Every terminal, oldest first.
    List(Vec<Terminal>),
    /// The sessions of the user's tmux.
    Tmux(TmuxSessions),
    /// What is kept as it is.
    Capture(Vec<Capture>),
    /// What is kept to be played again.
    Record(Vec<Capture>),
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// The channel's id.
    pub id: ChannelId,
    /// What people call it.
    pub name: String,
    /// The window title; empty if none was set.
    pub title: String,
    /// Program and arguments; empty for a login shell.
    pub command: Vec<String>,
    /// The directory it started in.
    pub cwd: String,
    /// The grid now.
    pub size: Size,
    /// Milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// Devices attached now.
    pub viewers: u32,
    /// The program's process id; 0 once it has ended.
    pub pid: u32,
    /// How it ended; `None` while it runs.
    pub end: Option<End>,
    /// Its holder did not answer in time: nothing but the id is known now.
    pub silent: bool,
}

impl Query {
    /// Reads a question.
    ///
    /// # Errors
    /// `Bad` if it is none this version knows.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            return Err(Bad::TooLong { bytes: bytes.len() });
        }
        match generated::Query::decode(bytes)?.kind.ok_or(Bad::Nothing)? {
            query::Kind::List(generated::ListTerminals {}) => Ok(Self::List),
            query::Kind::Tmux(query) => query.try_into().map(Self::Tmux),
            query::Kind::Capture(query) => query.try_into().map(Self::Capture),
            query::Kind::Record(query) => match CaptureQuery::try_from(query)? {
                CaptureQuery { of: Some(CaptureOf::Pane(_)), .. } => Err(Bad::RecordOfPane),
                query => Ok(Self::Record(query)),
            },
        }
    }

    /// The one terminal that it is about; `None` if it is about all of them, or about what is no terminal of ours.
    pub fn concerns(&self) -> Option<ChannelId> {
        match self {
            Self::List | Self::Tmux(_) => None,
            Self::Capture(query) | Self::Record(query) => match query.of? {
                CaptureOf::Terminal(id) => Some(id),
                CaptureOf::Pane(_) => None,
            },
        }
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let kind = match self {
            Self::List => query::Kind::List(generated::ListTerminals {}),
            Self::Tmux(query) => query::Kind::Tmux(query.into()),
            Self::Capture(query) => query::Kind::Capture(query.into()),
            Self::Record(query) => query::Kind::Record(query.into()),
        };
        generated::Query { kind: Some(kind) }.encode_to_vec().into()
    }
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// `Bad` if it is none this version knows.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        match generated::Answer::decode(bytes)?.kind.ok_or(Bad::Nothing)? {
            answer::Kind::List(list) => list
                .terminals
                .into_iter()
                .map(Terminal::try_from)
                .collect::<Result<_, _>>()
                .map(Self::List),
            answer::Kind::Tmux(sessions) => sessions.try_into().map(Self::Tmux),
            answer::Kind::Capture(all) => read_captures(all).map(Self::Capture),
            answer::Kind::Record(all) => read_captures(all).map(Self::Record),
        }
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        let captures = |all: &[Capture]| generated::Captures {
            captures: all.iter().map(generated::Capture::from).collect(),
        };
        let kind = match self {
            Self::List(terminals) => answer::Kind::List(generated::TerminalList {
                terminals: terminals.iter().map(generated::Terminal::from).collect(),
            }),
            Self::Tmux(sessions) => answer::Kind::Tmux(sessions.into()),
            Self::Capture(all) => answer::Kind::Capture(captures(all)),
            Self::Record(all) => answer::Kind::Record(captures(all)),
        };
        generated::Answer { kind: Some(kind) }.encode_to_vec().into()
    }
}

fn read_captures(all: generated::Captures) -> Result<Vec<Capture>, Bad> {
    all.captures.into_iter().map(Capture::try_from).collect()
}

impl Terminal {
    /// One whose holder does not answer.
    pub fn silent(id: ChannelId) -> Self {
        Self {
            id,
            name: String::new(),
            title: String::new(),
            command: Vec::new(),
            cwd: String::new(),
            size: Size::default(),
            created_ms: 0,
            viewers: 0,
            pid: 0,
            end: None,
            silent: true,
        }
    }

    /// Reads one line of the list, as a holder sends it.
    ///
    /// # Errors
    /// `Bad` if it is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Bad> {
        generated::Terminal::decode(bytes)?.try_into()
    }

    /// Writes it for the wire.
    pub fn encode(&self) -> Bytes {
        generated::Terminal::from(self).encode_to_vec().into()
    }
}

impl TryFrom<generated::Terminal> for Terminal {
    type Error = Bad;

    fn try_from(line: generated::Terminal) -> Result<Self, Bad> {
        let id =
            <[u8; 16]>::try_from(&line.id[..]).map_err(|_| Bad::Id { bytes: line.id.len() })?;
        Ok(Self {
            id: ChannelId(id),
            name: line.name,
            title: line.title,
            command: line.command,
            cwd: line.cwd,
            size: line.size.unwrap_or_default().try_into()?,
            created_ms: line.created_ms,
            viewers: line.viewers,
            pid: line.pid,
            end: line.end.map(End::try_from).transpose()?,
            silent: line.silent,
        })
    }
}

impl From<&Terminal> for generated::Terminal {
    fn from(line: &Terminal) -> Self {
        Self {
            id: Bytes::copy_from_slice(&line.id.0),
            name: line.name.clone(),
            title: line.title.clone(),
            command: line.command.clone(),
            cwd: line.cwd.clone(),
            size: Some(line.size.into()),
            created_ms: line.created_ms,
            viewers: line.viewers,
            pid: line.pid,
            end: line.end.as_ref().map(generated::End::from),
            silent: line.silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_the_wire() {
        let line = Terminal {
            id: ChannelId([7; 16]),
            name: "build".into(),
            title: "cargo".into(),
            command: vec!["cargo".into(), "build".into()],
            cwd: "/src".into(),
            size: Size::default(),
            created_ms: 1_790_000_000_000,
            viewers: 2,
            pid: 0,
            end: Some(End::Code(101)),
            silent: false,
        };
        let answer = Answer::List(vec![line]);
        assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
        assert_eq!(Query::decode(&Query::List.encode()), Ok(Query::List));
        assert_eq!(Query::decode(b""), Err(Bad::Nothing));
    }

    #[test]
    fn a_line_with_half_an_id_is_refused() {
        let short = generated::Terminal { id: Bytes::from_static(b"half"), ..Default::default() };
        assert_eq!(Terminal::try_from(short), Err(Bad::Id { bytes: 4 }));
    }
}
