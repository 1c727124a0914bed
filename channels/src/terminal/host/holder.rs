//! The holder's loop: PTY, Screen, Log and Inbox in one place, and every reason to wake in one enum.
//!
//! ```text
//! wake → take it → do what inputs ask → send to every gateway what its socket takes
//! ```

mod attention;
mod audience;
mod keep;
mod output;
mod program;
mod requests;
mod rows;

use std::future::{pending, poll_fn};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use devtail_protocol::hold::{FrontId, Owner};
use devtail_protocol::log::{Inbox, Log, Loss};
use devtail_protocol::position::Unit;
use devtail_protocol::{Boot, ChannelId, Epoch};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::Instant;

use self::attention::Attention;
use self::output::Output;
use self::program::{Program, QUIET};
use super::capture::Kept;
use super::echoes::Echoes;
use super::ended;
use super::environment::Account;
use super::front::{Fronts, Moved};
use super::keys::Keys;
use super::lease::Lease;
use super::people::People;
use super::pty::{Pty, READ_ON};
use crate::terminal::history::History;
use crate::terminal::limits::BUFFER_BYTES_KEPT;
use crate::terminal::message::Spec;
use crate::terminal::source::{Source, Turn};

/// One terminal and everything that belongs to it.
pub(super) struct Holder {
    id: ChannelId,
    spec: Spec,
    name: String,
    cwd: String,
    created_ms: u64,
    socket: PathBuf,
    listener: UnixListener,
    fronts: Fronts,
    owner: Owner,
    source: Source,
    /// What left the screen.
    history: History,
    keys: Keys,
    /// Clean bytes the Log has no room for, in a terminal of which no byte may be lost. Else always empty.
    backlog: Vec<u8>,
    /// What of its output goes into files.
    kept: Kept,
    shell: String,
    /// What the program wrote and the source has not taken.
    output: Output,
    lease: Lease,
    people: People,
    echoes: Echoes,
    /// When to look whether what is typed is hidden.
    look_at: Option<Instant>,
    /// Keys went to the program: until then what there is to say waits for their echo.
    tell_by: Option<Instant>,
    attention: Attention,
    /// Until when a Snapshot waits for the end of the frame that the program draws.
    frame_ends_by: Option<Instant>,
    program: Program,
    kill_at: Option<Instant>,
    /// When to be gone at the latest, once someone killed the terminal.
    forget_at: Option<Instant>,
    children: Signals,
    terminate: Signals,
}

/// A program that echoes does so within this: one packet then tells that a key was written and what it brought about, and
/// the program is not kept from the processor by a gateway that has half of it.
const TELL_WITHIN: Duration = Duration::from_millis(2);

/// Bytes that each write and read of the PTY counts for at least: eight keys and their echoes are a flood as well.
const UNHEARD_LEAST: usize = READ_ON / 16;

/// Every reason to wake.
enum Wake {
    Front(Moved),
    Written(io::Result<usize>),
    Read(io::Result<usize>),
    Accepted(UnixStream),
    Child,
    Terminate,
    Timer,
}

impl Holder {
    pub(super) fn new(
        id: ChannelId,
        socket: &Path,
        spec: Spec,
        account: &Account,
        pty: Pty,
        listener: UnixListener,
    ) -> io::Result<Self> {
        let loss = if spec.every_byte { Loss::Never } else { Loss::Snapshot };
        let log = Log::new(Epoch(random()?), Unit::Bytes, loss.log_bytes(), loss);
        let program = spec.command.first().unwrap_or(&account.shell);
        let base = program.rsplit('/').next().unwrap_or(program);
        let name = if spec.name.is_empty() { base } else { &spec.name };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut holder = Self {
            id,
            name: name.chars().take(crate::terminal::limits::NAME_CHARS_MAX).collect(),
            cwd: if spec.cwd.is_empty() { account.home.clone() } else { spec.cwd.clone() },
            created_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
            socket: socket.to_owned(),
            listener,
            fronts: Fronts::default(),
            owner: Owner::new(Boot(random()?), log, Inbox::new()),
            source: Source::new(spec.size),
            history: History::default(),
            keys: Keys::default(),
            backlog: Vec::new(),
            kept: Kept::default(),
            shell: account.shell.clone(),
            output: Output::default(),
            lease: Lease::default(),
            people: People::default(),
            echoes: Echoes::default(),
            look_at: None,
            tell_by: None,
            attention: Attention::default(),
            frame_ends_by: None,
            program: Program::Running(pty),
            kill_at: None,
            forget_at: None,
            children: signal(SignalKind::child())?,
            terminate: signal(SignalKind::terminate())?,
            spec,
        };
        holder.source.collect_rows();
        let mark = holder.source.resize(holder.spec.size);
        holder.append(&mark);
        Ok(holder)
    }

    /// Runs until the terminal is over, then removes its socket.
    pub(super) async fn run(mut self) {
        // The child may have exited before its signal was watched.
        self.child_changed();
        // Bytes of the program, or as good as, since everything else was heard.
        let mut unheard = 0;
        while !self.is_over() {
            match self.wake().await {
                Wake::Front(moved) => self.front_moved(moved),
                Wake::Written(written) => {
                    self.written(&written);
                    unheard += UNHEARD_LEAST;
                }
                Wake::Read(read) => {
                    self.read(&read);
                    unheard += read.unwrap_or(0).max(UNHEARD_LEAST);
                }
                Wake::Accepted(stream) => self.accepted(stream),
                Wake::Child => self.child_changed(),
                Wake::Terminate => self.kill(),
                Wake::Timer => self.time_passed(),
            }
            self.turn();
            if unheard >= READ_ON || !self.output.is_empty() {
                // A flood keeps the PTY readable: everything else must still be heard. An echo is on its way before.
                tokio::task::yield_now().await;
                unheard = 0;
            }
        }
        self.kept.finish();
        ended::leave(&self.socket);
    }

    async fn wake(&mut self) -> Wake {
        let reads_pty = self.reads_pty();
        let timer = self.next_timer();
        let Self { program, fronts, listener, keys, output, children, terminate, .. } = self;
        let (reading, writing) = match program {
            Program::Running(pty) => (Some(&*pty), Some(&*pty)),
            Program::Exited(pty, ..) => (Some(&*pty), None),
            Program::Detached(_) | Program::Ended(..) => (None, None),
        };
        let timer = async {
            match timer {
                Some(at) => tokio::time::sleep_until(at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            written = write(writing, keys.front()) => Wake::Written(written),
            moved = poll_fn(|cx| fronts.poll(cx)) => Wake::Front(moved),
            _ = children.recv() => Wake::Child,
            Ok((stream, _)) = listener.accept() => Wake::Accepted(stream),
            _ = terminate.recv() => Wake::Terminate,
            () = timer => Wake::Timer,
            read = read(reading.filter(|_| reads_pty), output) => Wake::Read(read),
        }
    }

    /// Whether there is room for what the program writes. Without it the program waits.
    fn reads_pty(&self) -> bool {
        self.backlog.is_empty() && self.owner.room() > 0
    }

    fn next_timer(&mut self) -> Option<Instant> {
        let reads = self.reads_pty();
        let program = match &mut self.program {
            Program::Running(_) | Program::Detached(_) => None,
            // While there is no room nothing is read, so nothing is quiet; nor while some of it waits.
            Program::Exited(_, _, heard) if !reads || !self.output.is_empty() => {
                *heard = Instant::now();
                None
            }
            Program::Exited(_, _, heard) => Some(*heard + QUIET),
            Program::Ended(_, until) => Some(*until),
        };
        let audience = self.audience_at();
        let frame = self.frame_ends_by.filter(|_| self.owner.wants_snapshot());
        let attention = self.attention_at();
        let own = [self.kill_at, self.forget_at, self.tell_by];
        own.into_iter().chain([program, audience, frame, attention]).flatten().min()
    }

    fn is_over(&self) -> bool {
        let Program::Ended(_, until) = &self.program else { return false };
        let now = Instant::now();
        let told = self.forget_at.is_some() && self.fronts.are_flushed();
        told || self.forget_at.is_some_and(|at| now >= at) || now >= *until
    }

    /// Does what the owner and the inputs ask, then sends.
    fn turn(&mut self) {
        self.spill();
        while let Some(event) = self.owner.poll_event() {
            self.handle(event);
        }
        self.work();
        self.tend_audience();
        self.attend();
        self.show();
        let is_running = matches!(self.program, Program::Running(_));
        if is_running && self.tell_by.is_some_and(|by| Instant::now() < by) {
            return;
        }
        self.tell_by = None;
        for front in self.fronts.transmit(|front| self.owner.poll_transmit(front)) {
            self.front_gone(front);
        }
    }

    fn written(&mut self, written: &io::Result<usize>) {
        match written {
            Ok(len) => {
                self.keys.written(*len);
                self.tell_by.get_or_insert_with(|| Instant::now() + TELL_WITHIN);
                self.look_soon();
                self.keys_went();
            }
            Err(error) => {
                tracing::debug!(%error, "the terminal takes no keys");
                self.hang_up();
            }
        }
    }

    fn read(&mut self, read: &io::Result<usize>) {
        match read {
            Ok(1..) => {
                self.tell_by = None;
                if let Program::Exited(_, _, heard) = &mut self.program {
                    *heard = Instant::now();
                }
                self.look();
                self.look_soon();
                let turn = self.source.take(self.output.waiting());
                self.output.taken(turn.used);
                self.take(turn);
                self.output_came();
            }
            Ok(0) | Err(_) => self.hung_up(),
        }
    }

    fn take(&mut self, turn: Turn) {
        self.append(&turn.log);
        self.keys.reply(turn.replies);
    }

    fn append(&mut self, bytes: &[u8]) {
        let screen = self.source.screen();
        self.kept.take(bytes, screen.offset() - screen.ground_offset());
        self.backlog.extend_from_slice(bytes);
        self.spill();
        self.keep_rows();
    }

    /// Moves what there is room for from the backlog to the Log.
    fn spill(&mut self) {
        let len = self.backlog.len().min(self.owner.room());
        if len > 0 {
            self.owner.append(&self.backlog[..len]);
            self.backlog.drain(..len);
            if self.backlog.is_empty() {
                self.backlog.shrink_to(BUFFER_BYTES_KEPT);
            }
        }
        if let Program::Ended(end, _) = &self.program
            && self.backlog.is_empty()
            && !self.owner.extent().ended
        {
            self.owner.end(end.encode());
        }
    }

    fn accepted(&mut self, stream: UnixStream) {
        let front = match self.fronts.insert(stream) {
            Ok(front) => front,
            Err(error) => {
                tracing::warn!(%error, "a gateway was turned away");
                return;
            }
        };
        if let Err(fault) = self.owner.front_up(front) {
            tracing::warn!(message = %fault.message, "a gateway was turned away");
            self.fronts.remove(front);
        }
    }

    fn front_moved(&mut self, moved: Moved) {
        match moved {
            Moved::Writable => {}
            Moved::Down(front) => self.front_gone(front),
            Moved::Packet(front, packet) => {
                if let Err(fault) = self.owner.handle_packet(front, packet) {
                    tracing::warn!(message = %fault.message, "a gateway broke the protocol");
                    self.front_gone(front);
                }
            }
        }
    }

    fn front_gone(&mut self, front: FrontId) {
        self.fronts.remove(front);
        self.owner.front_down(front);
    }
}

fn random() -> io::Result<u64> {
    getrandom::u64().map(|number| number.max(1)).map_err(io::Error::other)
}

async fn write(pty: Option<&Pty>, bytes: &[u8]) -> io::Result<usize> {
    match pty {
        Some(pty) if !bytes.is_empty() => pty.write(bytes).await,
        Some(_) | None => pending().await,
    }
}

async fn read(pty: Option<&Pty>, output: &mut Output) -> io::Result<usize> {
    match pty {
        Some(pty) => output.read(pty).await,
        None => pending().await,
    }
}
