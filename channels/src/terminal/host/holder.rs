//! The holder's loop: PTY, Screen, Log and Inbox in one place, and every reason to wake in one enum.
//!
//! ```text
//! wake → take it → do what inputs ask → send to every gateway what its socket takes
//! ```

use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use devtail_protocol::hold::{FrontId, Owner, OwnerEvent};
use devtail_protocol::limits::LOG_BYTES;
use devtail_protocol::log::{Inbox, Log, Loss};
use devtail_protocol::position::Unit;
use devtail_protocol::wire::Outcome;
use devtail_protocol::{Boot, ChannelId, ClientId, Code, Epoch, Fault};
use rustix::process::Signal;
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::Instant;

use super::environment::Account;
use super::front::{Fronts, Moved};
use super::keys::{Keys, Next, Number};
use super::pty::Pty;
use crate::terminal::message::{Answer, End, Input, Query, Size, Spec, Terminal};
use crate::terminal::source::{Source, Turn};

/// Bytes one read of the PTY takes: it yields about 4 KiB, and more only under a flood.
const READ_BYTES: usize = 64 << 10;
/// Bytes of keys that wait for the program before gateways are not read any more.
const KEYS_BYTES_HELD: usize = 256 << 10;
/// From HUP to KILL.
const KILL_AFTER: Duration = Duration::from_secs(2);
/// An ended program's terminal stays this long, for those who were away to see how it ended.
const LINGER: Duration = Duration::from_secs(600);
/// A killed terminal stays this long at most, for its readers to be told.
const FORGET_WITHIN: Duration = Duration::from_secs(1);
/// After the program's exit the PTY is read until nothing has come for this long.
const QUIET: Duration = Duration::from_millis(100);

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
    keys: Keys,
    /// Clean bytes the Log has no room for, in a terminal of which no byte may be lost. Else always empty.
    backlog: Vec<u8>,
    buffer: Vec<u8>,
    /// The grid of each device that reads.
    sizes: HashMap<ClientId, Size>,
    program: Program,
    kill_at: Option<Instant>,
    /// When to be gone at the latest, once someone killed the terminal.
    forget_at: Option<Instant>,
    children: Signals,
    terminate: Signals,
}

/// What the program is doing.
enum Program {
    Running(Pty),
    /// It runs and has closed its terminal.
    Detached(Pty),
    /// It has exited; what it wrote is still being read. The moment is the last at which something came.
    Exited(Pty, End, Instant),
    /// All is read; the terminal stays until then.
    Ended(End, Instant),
}

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
        let log = Log::new(Epoch(random()?), Unit::Bytes, LOG_BYTES, loss);
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
            keys: Keys::default(),
            backlog: Vec::new(),
            buffer: vec![0; READ_BYTES],
            sizes: HashMap::new(),
            program: Program::Running(pty),
            kill_at: None,
            forget_at: None,
            children: signal(SignalKind::child())?,
            terminate: signal(SignalKind::terminate())?,
            spec,
        };
        let mark = holder.source.resize(holder.spec.size);
        holder.append(&mark);
        Ok(holder)
    }

    /// Runs until the terminal is over, then removes its socket.
    pub(super) async fn run(mut self) {
        // The child may have exited before its signal was watched.
        self.child_changed();
        while !self.is_over() {
            match self.wake().await {
                Wake::Front(moved) => self.front_moved(moved),
                Wake::Written(written) => self.written(&written),
                Wake::Read(read) => self.read(&read),
                Wake::Accepted(stream) => self.accepted(stream),
                Wake::Child => self.child_changed(),
                Wake::Terminate => self.kill(),
                Wake::Timer => self.time_passed(),
            }
            self.turn();
        }
        let _ = std::fs::remove_file(&self.socket);
    }

    async fn wake(&mut self) -> Wake {
        let reads_keys = self.keys.bytes() < KEYS_BYTES_HELD;
        let reads_pty = self.reads_pty();
        let timer = self.next_timer();
        let Self { program, fronts, listener, keys, buffer, children, terminate, .. } = self;
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
            moved = poll_fn(|cx| fronts.poll(reads_keys, cx)) => Wake::Front(moved),
            written = write(writing, keys.front()) => Wake::Written(written),
            read = read(reading.filter(|_| reads_pty), buffer) => Wake::Read(read),
            _ = children.recv() => Wake::Child,
            Ok((stream, _)) = listener.accept() => Wake::Accepted(stream),
            _ = terminate.recv() => Wake::Terminate,
            () = timer => Wake::Timer,
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
            // While there is no room nothing is read, so nothing is quiet.
            Program::Exited(_, _, heard) if !reads => {
                *heard = Instant::now();
                None
            }
            Program::Exited(_, _, heard) => Some(*heard + QUIET),
            Program::Ended(_, until) => Some(*until),
        };
        [program, self.kill_at, self.forget_at].into_iter().flatten().min()
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
        for front in self.fronts.transmit(|front| self.owner.poll_transmit(front)) {
            self.front_gone(front);
        }
    }

    fn handle(&mut self, event: OwnerEvent) {
        match event {
            OwnerEvent::Input { client, seq, bytes } => match Input::decode(&bytes) {
                Ok(Input::Keys(_)) if !self.takes_keys() => {
                    self.refuse((client, seq), "The program has ended; nothing was typed.");
                }
                Ok(input) => self.keys.push((client, seq), input),
                Err(bad) => self.refuse((client, seq), &bad.to_string()),
            },
            OwnerEvent::Attached(_) => {}
            OwnerEvent::Detached(client) => {
                self.sizes.remove(&client);
            }
            OwnerEvent::SnapshotWanted => {
                let (at, snapshot) = self.source.snapshot(&self.name);
                if at <= self.owner.extent().head {
                    self.owner.snapshot(at, &snapshot.encode());
                }
            }
            OwnerEvent::Asked { front, req, query } => {
                let answer = Query::decode(&query).map(|Query::List| Answer::List(vec![self.line()]).encode());
                self.owner.answer(front, req, answer.map_err(|bad| Fault::new(Code::BadSpec, bad.to_string())));
            }
        }
    }

    /// Does what waits, up to what must wait for the PTY.
    fn work(&mut self) {
        loop {
            match self.keys.next() {
                Next::Nothing | Next::Write => return,
                Next::Settle((client, seq)) => {
                    self.drive(client);
                    self.owner.settled(client, seq, Outcome::Applied);
                }
                Next::Do((client, seq), input) => {
                    match input {
                        Input::Keys(_) => {}
                        Input::Resize(size) => {
                            self.sizes.insert(client, size);
                            self.resize(size);
                        }
                        Input::Rename(name) => self.name = name,
                        Input::Kill => self.kill(),
                    }
                    self.owner.settled(client, seq, Outcome::Applied);
                }
            }
        }
    }

    fn refuse(&mut self, (client, seq): Number, why: &str) {
        self.owner.settled(client, seq, Outcome::Refused(why.to_owned()));
    }

    /// Gives the grid the size of the device that types.
    fn drive(&mut self, client: ClientId) {
        if let Some(size) = self.sizes.get(&client).copied() {
            self.resize(size);
        }
    }

    fn resize(&mut self, size: Size) {
        if size == self.source.screen().size() {
            return;
        }
        // The mark comes first: what the program writes for the new size stands behind it.
        let mark = self.source.resize(size);
        self.append(&mark);
        if let Some(pty) = self.pty() {
            pty.resize(size);
        }
    }

    fn written(&mut self, written: &io::Result<usize>) {
        match written {
            Ok(len) => self.keys.written(*len),
            Err(error) => {
                tracing::debug!(%error, "the terminal takes no keys");
                self.hang_up();
            }
        }
    }

    fn read(&mut self, read: &io::Result<usize>) {
        match read {
            Ok(len @ 1..) => {
                if let Program::Exited(_, _, heard) = &mut self.program {
                    *heard = Instant::now();
                }
                let turn = self.source.take(&self.buffer[..*len]);
                self.take(turn);
            }
            Ok(0) | Err(_) => self.hung_up(),
        }
    }

    fn take(&mut self, turn: Turn) {
        self.append(&turn.log);
        self.keys.reply(turn.replies);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.backlog.extend_from_slice(bytes);
        self.spill();
    }

    /// Moves what there is room for from the backlog to the Log.
    fn spill(&mut self) {
        let len = self.backlog.len().min(self.owner.room());
        if len > 0 {
            self.owner.append(&self.backlog[..len]);
            self.backlog.drain(..len);
        }
        if let Program::Ended(end, _) = &self.program
            && self.backlog.is_empty()
            && !self.owner.extent().ended
        {
            self.owner.end(end.encode());
        }
    }

    fn hung_up(&mut self) {
        match self.replace_program() {
            Program::Running(pty) => self.program = Program::Detached(pty),
            Program::Exited(_, end, _) => self.ended(end),
            other @ (Program::Detached(_) | Program::Ended(..)) => self.program = other,
        }
        self.child_changed();
    }

    fn child_changed(&mut self) {
        match self.replace_program() {
            Program::Running(mut pty) => {
                self.program = match pty.try_end() {
                    Some(end) => Program::Exited(pty, end, Instant::now()),
                    None => Program::Running(pty),
                };
            }
            Program::Detached(mut pty) => match pty.try_end() {
                Some(end) => self.ended(end),
                None => self.program = Program::Detached(pty),
            },
            other @ (Program::Exited(..) | Program::Ended(..)) => self.program = other,
        }
        if !self.takes_keys() {
            self.hang_up();
        }
    }

    /// All the program wrote is read.
    fn ended(&mut self, end: End) {
        tracing::debug!(%end, "the program ended");
        self.program = Program::Ended(end, Instant::now() + LINGER);
        self.kill_at = None;
        let turn = self.source.finish();
        self.take(turn);
        self.hang_up();
    }

    fn hang_up(&mut self) {
        for number in self.keys.hang_up() {
            self.refuse(number, "The program ended before it took this; nothing was typed.");
        }
    }

    fn kill(&mut self) {
        let now = Instant::now();
        match &self.program {
            Program::Running(pty) | Program::Detached(pty) => {
                pty.signal(Signal::HUP);
                pty.signal(Signal::CONT);
                self.kill_at = Some(now + KILL_AFTER);
                self.forget_at = Some(now + KILL_AFTER + FORGET_WITHIN);
            }
            Program::Exited(..) | Program::Ended(..) => self.forget_at = Some(now + FORGET_WITHIN),
        }
    }

    fn time_passed(&mut self) {
        let now = Instant::now();
        if self.kill_at.take_if(|at| now >= *at).is_some()
            && let Some(pty) = self.pty()
        {
            pty.signal(Signal::KILL);
        }
        let over = self.forget_at.is_some_and(|at| now >= at);
        match self.replace_program() {
            Program::Exited(_, end, heard) if over || now >= heard + QUIET => self.ended(end),
            Program::Running(_) | Program::Detached(_) if over => {
                self.ended(End::Lost("The program did not end when it was killed.".into()));
            }
            other @ (Program::Running(_) | Program::Detached(_) | Program::Exited(..) | Program::Ended(..)) => {
                self.program = other;
            }
        }
    }

    fn accepted(&mut self, stream: UnixStream) {
        let front = self.fronts.insert(stream);
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

    fn line(&self) -> Terminal {
        Terminal {
            id: self.id,
            name: self.name.clone(),
            title: self.source.screen().title().to_owned(),
            command: self.spec.command.clone(),
            cwd: self.cwd.clone(),
            size: self.source.screen().size(),
            created_ms: self.created_ms,
            viewers: u32::try_from(self.owner.clients()).unwrap_or(u32::MAX),
            pid: self.pty().map_or(0, Pty::pid),
            end: match &self.program {
                Program::Running(_) | Program::Detached(_) => None,
                Program::Exited(_, end, _) | Program::Ended(end, _) => Some(end.clone()),
            },
        }
    }

    fn takes_keys(&self) -> bool {
        matches!(self.program, Program::Running(_))
    }

    fn pty(&self) -> Option<&Pty> {
        match &self.program {
            Program::Running(pty) | Program::Detached(pty) => Some(pty),
            Program::Exited(..) | Program::Ended(..) => None,
        }
    }

    /// Takes the program's state out, to put another in its place.
    fn replace_program(&mut self) -> Program {
        std::mem::replace(&mut self.program, Program::Ended(End::Code(0), Instant::now()))
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

async fn read(pty: Option<&Pty>, buffer: &mut [u8]) -> io::Result<usize> {
    match pty {
        Some(pty) => pty.read(buffer).await,
        None => pending().await,
    }
}

