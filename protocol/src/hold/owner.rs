//! The Owner: the process that applies inputs and writes the Log. It outlives every gateway that asks it.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::HOLD_CH;
use super::front::Front;
use crate::fault::{Code, Fault};
use crate::id::ClientId;
use crate::limits::{CONTROL_FRAMES_MAX, FRONTS_MAX, SNAPSHOT_MAX};
use crate::log::{Extent, Inbox, Log, Verdict};
use crate::wire::{
    Decoder, Echo, Frame, Hello, Input, InputAck, Open, Opened, Outcome, Resume, Snapshot, Version,
    Welcome,
};
use crate::{Boot, log::Loss};

/// One gateway on the holder's socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrontId(pub u32);

/// What the holder should do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerEvent {
    /// Apply this, then say [`Owner::settled`]. It comes exactly once.
    Input {
        /// Whose.
        client: ClientId,
        /// Its number.
        seq: u64,
        /// The kind's own message.
        bytes: Bytes,
    },
    /// A client is reading; what people call its device. It may have been reading before, by another gateway.
    Attached(ClientId, String),
    /// A client has left, or its gateway died.
    Detached(ClientId),
    /// A front asks the kind; answer with [`Owner::answer`].
    Asked {
        /// Who asks.
        front: FrontId,
        /// Its number for the question.
        req: u32,
        /// The kind's own message.
        query: Bytes,
    },
}

/// A Log, its Inbox and the fronts that read it.
#[derive(Debug)]
pub struct Owner {
    boot: Boot,
    log: Log,
    inbox: Inbox,
    fronts: BTreeMap<FrontId, Front>,
    clients: BTreeMap<ClientId, FrontId>,
    events: VecDeque<OwnerEvent>,
    status: Option<Bytes>,
    /// In a Log without loss: the first client that ever read it. The program waits for this one alone.
    reader: Option<ClientId>,
    /// What that client has consumed.
    consumed: u64,
}

impl Owner {
    /// An Owner of an empty Log; `boot` is random.
    pub const fn new(boot: Boot, log: Log, inbox: Inbox) -> Self {
        Self {
            boot,
            log,
            inbox,
            fronts: BTreeMap::new(),
            clients: BTreeMap::new(),
            events: VecDeque::new(),
            status: None,
            reader: None,
            consumed: 0,
        }
    }

    /// A gateway connected.
    ///
    /// # Errors
    /// [`Code::Limit`] if too many are connected.
    pub fn front_up(&mut self, front: FrontId) -> Result<(), Fault> {
        if self.fronts.len() >= FRONTS_MAX {
            return Err(Fault::new(
                Code::Limit,
                format!("Only {FRONTS_MAX} gateways may hold one channel."),
            ));
        }
        self.fronts.insert(front, Front::new(self.log.extent().base));
        Ok(())
    }

    /// A gateway's connection ended: its clients have left.
    pub fn front_down(&mut self, front: FrontId) {
        self.fronts.remove(&front);
        let gone: Vec<ClientId> = self
            .clients
            .iter()
            .filter(|(_, at)| **at == front)
            .map(|(client, _)| *client)
            .collect();
        for client in gone {
            self.leave(client);
        }
    }

    /// A packet arrived from a gateway.
    ///
    /// # Errors
    /// The gateway broke a rule: close its connection.
    pub fn handle_packet(&mut self, front: FrontId, packet: Bytes) -> Result<(), Fault> {
        for frame in Decoder::new(0).open(packet)? {
            self.handle_frame(front, frame)?;
        }
        Ok(())
    }

    fn handle_frame(&mut self, front: FrontId, frame: Frame) -> Result<(), Fault> {
        let greeted = self.fronts.get(&front).is_some_and(|front| front.greeted);
        match frame {
            Frame::Hello(hello) if !greeted => self.greet(front, &hello),
            _ if !greeted => {
                Err(Fault::new(Code::HelloExpected, "A holder's first frame is a Hello."))
            }
            Frame::Open(open) => self.attach(front, &open),
            Frame::Close(_, Some(client)) => {
                if self.speaks_for(front, client) {
                    self.leave(client);
                }
                Ok(())
            }
            Frame::Input(Input { client: Some(client), seq, bytes, .. }) => {
                self.take(front, client, seq, bytes)
            }
            Frame::Window { credits, client, .. } => {
                for credit in credits.iter().filter(|_| client.is_some() && client == self.reader) {
                    self.consumed = self.consumed.max(credit.consumed.min(self.log.extent().head));
                }
                Ok(())
            }
            Frame::Refresh(..) => {
                if let Some(front) = self.fronts.get_mut(&front) {
                    front.wants_snapshot = true;
                }
                Ok(())
            }
            Frame::Fetch { req, query, .. } => {
                self.events.push_back(OwnerEvent::Asked { front, req, query });
                Ok(())
            }
            Frame::Ping(id) => self.control(front, Frame::Pong(id)),
            Frame::Unknown | Frame::Bye | Frame::Pong(_) => Ok(()),
            Frame::Hello(_)
            | Frame::Welcome(_)
            | Frame::Opened(_)
            | Frame::Close(_, None)
            | Frame::Data(_)
            | Frame::Snapshot(_)
            | Frame::Input(_)
            | Frame::InputAck(_)
            | Frame::Fetched { .. }
            | Frame::GoAway(_)
            | Frame::Fault(..)
            | Frame::End(_)
            | Frame::Echo(_)
            | Frame::Notice(..) => {
                Err(Fault::new(Code::BadPacket, "A gateway does not send this frame to a holder."))
            }
        }
    }

    fn greet(&mut self, front: FrontId, hello: &Hello) -> Result<(), Fault> {
        let version = Version::negotiate(hello.version_min, hello.version_max)?;
        if let Some(front) = self.fronts.get_mut(&front) {
            front.greeted = true;
        }
        let welcome = Welcome { version: version.number(), boot: self.boot, zstd_window_log: 0 };
        self.control(front, Frame::Welcome(welcome))?;
        let opened = self.opened(None, crate::wire::Inputs::Known, 0);
        self.control(front, Frame::Opened(opened))
    }

    fn attach(&mut self, front: FrontId, open: &Open) -> Result<(), Fault> {
        let Some(client) = open.client else {
            return Err(Fault::new(
                Code::BadPacket,
                "An Open on a holder's socket names its client.",
            ));
        };
        self.reader.get_or_insert(client);
        let (inputs, applied) = self.inbox.meet(client, open.outbox);
        if self.clients.insert(client, front) != Some(front) {
            self.events.push_back(OwnerEvent::Attached(client, open.reader.clone()));
        }
        let opened = self.opened(Some(client), inputs, applied);
        self.control(front, Frame::Opened(opened))
    }

    fn opened(
        &self,
        client: Option<ClientId>,
        inputs: crate::wire::Inputs,
        applied: u64,
    ) -> Opened {
        let Extent { epoch, base, head, loss, .. } = self.log.extent();
        let unit = self.log.unit();
        Opened {
            ch: HOLD_CH,
            epoch,
            head,
            resume: Resume::Fresh,
            inputs,
            applied,
            unit,
            client,
            base,
            loss,
        }
    }

    fn take(
        &mut self,
        front: FrontId,
        client: ClientId,
        seq: u64,
        bytes: Bytes,
    ) -> Result<(), Fault> {
        // The client has come back by another gateway, and sends there what is not settled.
        if !self.speaks_for(front, client) {
            return Ok(());
        }
        match self.inbox.take(client, seq) {
            Verdict::Apply => {
                self.events.push_back(OwnerEvent::Input { client, seq, bytes });
                Ok(())
            }
            Verdict::Duplicate => match self.inbox.tell(client, seq) {
                Some((applied, outcome)) => self.control(front, ack(client, applied, outcome)),
                None => Ok(()),
            },
            Verdict::Gap => {
                let applied = self.inbox.applied(client);
                let fault = Fault::new(
                    Code::BadSequence,
                    format!("Input {seq} came, {} was next.", applied + 1),
                );
                self.control(front, Frame::Fault(fault.on(HOLD_CH), Some(client)))
            }
        }
    }

    fn speaks_for(&self, front: FrontId, client: ClientId) -> bool {
        self.clients.get(&client) == Some(&front)
    }

    fn leave(&mut self, client: ClientId) {
        if self.clients.remove(&client).is_some() {
            self.inbox.leave(client);
            self.events.push_back(OwnerEvent::Detached(client));
        }
    }

    /// What to do next; drain it after every call.
    pub fn poll_event(&mut self) -> Option<OwnerEvent> {
        self.events.pop_front()
    }

    /// An input was applied, or refused for good.
    pub fn settled(&mut self, client: ClientId, seq: u64, outcome: Outcome) {
        self.inbox.settle(client, seq, outcome);
        let Some(front) = self.clients.get(&client).and_then(|front| self.fronts.get_mut(front))
        else {
            return;
        };
        let Some((applied, outcome)) = self.inbox.tell(client, seq) else { return };
        if let Some(Frame::InputAck(last)) = front.control.back_mut()
            && last.client == Some(client)
            && last.outcome == Outcome::Applied
            && outcome == Outcome::Applied
        {
            last.applied = applied;
            return;
        }
        front.control.push_back(ack(client, applied, outcome));
    }

    /// What this client's inputs up to `seq` bring about at once is in the Log by now.
    pub fn echoed(&mut self, client: ClientId, seq: u64) {
        let at = self.log.extent().head;
        let echo = Echo { ch: HOLD_CH, seq, at, client: Some(client) };
        let Some(front) = self.clients.get(&client).and_then(|front| self.fronts.get_mut(front))
        else {
            return;
        };
        for frame in &mut front.control {
            if let Frame::Echo(unsent) = frame
                && unsent.client == Some(client)
            {
                *unsent = echo;
                return;
            }
        }
        front.control.push_back(Frame::Echo(echo));
    }

    /// Something a person should know though nobody may be looking: the kind's own message, for every gateway. Dropped for
    /// one that reads nothing.
    pub fn notice(&mut self, bytes: &Bytes) {
        for front in self.fronts.values_mut().filter(|front| front.greeted) {
            if front.control.len() < CONTROL_FRAMES_MAX {
                front.control.push_back(Frame::Notice(HOLD_CH, bytes.clone()));
            }
        }
    }

    /// The answer to an [`OwnerEvent::Asked`].
    pub fn answer(&mut self, front: FrontId, req: u32, answer: Result<Bytes, Fault>) {
        if let Some(front) = self.fronts.get_mut(&front) {
            front.control.push_back(Frame::Fetched { req, answer });
        }
    }

    /// Appends to the Log.
    pub fn append(&mut self, data: &[u8]) {
        self.log.append(data);
    }

    /// Bytes that may be appended now without losing one that a reader of a Log without loss still needs.
    pub fn room(&self) -> usize {
        match self.log.extent().loss {
            Loss::Snapshot => usize::MAX,
            Loss::Never => self.log.room_after(self.consumed),
        }
    }

    /// Whether a front waits for [`Self::snapshot`]: until it has one, however long the fold is ahead of the Log.
    pub fn wants_snapshot(&self) -> bool {
        self.fronts.values().any(|front| front.wants_snapshot)
    }

    /// The Log's fold at `at`, for the fronts that want it. Too large a one is not sent: a kind sees to it that its own fit.
    pub fn snapshot(&mut self, at: u64, state: &Bytes) {
        debug_assert!(at <= self.log.extent().head, "a Snapshot lies within the Log");
        if state.len() > SNAPSHOT_MAX {
            return;
        }
        for front in self.fronts.values_mut().filter(|front| front.wants_snapshot) {
            front.wants_snapshot = false;
            front.control.push_back(Frame::Snapshot(Snapshot {
                ch: HOLD_CH,
                at,
                state: state.clone(),
            }));
        }
    }

    /// Nothing more will be appended; `status` is the kind's own message.
    pub fn end(&mut self, status: Bytes) {
        self.log.end();
        self.status.get_or_insert(status);
    }

    /// Where the Log begins and ends.
    pub const fn extent(&self) -> Extent {
        self.log.extent()
    }

    /// Clients that are reading now.
    pub fn clients(&self) -> usize {
        self.clients.len()
    }

    /// The next packet for a gateway, if there is something to say. Call only when its socket can take it.
    pub fn poll_transmit(&mut self, front: FrontId) -> Option<Bytes> {
        self.fronts.get_mut(&front)?.packet(&self.log, self.status.as_ref())
    }

    fn control(&mut self, front: FrontId, frame: Frame) -> Result<(), Fault> {
        let Some(front) = self.fronts.get_mut(&front) else { return Ok(()) };
        if front.control.len() >= CONTROL_FRAMES_MAX {
            return Err(Fault::new(
                Code::Limit,
                format!("{CONTROL_FRAMES_MAX} answers wait unread."),
            ));
        }
        front.control.push_back(frame);
        Ok(())
    }
}

const fn ack(client: ClientId, applied: u64, outcome: Outcome) -> Frame {
    Frame::InputAck(InputAck { ch: HOLD_CH, applied, outcome, client: Some(client) })
}
