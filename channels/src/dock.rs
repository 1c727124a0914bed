//! A Dock: the gateway's end of a running channel that lives in a holder. It names no kind.
//!
//! ```text
//!   connections ── attach, input ──► Dock (Mirror) ══ Unix socket ══► holder (Owner)
//!        ▲                             │
//!        └──── Bell: news, notes ◄─────┘
//! ```

mod attachment;
mod bell;
mod pump;

pub use attachment::Attachment;
pub use bell::{Bell, Note};

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::hold::Mirror;
use devtail_protocol::log::Extent;
use devtail_protocol::position::Unit;
use devtail_protocol::wire::{Opened, OutboxRange};
use devtail_protocol::{Ch, ChannelId, ClientId, Code, Fault};
use tokio::net::UnixStream;
use tokio::sync::{Notify, mpsc, oneshot};

use self::pump::Pump;
use crate::socket::{Outbound, halves};

/// How long a holder may take to answer before it counts as stuck.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// What channels have to say to people who look elsewhere; each with its channel, in its kind's own words.
pub type Notices = mpsc::Sender<(ChannelId, Bytes)>;

/// A gateway's end of one running channel. Dropping the last handle leaves the channel running.
#[derive(Debug)]
pub struct Dock {
    id: ChannelId,
    kind: &'static str,
    shared: Arc<Shared>,
    pump: Pump,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// The holder's socket. Whoever wants the state as well locks this first.
    outbound: tokio::sync::Mutex<Outbound>,
    /// The mirror has something to send that nobody is sending.
    unsent: Notify,
    /// The mirror has caught up, or is lost.
    ready: Notify,
}

#[derive(Debug)]
struct State {
    mirror: Mirror,
    readers: HashMap<ClientId, Reader>,
    opening: HashMap<ClientId, oneshot::Sender<Result<Opened, Fault>>>,
    asked: HashMap<u32, oneshot::Sender<Result<Bytes, Fault>>>,
    next_ask: u32,
    next_token: u64,
    lost: Option<Fault>,
    /// Where to pass on what the channel has to say to people who look elsewhere.
    notices: Option<(ChannelId, Notices)>,
}

/// Which of a client's attachments is the newest, for they may come in any order: an older one never takes the place of a
/// newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// Of the client's Link.
    pub generation: u64,
    /// Which Open of that Link it was, counted from 1.
    pub open: u64,
}

#[derive(Debug)]
struct Reader {
    ch: Ch,
    bell: Arc<Bell>,
    standing: Standing,
    /// Names the attachment: only its own end ends it.
    token: u64,
}

impl Dock {
    /// Connects to the holder behind this socket and waits until its Log is mirrored.
    ///
    /// # Errors
    /// [`Code::Gone`] if nobody answers there; what the holder says if it refuses.
    pub async fn connect(id: ChannelId, kind: &'static str, socket: &Path) -> Result<Self, Fault> {
        let stream =
            UnixStream::connect(socket).await.map_err(|error| unreachable_because(&error))?;
        let state = State {
            mirror: Mirror::new(ClientId(id.0), id, kind),
            readers: HashMap::new(),
            opening: HashMap::new(),
            asked: HashMap::new(),
            next_ask: 1,
            next_token: 1,
            lost: None,
            notices: None,
        };
        let (inbound, outbound) = halves(stream).map_err(|error| unreachable_because(&error))?;
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            outbound: tokio::sync::Mutex::new(outbound),
            unsent: Notify::new(),
            ready: Notify::new(),
        });
        let pump = Pump::start(&shared, inbound);
        shared.send();
        let dock = Self { id, kind, shared, pump };
        within(dock.ready()).await??;
        Ok(dock)
    }

    async fn ready(&self) -> Result<(), Fault> {
        loop {
            let ready = self.shared.ready.notified();
            {
                let state = self.shared.lock();
                if let Some(fault) = &state.lost {
                    return Err(fault.clone());
                }
                if state.mirror.extent().is_some() {
                    return Ok(());
                }
            }
            ready.await;
        }
    }

    /// Passes on what the channel has to say to people who look elsewhere, from now on.
    pub fn announce_to(&self, notices: Notices) {
        self.shared.lock().notices = Some((self.id, notices));
    }

    /// The channel's id.
    pub const fn id(&self) -> ChannelId {
        self.id
    }

    /// The name of its kind.
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// Whether the holder is gone, and so is the channel.
    pub fn is_lost(&self) -> bool {
        self.shared.lock().lost.is_some()
    }

    /// How many clients read it through this gateway.
    pub fn readers(&self) -> usize {
        self.shared.lock().readers.len()
    }

    /// A client begins to read: its bell rings at news until the attachment is dropped. `name` is what people call its
    /// device, at most 64 bytes. Also says what the holder knows of its inputs.
    ///
    /// # Errors
    /// What the holder says, [`Code::Superseded`] if the client has attached anew, or [`Code::Failed`] if the holder does
    /// not answer within 5 s.
    pub async fn attach(
        &self,
        client: ClientId,
        name: String,
        standing: Standing,
        ch: Ch,
        bell: Arc<Bell>,
        outbox: Option<OutboxRange>,
    ) -> Result<(Attachment, Opened), Fault> {
        let (answer, opened) = oneshot::channel();
        let attachment = {
            let mut state = self.shared.lock();
            if let Some(fault) = &state.lost {
                return Err(fault.clone());
            }
            if state.readers.get(&client).is_some_and(|reader| reader.standing > standing) {
                return Err(superseded());
            }
            state.mirror.attach(self.id, self.kind, client, name, outbox)?;
            let token = state.next_token;
            state.next_token += 1;
            state.readers.insert(client, Reader { ch, bell, standing, token });
            state.opening.insert(client, answer);
            Attachment::new(Arc::clone(&self.shared), client, token)
        };
        self.shared.send();
        let opened = within(opened).await?.unwrap_or_else(|_| Err(self.unanswered()))?;
        Ok((attachment, opened))
    }

    /// Why an attach went without an answer: the holder is gone, or the client has attached anew.
    fn unanswered(&self) -> Fault {
        self.shared.lock().lost.clone().unwrap_or_else(superseded)
    }

    /// A client's input, on its way to the holder's Inbox.
    pub fn input(&self, client: ClientId, seq: u64, bytes: Bytes) {
        self.shared.lock().mirror.input(client, seq, bytes);
        self.shared.send();
    }

    /// A client has consumed everything below this offset.
    pub fn consumed(&self, client: ClientId, offset: u64) {
        self.shared.lock().mirror.consumed(client, offset);
        self.shared.send();
    }

    /// Asks the holder a question of the kind.
    ///
    /// # Errors
    /// What the holder says, or [`Code::Failed`] if it does not answer within 5 s.
    pub async fn ask(&self, query: Bytes) -> Result<Bytes, Fault> {
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.shared.lock();
            if let Some(fault) = &state.lost {
                return Err(fault.clone());
            }
            let req = state.next_ask;
            state.next_ask = req.checked_add(1).unwrap_or(1);
            state.mirror.ask(req, self.kind, query)?;
            state.asked.retain(|_, waiting| !waiting.is_closed());
            state.asked.insert(req, answer);
        }
        self.shared.send();
        within(answered).await?.unwrap_or_else(|_| Err(stuck()))
    }

    /// Where the mirrored Log begins and ends now.
    pub fn extent(&self) -> Option<Extent> {
        self.shared.lock().mirror.extent()
    }

    /// What its offsets count.
    pub fn unit(&self) -> Unit {
        self.shared.lock().mirror.unit()
    }

    /// Reads the mirrored Log.
    pub fn read(&self, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.shared.lock().mirror.read(from, bytes_max)
    }

    /// A Snapshot, if one is at hand; otherwise it is asked for and the bell will ring.
    pub fn snapshot(&self) -> Option<(u64, Bytes)> {
        let mut state = self.shared.lock();
        let snapshot = state.mirror.snapshot();
        if snapshot.is_none() {
            self.shared.unsent.notify_one();
            // The holder is gone, and nobody else can make one.
            if let Some(fault) = state.lost.clone() {
                pump::tell_lost(&mut state, &fault);
            }
        }
        snapshot
    }

    /// What the kind says of the end, once the Log has ended.
    pub fn end(&self) -> Option<Bytes> {
        self.shared.lock().mirror.end().cloned()
    }
}

impl Drop for Dock {
    fn drop(&mut self) {
        self.pump.stop();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no one panics while holding a Dock")
    }
}

async fn within<T>(answer: impl Future<Output = T>) -> Result<T, Fault> {
    tokio::time::timeout(ANSWER_WITHIN, answer).await.map_err(|_| stuck())
}

/// Only a socket that nobody listens on proves its holder gone; anything else may pass.
fn unreachable_because(error: &io::Error) -> Fault {
    if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound) {
        return Fault::new(Code::Gone, "This channel has ended and was removed. Open a new one.");
    }
    Fault::new(Code::Failed, format!("The channel's holder cannot be reached: {error}. Try again."))
}

fn superseded() -> Fault {
    Fault::new(Code::Superseded, "This app has opened the channel anew.")
}

fn stuck() -> Fault {
    Fault::new(
        Code::Failed,
        "The channel's holder does not answer. Try again; if that does not help, kill the channel.",
    )
}
