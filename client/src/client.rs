//! The handles a user holds: [`Client`] to ask and type, [`Events`] to see.

use std::sync::Arc;

use bytes::Bytes;
use devtail_protocol::limits::{INPUT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX, ZSTD_WINDOW_LOG};
use devtail_protocol::log::OutboxFull;
use devtail_protocol::session::{ClientConfig, ClientSession};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId, ClientId, Fault, Position};
use tokio::sync::mpsc;

use crate::clock;
use crate::credential::Credential;
use crate::driver::Driver;
use crate::event::Event;
use crate::limits::EVENTS_UNREAD_MAX;
use crate::shared::Shared;

/// What a client is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which gateway, and who asks.
    pub credential: Credential,
    /// Program and version, for the gateway's logs; at most 64 bytes.
    pub agent: String,
}

/// A session with one gateway. A clone is the same session. All calls return at once; what they ask for goes out over
/// whichever Link there is, or the next one.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// What happens in the session. While it is not read, at most 256 events wait, and then the socket is not read either.
/// When it is dropped, the session ends.
#[derive(Debug)]
pub struct Events {
    events: mpsc::Receiver<Event>,
    shared: Arc<Shared>,
}

impl Client {
    /// Starts a session and its driver, a task of the tokio runtime this is called in. It dials at once and goes on
    /// until [`Events`] is dropped or the gateway says that it is over.
    pub fn start(config: Config) -> (Self, Events) {
        let Config { credential, agent } = config;
        let session = ClientSession::new(ClientConfig {
            client: ClientId(random_bytes()),
            agent,
            zstd_window_log: ZSTD_WINDOW_LOG,
        });
        let (shared, ring) = Shared::new(session);
        let shared = Arc::new(shared);
        let (told, events) = mpsc::channel(EVENTS_UNREAD_MAX);
        let driver = Driver::new(Arc::clone(&shared), ring, told, credential);
        tokio::spawn(driver.run());
        (Self { shared: Arc::clone(&shared) }, Events { events, shared })
    }

    /// Reads a channel, and creates it first if it does not exist and `spec` says how. `have`: what the view shows already.
    ///
    /// # Errors
    /// [`devtail_protocol::Code::Limit`] above 256 channels.
    pub fn open(
        &self,
        id: ChannelId,
        kind: &str,
        spec: Option<Bytes>,
        have: Option<Position>,
        priority: Priority,
    ) -> Result<Ch, Fault> {
        self.change(|session| session.open(id, kind, spec, have, priority))
    }

    /// Reads a channel that exists already, from its Snapshot on.
    ///
    /// # Errors
    /// As [`Self::open`]. That there is no such channel comes as [`crate::ChannelEvent::Refused`].
    pub fn attach(&self, id: ChannelId, kind: &str, priority: Priority) -> Result<Ch, Fault> {
        self.open(id, kind, None, None, priority)
    }

    /// Reads the channel no more; it goes on existing. Inputs still waiting are dropped.
    pub fn close(&self, ch: Ch) {
        self.change(|session| session.close(ch));
    }

    /// Sends an input of at most 16 KiB, exactly once, however many Links that takes; returns its number.
    ///
    /// # Errors
    /// [`OutboxFull`] if 1 MiB waits already, or the channel is closed; nothing is taken then. See [`Self::room`].
    pub fn send(&self, ch: Ch, input: Bytes) -> Result<u64, OutboxFull> {
        self.change(|session| session.send(clock::now(), ch, input))
    }

    /// Waits until the channel's Outbox takes an input of any size again, or the session is over. Cancel-safe. The events
    /// must be read meanwhile, or it never comes.
    pub async fn room(&self, ch: Ch) {
        loop {
            let settled = self.shared.settled.notified();
            tokio::pin!(settled);
            settled.as_mut().enable();
            let (inputs, bytes) = self.waiting(ch);
            if self.shared.is_over()
                || inputs < OUTBOX_ENTRIES_MAX && bytes + INPUT_MAX <= OUTBOX_MAX
            {
                return;
            }
            settled.await;
        }
    }

    /// Asks for the newest state instead of what is unsent, if at least `min_unsent` units are.
    pub fn refresh(&self, ch: Ch, min_unsent: u64) {
        self.change(|session| session.refresh(ch, min_unsent));
    }

    /// The view has parsed everything below this offset: the gateway may send as much again.
    pub fn consume(&self, ch: Ch, offset: u64) {
        let mut session = self.shared.session();
        let before = session.poll_timeout();
        session.consume(clock::now(), ch, offset);
        let is_news = session.poll_timeout() != before;
        drop(session);
        if is_news {
            self.shared.ring();
        }
    }

    /// How urgent the channel is from now on.
    pub fn prioritize(&self, ch: Ch, priority: Priority) {
        self.change(|session| session.prioritize(clock::now(), ch, priority));
    }

    /// Asks a kind; the answer comes as [`Event::Fetched`] with the returned number.
    ///
    /// # Errors
    /// [`devtail_protocol::Code::Limit`] if 16 questions are unanswered.
    pub fn fetch(&self, kind: &str, query: Bytes) -> Result<u32, Fault> {
        self.change(|session| session.fetch(kind, query))
    }

    /// The network changed: what was being dialled is dialled anew, and a Link in use asked whether it lives.
    pub fn network_changed(&self) {
        self.change(|session| session.network_changed(clock::now()));
    }

    /// The app came to the front, or the person asks: asks and dials at once.
    pub fn nudge(&self) {
        self.change(|session| session.nudge(clock::now()));
    }

    /// The app goes to the background: says Bye and closes the Link; [`Self::nudge`] ends it.
    pub fn sleep(&self) {
        self.change(ClientSession::sleep);
    }

    /// Where the view of a channel stands; `None` before its first Snapshot or Data.
    pub fn position(&self, ch: Ch) -> Option<Position> {
        self.shared.session().position(ch)
    }

    /// Inputs of a channel that are not settled, and their bytes.
    pub fn waiting(&self, ch: Ch) -> (usize, usize) {
        self.shared.session().waiting(ch)
    }

    /// How long a round trip takes now, smoothed; `None` without a Link, or before it was measured by a key.
    pub fn srtt(&self) -> Option<std::time::Duration> {
        self.shared.session().srtt()
    }

    /// How long ago a moment of a [`devtail_protocol::session::LinkState`] was; zero if it is still to come.
    pub fn since(moment: devtail_protocol::Time) -> std::time::Duration {
        clock::now().since(moment)
    }

    /// How long it is until a moment of a [`devtail_protocol::session::LinkState`]; zero if it is past.
    pub fn until(moment: devtail_protocol::Time) -> std::time::Duration {
        moment.since(clock::now())
    }

    fn change<T>(&self, change: impl FnOnce(&mut ClientSession) -> T) -> T {
        let outcome = change(&mut self.shared.session());
        self.shared.ring();
        outcome
    }
}

impl Events {
    /// The next event; `None` once the session is over. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.events.recv().await;
        self.shared.made_room();
        event
    }

    /// How many wait to be read; at most 256.
    pub fn unread(&self) -> usize {
        self.events.len()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.events.close();
        self.shared.ring();
    }
}

/// # Panics
/// If the system has no randomness, without which no instance can be told from another.
fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}
