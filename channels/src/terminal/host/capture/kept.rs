//! What is kept of one terminal's output, as its holder knows it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use devtail_protocol::{Code, Fault};

use super::cast::Header;
use super::files::Place;
use super::writer::{Format, Piece, Plan, Progress, Writer, place};
use crate::terminal::limits::{CAPTURE_BYTES, RECORD_BYTES};
use crate::terminal::mark::Mark;
use crate::terminal::message::{Capture, CaptureAsk, CaptureOf, CaptureStart, Key, Snapshot};

/// How long a terminal that is over waits for the disk.
const FINISH_WITHIN: Duration = Duration::from_secs(2);

/// At most one capture and one recording.
#[derive(Debug, Default)]
pub(in crate::terminal::host) struct Kept {
    capture: Option<One>,
    recording: Option<One>,
    /// A sequence that has begun in the Log and not ended: what begins now begins with it, or the rest would be text.
    begun: Vec<u8>,
}

/// What there is to know about the terminal when something is asked.
#[derive(Debug)]
pub(in crate::terminal::host) struct Scene<'a> {
    pub(in crate::terminal::host) of: CaptureOf,
    pub(in crate::terminal::host) name: &'a str,
    pub(in crate::terminal::host) shell: &'a str,
    pub(in crate::terminal::host) state: &'a std::path::Path,
    /// Whether something may still be printed.
    pub(in crate::terminal::host) is_running: bool,
}

/// Which of the two is asked about. A recording begins with the screen as it is.
#[derive(Debug)]
pub(in crate::terminal::host) enum Sort {
    Capture,
    Recording(Snapshot),
}

#[derive(Debug)]
struct One {
    key: Key,
    since: Instant,
    writer: Writer,
}

impl Kept {
    /// Takes what is appended to the Log, of which the last `begun` bytes belong to a sequence under way.
    pub(in crate::terminal::host) fn take(&mut self, bytes: &[u8], begun: u64) {
        for one in [&mut self.capture, &mut self.recording].into_iter().flatten() {
            one.take(bytes);
        }
        let begun = usize::try_from(begun).unwrap_or(usize::MAX);
        if begun <= bytes.len() {
            self.begun.clear();
        }
        self.begun.extend_from_slice(&bytes[bytes.len().saturating_sub(begun)..]);
    }

    /// Does what is asked; says how far it is, if there is or was anything.
    ///
    /// # Errors
    /// [`Code::BadSpec`] if another one is under way, or the terminal's program has ended; [`Code::Failed`] if the system
    /// has no thread.
    pub(in crate::terminal::host) fn ask(
        &mut self,
        sort: &Sort,
        ask: &CaptureAsk,
        scene: &Scene<'_>,
    ) -> Result<Option<Capture>, Fault> {
        let begun = self.begun.clone();
        let slot = match sort {
            Sort::Capture => &mut self.capture,
            Sort::Recording(_) => &mut self.recording,
        };
        match (ask, slot.as_mut()) {
            (CaptureAsk::Start(start), Some(one)) if one.key == start.key => {}
            (CaptureAsk::Start(start), known) => {
                ensure_free(known.map(|one| one.writer.progress()), scene)?;
                *slot = Some(One::start(sort, start, scene, &begun)?);
            }
            (CaptureAsk::Stop, Some(one)) => one.writer.stop(),
            (CaptureAsk::Stop | CaptureAsk::Status, _) => {}
        }
        Ok(slot.as_ref().map(|one| told(one.writer.progress(), scene.of, scene.name)))
    }

    /// Nothing more is printed.
    pub(in crate::terminal::host) fn stop(&mut self) {
        for one in [&mut self.capture, &mut self.recording].into_iter().flatten() {
            one.writer.stop();
        }
    }

    /// The terminal is over: waits a little for what is not written.
    pub(in crate::terminal::host) fn finish(&mut self) {
        for one in [&mut self.capture, &mut self.recording].into_iter().flatten() {
            one.writer.finish(FINISH_WITHIN);
        }
    }
}

impl One {
    fn start(
        sort: &Sort,
        start: &CaptureStart,
        scene: &Scene<'_>,
        begun: &[u8],
    ) -> Result<Self, Fault> {
        let (extension, limit, format) = match sort {
            Sort::Capture => ("log", CAPTURE_BYTES, Format::Plain { keep: start.keep }),
            Sort::Recording(screen) => ("cast", RECORD_BYTES, Format::Cast(header(screen, scene))),
        };
        let limit = if start.max_bytes == 0 { limit } else { start.max_bytes };
        let place = match start.file.as_str() {
            "" => place(scene.state, scene.name, extension),
            file => Place::File(file.into()),
        };
        let writer = Writer::start(Plan { place, limit, format }, Box::new(|_| {}));
        let writer = writer.map_err(|error| Fault::new(Code::Failed, format!("{error}.")))?;
        let mut one = Self { key: start.key, since: Instant::now(), writer };
        if let Sort::Recording(screen) = sort {
            one.push(Duration::ZERO, &without_marks(&screen.vt));
        }
        one.take(begun);
        Ok(one)
    }

    /// Takes output without the host's marks; a new size is told as one.
    fn take(&mut self, bytes: &[u8]) {
        let at = self.since.elapsed();
        let mut rest = bytes;
        while let Some((before, mark, behind)) = Mark::split(rest) {
            self.push(at, before);
            if let Some(Mark::Size(size)) = mark {
                self.writer.push(Piece::Resize(at, size));
            }
            rest = behind;
        }
        self.push(at, rest);
    }

    fn push(&mut self, at: Duration, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.writer.push(Piece::Output(at, bytes.to_vec()));
        }
    }
}

/// The screen as one event: its size stands in the header.
fn without_marks(vt: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(vt.len()), vt);
    while let Some((before, _, behind)) = Mark::split(rest) {
        out.extend_from_slice(before);
        rest = behind;
    }
    out.extend_from_slice(rest);
    out
}

fn ensure_free(known: Option<Progress>, scene: &Scene<'_>) -> Result<(), Fault> {
    if !scene.is_running {
        return Err(Fault::new(Code::BadSpec, "Its program has ended; nothing more is printed."));
    }
    match known {
        Some(Progress { state, file, .. }) if !state.is_over() => {
            let file: String = file.chars().take(120).collect();
            Err(Fault::new(Code::BadSpec, format!("That goes into {file} already; stop it first.")))
        }
        Some(_) | None => Ok(()),
    }
}

fn header(screen: &Snapshot, scene: &Scene<'_>) -> Header {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Header {
        size: screen.size,
        timestamp: since.as_secs(),
        title: scene.name.to_owned(),
        shell: scene.shell.to_owned(),
    }
}

/// How far something is, as the answer tells it.
pub(super) fn told(progress: Progress, of: CaptureOf, name: &str) -> Capture {
    let Progress { state, file, bytes, bytes_before: _, files, reason } = progress;
    Capture { of, name: name.to_owned(), state, file, bytes, files, reason }
}

#[cfg(test)]
mod tests {
    use devtail_protocol::ChannelId;

    use super::*;
    use crate::terminal::message::{CaptureState, Size};
    use crate::terminal::{Screen, Source};

    #[test]
    fn a_capture_that_begins_within_a_string_begins_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.log");
        let mut source = Source::new(Size::default());
        let mut kept = Kept::default();
        let mut print = |kept: &mut Kept, bytes: &[u8]| {
            let log = source.take(bytes).log;
            let begun = source.screen().offset() - source.screen().ground_offset();
            kept.take(&log, begun);
        };
        let long = [&b"before\x1b]52;c;"[..], &[b'A'; 6000]].concat();
        print(&mut kept, &long);
        let scene = Scene {
            of: CaptureOf::Terminal(ChannelId([1; 16])),
            name: "sh",
            shell: "/bin/sh",
            state: folder.path(),
            is_running: true,
        };
        let start =
            CaptureStart { file: file.display().to_string(), keep: 1, ..CaptureStart::default() };
        kept.ask(&Sort::Capture, &CaptureAsk::Start(start), &scene).unwrap();
        print(&mut kept, b"BBB\x07after");
        kept.finish();
        let state = kept.ask(&Sort::Capture, &CaptureAsk::Status, &scene).unwrap().unwrap().state;
        assert_eq!(state, CaptureState::Stopped);
        let mut screen = Screen::new(Size::default());
        screen.feed(&std::fs::read(&file).unwrap());
        assert_eq!(screen.contents(), "after");
    }
}
