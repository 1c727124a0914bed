//! What is asked about keeping a terminal's output in files, and how that is told.

use bytes::Bytes;
use devtail_protocol::ChannelId;

use super::tmux::{Key, PaneId, TmuxId, read_key};
use super::{Bad, check_directory};
use crate::terminal::generated::{self, capture, capture_query};
use crate::terminal::limits::{
    CAPTURE_BYTES_MAX, CAPTURE_BYTES_MIN, CAPTURE_FILE_BYTES_MAX, CAPTURE_KEEP, CAPTURE_KEEP_MAX,
};

/// A question about what is kept, or what is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureQuery {
    /// Whose output; `None` for all there is, which only `Status` asks.
    pub of: Option<CaptureOf>,
    /// What is asked.
    pub ask: CaptureAsk,
}

/// Whose output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaptureOf {
    /// A terminal's of ours.
    Terminal(ChannelId),
    /// A pane's of the user's tmux.
    Pane(PaneId),
}

/// What can be asked. Each is success if it is so already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureAsk {
    /// Keep it from now on.
    Start(CaptureStart),
    /// Keep it no longer.
    Stop,
    /// How far is it?
    Status,
}

/// How it is to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaptureStart {
    /// Whose asking it is: asked again, it begins no second time.
    pub key: Key,
    /// Absolute path of a file that does not exist; empty for a new one in the state directory.
    pub file: String,
    /// Bytes of one file, 65,536 to 2³⁴; 0 for the default.
    pub max_bytes: u64,
    /// Older files kept beside the newest, 1 to 100. Default: 4.
    pub keep: u32,
}

/// What is kept of one output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// Whose output.
    pub of: CaptureOf,
    /// The terminal's name; empty for a pane.
    pub name: String,
    /// How far it is.
    pub state: CaptureState,
    /// The newest file.
    pub file: String,
    /// Bytes written.
    pub bytes: u64,
    /// Files there are.
    pub files: u32,
    /// Why it stopped by itself; empty if it did not.
    pub reason: String,
}

/// How far a capture is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaptureState {
    /// Its first file is being made.
    #[default]
    Starting,
    /// What is printed is written.
    Running,
    /// It was told to stop, and writes what waits.
    Stopping,
    /// All is written.
    Stopped,
    /// It stopped by itself.
    Failed,
}

impl CaptureState {
    /// Whether it will be another state in a moment, without anything being asked.
    pub const fn is_passing(self) -> bool {
        match self {
            Self::Starting | Self::Stopping => true,
            Self::Running | Self::Stopped | Self::Failed => false,
        }
    }

    /// Whether nothing more is written.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Stopped | Self::Failed => true,
            Self::Starting | Self::Running | Self::Stopping => false,
        }
    }
}

impl CaptureAsk {
    /// Whether it changes something.
    pub const fn changes(&self) -> bool {
        match self {
            Self::Start(_) | Self::Stop => true,
            Self::Status => false,
        }
    }
}

impl CaptureQuery {
    /// What an audit log says of it: what, of what, and where to. `None` if it changes nothing.
    pub fn audit(&self, verb: &str) -> Option<String> {
        let of = match self.of? {
            CaptureOf::Terminal(id) => id.to_string(),
            CaptureOf::Pane(pane) => format!("tmux {pane}"),
        };
        match &self.ask {
            CaptureAsk::Start(CaptureStart { file, .. }) if file.is_empty() => {
                Some(format!("{verb} start: {of} to the captures of the state directory"))
            }
            CaptureAsk::Start(start) => Some(format!("{verb} start: {of} to {}", start.file)),
            CaptureAsk::Stop => Some(format!("{verb} stop: {of}")),
            CaptureAsk::Status => None,
        }
    }
}

impl TryFrom<generated::CaptureQuery> for CaptureQuery {
    type Error = Bad;

    fn try_from(query: generated::CaptureQuery) -> Result<Self, Bad> {
        use capture_query::{Kind, Of};
        let of = match query.of {
            Some(Of::Terminal(id)) => Some(CaptureOf::Terminal(read_id(&id)?)),
            Some(Of::Pane(pane)) => Some(CaptureOf::Pane(TmuxId::parse(&pane)?)),
            None => None,
        };
        let ask = match query.kind.ok_or(Bad::Nothing)? {
            Kind::Start(start) => CaptureAsk::Start(start.try_into()?),
            Kind::Stop(generated::CaptureStop {}) => CaptureAsk::Stop,
            Kind::Status(generated::CaptureStatus {}) => CaptureAsk::Status,
        };
        if of.is_none() && ask.changes() {
            return Err(Bad::CaptureOfNothing);
        }
        Ok(Self { of, ask })
    }
}

impl TryFrom<generated::CaptureStart> for CaptureStart {
    type Error = Bad;

    fn try_from(start: generated::CaptureStart) -> Result<Self, Bad> {
        check_directory(&start.file).map_err(|_| Bad::CaptureFile)?;
        if start.file.ends_with('/') || start.file.len() > CAPTURE_FILE_BYTES_MAX {
            return Err(Bad::CaptureFile);
        }
        let bytes = start.max_bytes;
        if bytes != 0 && !(CAPTURE_BYTES_MIN..=CAPTURE_BYTES_MAX).contains(&bytes) {
            return Err(Bad::CaptureBytes { bytes });
        }
        let keep = if start.keep == 0 { CAPTURE_KEEP } else { start.keep };
        if keep > CAPTURE_KEEP_MAX {
            return Err(Bad::CaptureKeep { keep });
        }
        Ok(Self { key: read_key(&start.key)?, file: start.file, max_bytes: bytes, keep })
    }
}

impl From<&CaptureQuery> for generated::CaptureQuery {
    fn from(query: &CaptureQuery) -> Self {
        use capture_query::{Kind, Of};
        let of = query.of.map(|of| match of {
            CaptureOf::Terminal(id) => Of::Terminal(Bytes::copy_from_slice(&id.0)),
            CaptureOf::Pane(pane) => Of::Pane(pane.to_string()),
        });
        let kind = match &query.ask {
            CaptureAsk::Start(start) => Kind::Start(generated::CaptureStart {
                key: Bytes::copy_from_slice(&start.key),
                file: start.file.clone(),
                max_bytes: start.max_bytes,
                keep: start.keep,
            }),
            CaptureAsk::Stop => Kind::Stop(generated::CaptureStop {}),
            CaptureAsk::Status => Kind::Status(generated::CaptureStatus {}),
        };
        Self { of, kind: Some(kind) }
    }
}

impl TryFrom<generated::Capture> for Capture {
    type Error = Bad;

    fn try_from(line: generated::Capture) -> Result<Self, Bad> {
        use capture::Of;
        use generated::CaptureState as Wire;
        let state = match line.state() {
            Wire::Starting => CaptureState::Starting,
            Wire::Running => CaptureState::Running,
            Wire::Stopping => CaptureState::Stopping,
            Wire::Stopped => CaptureState::Stopped,
            Wire::Failed => CaptureState::Failed,
        };
        let of = match line.of.ok_or(Bad::Nothing)? {
            Of::Terminal(id) => CaptureOf::Terminal(read_id(&id)?),
            Of::Pane(pane) => CaptureOf::Pane(TmuxId::parse(&pane)?),
        };
        let (name, file, reason) = (line.name, line.file, line.reason);
        Ok(Self { of, name, state, file, bytes: line.bytes, files: line.files, reason })
    }
}

impl From<&Capture> for generated::Capture {
    fn from(line: &Capture) -> Self {
        use capture::Of;
        use generated::CaptureState as Wire;
        let state = match line.state {
            CaptureState::Starting => Wire::Starting,
            CaptureState::Running => Wire::Running,
            CaptureState::Stopping => Wire::Stopping,
            CaptureState::Stopped => Wire::Stopped,
            CaptureState::Failed => Wire::Failed,
        };
        let of = match line.of {
            CaptureOf::Terminal(id) => Of::Terminal(Bytes::copy_from_slice(&id.0)),
            CaptureOf::Pane(pane) => Of::Pane(pane.to_string()),
        };
        Self {
            of: Some(of),
            name: line.name.clone(),
            state: state.into(),
            file: line.file.clone(),
            bytes: line.bytes,
            files: line.files,
            reason: line.reason.clone(),
        }
    }
}

fn read_id(bytes: &[u8]) -> Result<ChannelId, Bad> {
    <[u8; 16]>::try_from(bytes).map(ChannelId).map_err(|_| Bad::Id { bytes: bytes.len() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::message::{Answer, Query};

    fn start(change: impl FnOnce(&mut CaptureStart)) -> CaptureQuery {
        let mut start = CaptureStart { keep: CAPTURE_KEEP, ..CaptureStart::default() };
        change(&mut start);
        let of = Some(CaptureOf::Terminal(ChannelId([7; 16])));
        CaptureQuery { of, ask: CaptureAsk::Start(start) }
    }

    #[test]
    fn every_question_and_answer_survives_the_wire() {
        let pane = Some(CaptureOf::Pane(TmuxId::parse("%9").unwrap()));
        for query in [
            start(|start| start.file = "/home/ann/a b.log".into()),
            CaptureQuery { of: pane, ask: CaptureAsk::Stop },
            CaptureQuery { of: None, ask: CaptureAsk::Status },
        ] {
            let capture = Query::Capture(query.clone());
            assert_eq!(Query::decode(&capture.encode()), Ok(capture));
            let record = Query::Record(query.clone());
            let read = if query.of == pane { Err(Bad::RecordOfPane) } else { Ok(record.clone()) };
            assert_eq!(Query::decode(&record.encode()), read);
        }
        let line = Capture {
            of: CaptureOf::Terminal(ChannelId([7; 16])),
            name: "build".into(),
            state: CaptureState::Failed,
            file: "/home/ann/a.log.1".into(),
            bytes: 1 << 40,
            files: 2,
            reason: "The disk is full.".into(),
        };
        for answer in [Answer::Capture(vec![line.clone()]), Answer::Record(vec![line])] {
            assert_eq!(Answer::decode(&answer.encode()), Ok(answer));
        }
    }

    #[test]
    fn what_cannot_be_kept_so_is_refused_with_its_bounds() {
        let bad = |query: CaptureQuery| Query::decode(&Query::Capture(query).encode()).unwrap_err();
        for file in ["a.log", "/tmp/", "/a\0b", &format!("/{}", "a".repeat(200))] {
            assert_eq!(bad(start(|start| start.file = file.into())), Bad::CaptureFile, "{file}");
        }
        assert_eq!(bad(start(|start| start.max_bytes = 1)), Bad::CaptureBytes { bytes: 1 });
        assert_eq!(bad(start(|start| start.keep = 101)), Bad::CaptureKeep { keep: 101 });
        let nobody = CaptureQuery { of: None, ask: CaptureAsk::Stop };
        assert_eq!(bad(nobody), Bad::CaptureOfNothing);
    }

    #[test]
    fn an_audit_log_learns_what_is_kept_and_where() {
        let id = "07".repeat(16);
        let asked = start(|start| start.file = "/home/ann/a.log".into());
        assert_eq!(
            asked.audit("record").unwrap(),
            format!("record start: {id} to /home/ann/a.log")
        );
        let stop = CaptureQuery { ask: CaptureAsk::Stop, ..asked };
        assert_eq!(stop.audit("capture").unwrap(), format!("capture stop: {id}"));
        assert_eq!(CaptureQuery { of: None, ask: CaptureAsk::Status }.audit("capture"), None);
    }
}
