//! THE loop: one task, one socket, one [`ServerSession`], and every reason to wake in one enum.
//!
//! ```text
//! wake → handle → drain events → while the socket can take more: poll_transmit → sleep until poll_timeout
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use devtail_channels::dock::{Bell, Note, Standing};
use devtail_control::{Principal, Timestamp};
use devtail_protocol::session::{ServerConfig, ServerEvent, ServerSession};
use devtail_protocol::wire::Outcome;
use devtail_protocol::{Boot, Ch, ClientId, Code, Fault, Time};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::clock;
use crate::docks::Docks;
use crate::errand::{self, Done, Opening};
use crate::errands::Errands;
use crate::fence::Place;
use crate::link::Link;
use crate::packets::{Packets, Socket};
use crate::shared::{Phase, Shared};

/// Coming back is spread over this many milliseconds, so that a restart is no storm.
const COME_BACK_WITHIN_MS: u32 = 2000;
/// The WebSocket's own "going away".
const CLOSE_AWAY: u16 = 1001;
/// What a link that is to end has for its last words, and again for the close; a revoked device's must be gone within a second.
const CLOSE_WITHIN: Duration = Duration::from_millis(450);

/// Serves one admitted link until it ends. Connection and socket are made here and not within the future: what is moved
/// within one has its place in it twice, for the link's whole life.
pub(crate) fn run(link: Link, shared: Arc<Shared>) -> impl Future<Output = ()> {
    let Link { socket, principal, hello, remote } = link;
    let mut connection = Connection::new(principal, shared);
    let mut packets = Packets::new(socket);
    tracing::debug!(%remote, device = %connection.principal.device, "link up");
    if let Some(hello) = hello {
        connection.packet(hello);
    }
    async move {
        connection.serve(&mut packets).await;
        tracing::debug!(%remote, "link down");
        let (code, reason) = connection.ending.take().unwrap_or((CLOSE_AWAY, String::new()));
        // Who reads nothing more is not waited for: the socket closes by being dropped. Boxed, for it comes once.
        drop(Box::pin(timeout(CLOSE_WITHIN, packets.close(code, &reason))).await);
    }
}

/// Every reason to wake.
enum Wake {
    Socket(Socket),
    /// There is more to read, or a note.
    Rung,
    Errand(Done),
    Timeout,
    Superseded,
    Revocations,
    /// A guest's time is over.
    Expired,
    Phase,
}

struct Connection {
    session: ServerSession,
    docks: Docks,
    bell: Arc<Bell>,
    phase: watch::Receiver<Phase>,
    revocations: watch::Receiver<u64>,
    /// Taken with the Hello.
    place: Option<Place>,
    started: Instant,
    /// A link that is to end ends then, whether or not its last words were taken.
    close_by: Option<Instant>,
    /// When a guest's time is over.
    expires: Option<tokio::time::Instant>,
    /// Channels being opened: what comes of any other errand is void.
    opening: BTreeMap<Ch, Standing>,
    /// How many Opens came.
    opens: u64,
    errands: Errands,
    /// The close code and reason of a link that is to end.
    ending: Option<(u16, String)>,
    principal: Principal,
    shared: Arc<Shared>,
}

impl Connection {
    fn new(principal: Principal, shared: Arc<Shared>) -> Self {
        let boot = Boot(shared.boot);
        Self {
            session: ServerSession::new(Time::ZERO, ServerConfig { boot }),
            docks: Docks::default(),
            bell: Arc::new(Bell::default()),
            phase: shared.phase.clone(),
            revocations: shared.revocations.subscribe(),
            place: None,
            started: Instant::now(),
            close_by: None,
            expires: principal.guest.as_ref().map(|guest| ends_at(guest.expires)),
            opening: BTreeMap::new(),
            opens: 0,
            errands: Errands::default(),
            ending: None,
            principal,
            shared,
        }
    }

    async fn serve(&mut self, packets: &mut Packets) {
        loop {
            self.drain_events();
            while self.may_send(packets) {
                let Some(packet) = self.session.poll_transmit(self.now(), &self.docks) else {
                    break;
                };
                self.shared.metrics.sent_bytes.add(packet.len() as u64);
                packets.send(packet).await;
            }
            if self.session.is_closing() {
                if packets.is_flushed() || self.close_by.is_some_and(|at| Instant::now() >= at) {
                    return;
                }
                self.close_by.get_or_insert_with(|| Instant::now() + CLOSE_WITHIN);
            }
            match self.wake(packets).await {
                Wake::Socket(Socket::Packet(packet)) => self.packet(packet),
                Wake::Socket(Socket::Text) => {
                    self.fail(Fault::new(
                        Code::BadPacket,
                        "A text message came; packets are binary.",
                    ));
                }
                Wake::Socket(Socket::Closed) => return,
                Wake::Socket(Socket::Writable) => {}
                Wake::Rung => self.take_notes(),
                Wake::Errand(done) => self.errand_done(done),
                Wake::Timeout => {
                    if let Err(fault) = self.session.handle_timeout(self.now()) {
                        self.fail(fault);
                    }
                }
                Wake::Superseded => {
                    self.fail(Fault::new(Code::Superseded, "A newer link of this app took over."))
                }
                Wake::Revocations => self.check_revoked().await,
                Wake::Expired => {
                    self.fail(Fault::new(
                        Code::Revoked,
                        "The time for which this was shared is over.",
                    ));
                }
                Wake::Phase => self.check_phase(),
            }
        }
    }

    /// Last words go to the kernel as they are: nothing comes behind them that should overtake.
    fn may_send(&self, packets: &Packets) -> bool {
        if self.session.is_closing() { packets.is_flushed() } else { packets.can_send() }
    }

    async fn wake(&mut self, packets: &mut Packets) -> Wake {
        let due = self.session.poll_timeout().map(|at| self.started + at.since(Time::ZERO));
        let due = [due, self.close_by].into_iter().flatten().min();
        let timeout = async {
            match due {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => std::future::pending().await,
            }
        };
        let superseded = async {
            match &self.place {
                Some(place) => place.superseded().await,
                None => std::future::pending().await,
            }
        };
        let expired = async {
            match self.expires {
                Some(at) if !self.session.is_closing() => tokio::time::sleep_until(at).await,
                Some(_) | None => std::future::pending().await,
            }
        };
        tokio::select! {
            socket = packets.next() => Wake::Socket(socket),
            () = self.bell.rung() => Wake::Rung,
            done = self.errands.next() => Wake::Errand(done),
            () = timeout => Wake::Timeout,
            () = superseded => Wake::Superseded,
            Ok(()) = self.revocations.changed() => Wake::Revocations,
            () = expired => Wake::Expired,
            Ok(()) = self.phase.changed() => Wake::Phase,
        }
    }

    fn packet(&mut self, packet: Bytes) {
        self.shared.metrics.received_bytes.add(packet.len() as u64);
        if let Err(fault) = self.session.handle_packet(self.now(), packet) {
            self.fail(fault);
        }
    }

    fn drain_events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            if let Err(fault) = self.handle(event) {
                self.fail(fault);
            }
        }
    }

    fn handle(&mut self, event: ServerEvent) -> Result<(), Fault> {
        match event {
            ServerEvent::Greeted { client, generation, agent } => {
                tracing::debug!(%client, generation, agent, "hello");
                self.place =
                    Some(self.shared.fences.claim(self.principal.device, client, generation)?);
            }
            ServerEvent::Open { ch, id, kind, spec, outbox } => {
                let Some(place) = &self.place else { return Ok(()) };
                self.opens += 1;
                let standing = Standing { generation: place.generation, open: self.opens };
                let (client, bell) = (place.client, Arc::clone(&self.bell));
                let opening = Opening { ch, id, kind, spec, outbox, client, standing, bell };
                self.opening.insert(ch, standing);
                let (shared, principal) = (Arc::clone(&self.shared), self.principal.clone());
                self.errands.start(errand::open(shared, principal, opening))?;
            }
            ServerEvent::Fetch { req, kind, query } => {
                let (shared, principal) = (Arc::clone(&self.shared), self.principal.clone());
                self.errands.start(errand::answer(shared, principal, req, kind, query))?;
            }
            ServerEvent::Input { ch, seq, bytes } => {
                if let Some(client) = self.client()
                    && let Err(fault) = self.docks.input(client, ch, seq, bytes)
                {
                    self.session.settled(self.now(), ch, seq, Outcome::Refused(fault.message));
                }
            }
            ServerEvent::Consumed(ch, offset) => {
                self.client()
                    .into_iter()
                    .for_each(|client| self.docks.consumed(client, ch, offset));
                // A change of priority rides on a Window too.
                self.look(ch);
            }
            ServerEvent::Close(ch) => {
                self.opening.remove(&ch);
                self.docks.remove(ch);
            }
            ServerEvent::Bye => {}
        }
        Ok(())
    }

    fn errand_done(&mut self, done: Done) {
        match done {
            Done::Answered { req, answer } => self.session.fetched(req, answer),
            Done::Opened { ch, standing, .. } if self.opening.get(&ch) != Some(&standing) => {}
            Done::Opened { ch, opened: Err(fault), .. } => {
                self.opening.remove(&ch);
                self.count_fault(&fault);
                self.session.refused(ch, fault);
            }
            Done::Opened { ch, opened: Ok((docked, attached)), .. } => {
                self.opening.remove(&ch);
                if self.session.attached(self.now(), ch, attached) {
                    self.docks.insert(ch, docked);
                    self.look(ch);
                }
            }
        }
    }

    fn look(&mut self, ch: Ch) {
        let (device, watchers) = (self.principal.device, &self.shared.watchers);
        self.docks.show(ch, self.session.is_shown(ch), device, watchers);
    }

    fn take_notes(&mut self) {
        while let Some(note) = self.bell.take() {
            match note {
                Note::Settled(ch, seq, outcome) => {
                    self.session.settled(self.now(), ch, seq, outcome)
                }
                Note::Echoed(ch, seq, at) => self.session.echoed(ch, seq, at),
                Note::Lost(ch, fault) => {
                    self.docks.remove(ch);
                    self.session.refused(ch, fault);
                }
            }
        }
    }

    async fn check_revoked(&mut self) {
        let (shared, device) = (Arc::clone(&self.shared), self.principal.device);
        let asked = tokio::task::spawn_blocking(move || shared.control.is_revoked(device)).await;
        match asked {
            Ok(Ok(false)) => {}
            Ok(Ok(true)) if self.principal.guest.is_some() => {
                self.fail(Fault::new(Code::Revoked, "The owner has ended the sharing."));
            }
            Ok(Ok(true)) => self.fail(Fault::new(
                Code::Revoked,
                "This device was revoked. Pair it again to go on.",
            )),
            // Not knowing is no reason to let it go on, and none to send a person to the door.
            Ok(Err(_)) | Err(_) => self.fail(errand::unknown()),
        }
    }

    fn check_phase(&mut self) {
        if let Phase::Draining { .. } = *self.phase.borrow() {
            let spread = getrandom::u32().unwrap_or(COME_BACK_WITHIN_MS / 2) % COME_BACK_WITHIN_MS;
            self.session.go_away(spread);
        }
    }

    fn fail(&mut self, fault: Fault) {
        tracing::info!(code = ?fault.code, message = %fault.message, device = %self.principal.device, "link ends with a fault");
        self.count_fault(&fault);
        self.ending = Some((fault.code.close_code(), fault.message.clone()));
        self.session.fail(fault);
    }

    fn count_fault(&self, fault: &Fault) {
        self.shared.metrics.faults.add(fault.code.name(), 1);
    }

    fn client(&self) -> Option<ClientId> {
        self.place.as_ref().map(|place| place.client)
    }

    fn now(&self) -> Time {
        Time::from_micros(u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

fn ends_at(expires: Timestamp) -> tokio::time::Instant {
    let left = Duration::from_millis(expires.ms_since(clock::now()));
    tokio::time::Instant::now() + left
}
