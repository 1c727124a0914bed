//! What writes output into files, on a thread of its own: whoever has output hands it over and never waits.
//!
//! ```text
//!   holder ── push ─► bounded queue ─► thread: format ─► Files
//!      └───────────── progress ◄────────────┘
//! ```

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::cast::{Cast, Header};
use super::files::{Files, Place};
use crate::terminal::limits::{CAPTURE_PIECES_MAX, CAPTURE_WAITING_BYTES_MAX};
use crate::terminal::message::{CaptureState, Size};

/// What is to be written, and where.
#[derive(Debug)]
pub(in crate::terminal::host) struct Plan {
    pub(in crate::terminal::host) place: Place,
    /// Bytes of one file.
    pub(in crate::terminal::host) limit: u64,
    pub(in crate::terminal::host) format: Format,
}

/// What the files hold.
#[derive(Debug)]
pub(in crate::terminal::host) enum Format {
    /// What was printed; so many older files are kept.
    Plain { keep: u32 },
    /// An asciicast.
    Cast(Header),
}

/// A piece of output, at its moment since the beginning.
#[derive(Debug)]
pub(in crate::terminal::host) enum Piece {
    Output(Duration, Vec<u8>),
    Resize(Duration, Size),
}

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::terminal::host) struct Progress {
    pub(in crate::terminal::host) state: CaptureState,
    /// The newest file.
    pub(in crate::terminal::host) file: String,
    pub(in crate::terminal::host) bytes: u64,
    /// Those of the files before the newest.
    pub(in crate::terminal::host) bytes_before: u64,
    pub(in crate::terminal::host) files: u32,
    pub(in crate::terminal::host) reason: String,
}

/// Told when a file is begun, and at the end; called on the thread that writes.
pub(in crate::terminal::host) type Observer = Box<dyn Fn(&Progress) + Send>;

/// One capture or recording. Dropped, it ends once all is written.
#[derive(Debug)]
pub(in crate::terminal::host) struct Writer {
    queue: Option<SyncSender<Piece>>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Bytes that were pushed and are not written.
    waiting: AtomicUsize,
    progress: Mutex<Progress>,
    /// All is written, and the observer knows.
    is_done: Mutex<bool>,
    done: Condvar,
}

impl Writer {
    /// Begins; the first file is made on the thread.
    ///
    /// # Errors
    /// The system has no thread.
    pub(in crate::terminal::host) fn start(plan: Plan, observer: Observer) -> io::Result<Self> {
        let (queue, pieces) = sync_channel(CAPTURE_PIECES_MAX);
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().name("capture".into()).spawn(move || {
            let outcome = write(plan, &pieces, &of_thread, &observer);
            of_thread.end(outcome);
            observer(&of_thread.progress());
            *of_thread.is_done.lock().expect("no one panics while holding it") = true;
            of_thread.done.notify_all();
        })?;
        Ok(Self { queue: Some(queue), shared })
    }

    /// Hands a piece over. If the disk is so slow that too much waits, it ends here, with what waits still written.
    pub(in crate::terminal::host) fn push(&mut self, piece: Piece) {
        let Some(queue) = &self.queue else { return };
        let cost = piece.cost();
        let waiting = self.shared.waiting.fetch_add(cost, Ordering::Relaxed) + cost;
        // One that has ended by itself takes nothing; it has said why.
        let is_late = waiting > CAPTURE_WAITING_BYTES_MAX || queue.try_send(piece).is_err();
        if is_late {
            self.queue = None;
            self.shared.fail("the disk was too slow for what was printed");
        }
    }

    /// Ends it once all is written.
    pub(in crate::terminal::host) fn stop(&mut self) {
        if self.queue.take().is_some() {
            let mut progress = self.shared.lock();
            if !progress.state.is_over() {
                progress.state = CaptureState::Stopping;
            }
        }
    }

    /// Stops, and waits that long for the disk.
    pub(in crate::terminal::host) fn finish(&mut self, within: Duration) {
        self.stop();
        let is_done = self.shared.is_done.lock().expect("no one panics while holding it");
        drop(self.shared.done.wait_timeout_while(is_done, within, |is_done| !*is_done));
    }

    /// How far it is.
    pub(in crate::terminal::host) fn progress(&self) -> Progress {
        self.shared.progress()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("no one panics while holding it")
    }

    fn progress(&self) -> Progress {
        self.lock().clone()
    }

    /// Notes what is written now; whether that is another file than before.
    fn written(&self, files: &Files) -> bool {
        let file = files.newest().display().to_string();
        let mut progress = self.lock();
        let is_new = progress.file != file;
        if progress.state == CaptureState::Starting {
            progress.state = CaptureState::Running;
        }
        progress.file = file;
        (progress.bytes, progress.bytes_before) = (files.bytes(), files.bytes_before());
        progress.files = files.count();
        is_new
    }

    /// It ends by itself; the first reason is the one.
    fn fail(&self, reason: &str) {
        let mut progress = self.lock();
        if progress.state != CaptureState::Failed {
            progress.state = CaptureState::Failed;
            progress.reason = format!("It stopped: {reason}.");
        }
    }

    fn end(&self, outcome: io::Result<()>) {
        match outcome {
            Ok(()) => {
                let mut progress = self.lock();
                if progress.state != CaptureState::Failed {
                    progress.state = CaptureState::Stopped;
                }
            }
            Err(error) => self.fail(&error.to_string()),
        }
    }
}

impl Piece {
    fn cost(&self) -> usize {
        match self {
            Self::Output(_, bytes) => bytes.len(),
            Self::Resize(..) => 0,
        }
    }
}

fn write(
    plan: Plan,
    pieces: &Receiver<Piece>,
    shared: &Shared,
    observer: &Observer,
) -> io::Result<()> {
    let keep = match &plan.format {
        Format::Plain { keep } => Some(*keep),
        Format::Cast(_) => None,
    };
    let mut files = Files::create(&plan.place, plan.limit, keep)?;
    let mut cast = match plan.format {
        Format::Plain { .. } => None,
        Format::Cast(header) => {
            files.write(header.line().as_bytes())?;
            Some(Cast::default())
        }
    };
    shared.written(&files);
    observer(&shared.progress());
    while let Ok(piece) = pieces.recv() {
        let cost = piece.cost();
        let outcome = match (&mut cast, piece) {
            (None, Piece::Output(_, bytes)) => files.write(&bytes),
            (None, Piece::Resize(..)) => Ok(()),
            (Some(cast), Piece::Output(at, bytes)) => {
                files.write(cast.output(at, &bytes).as_bytes())
            }
            (Some(_), Piece::Resize(at, size)) => files.write(Cast::resize(at, size).as_bytes()),
        };
        shared.waiting.fetch_sub(cost, Ordering::Relaxed);
        if shared.written(&files) {
            observer(&shared.progress());
        }
        outcome?;
    }
    Ok(())
}

/// A place in the state directory: `captures/NAME-YYYYmmdd-HHMMSS`, in UTC.
pub(in crate::terminal::host) fn place(state: &Path, name: &str, extension: &'static str) -> Place {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).take(40).collect();
    let now = time::OffsetDateTime::now_utc();
    let (date, time) = (now.date(), now.time());
    let stem = format!(
        "{}-{:04}{:02}{:02}-{:02}{:02}{:02}",
        name.trim_start_matches('.'),
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    Place::Named { folder: state.join("captures"), stem, extension }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn plain(file: &Path, limit: u64) -> Plan {
        let place = Place::File(file.to_owned());
        Plan { place, limit, format: Format::Plain { keep: 1 } }
    }

    fn output(bytes: &[u8]) -> Piece {
        Piece::Output(Duration::ZERO, bytes.to_vec())
    }

    fn finished(writer: &mut Writer) -> Progress {
        writer.finish(Duration::from_secs(20));
        writer.progress()
    }

    #[test]
    fn what_was_pushed_is_written_before_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.log");
        let mut writer = Writer::start(plain(&file, 1 << 20), Box::new(|_| {})).unwrap();
        for number in 0..1000 {
            writer.push(output(format!("{number}\n").as_bytes()));
        }
        let progress = finished(&mut writer);
        assert_eq!((progress.state, progress.reason.as_str()), (CaptureState::Stopped, ""));
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.lines().map(|line| line.parse::<u32>().unwrap()).eq(0..1000));
        assert_eq!((progress.bytes, progress.files), (text.len() as u64, 1));
        assert_eq!(progress.file, file.display().to_string());
    }

    #[test]
    fn a_file_that_cannot_be_made_ends_it_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.log");
        fs::write(&file, "mine").unwrap();
        let mut writer = Writer::start(plain(&file, 1 << 20), Box::new(|_| {})).unwrap();
        let progress = finished(&mut writer);
        assert_eq!(progress.state, CaptureState::Failed);
        assert!(progress.reason.contains("exists already"), "{}", progress.reason);
        writer.push(output(b"more"));
        assert_eq!(writer.progress(), progress, "and the first reason stays");
    }

    #[test]
    fn a_disk_that_takes_nothing_ends_it_before_too_much_waits() {
        // The thread waits in its observer, as it would for a disk.
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let folder = tempfile::tempdir().unwrap();
        let stuck: Observer = Box::new(move |_| wait.recv().unwrap_or_default());
        let plan = plain(&folder.path().join("out.log"), 1 << 30);
        let mut writer = Writer::start(plan, stuck).unwrap();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..CAPTURE_WAITING_BYTES_MAX >> 20 {
            writer.push(output(&piece));
        }
        assert_ne!(writer.progress().state, CaptureState::Failed);
        writer.push(output(b"one more"));
        assert_eq!(
            writer.progress().reason,
            "It stopped: the disk was too slow for what was printed."
        );
        drop(go);
        assert_eq!(finished(&mut writer).state, CaptureState::Failed);
    }
}
