//! The Mirror: a gateway's copy of the end of a holder's Log, and its way to the holder's Inbox.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::HOLD_CH;
use crate::fault::{Code, Fault};
use crate::id::{ChannelId, ClientId};
use crate::limits::CONTROL_FRAMES_MAX;
use crate::log::{Extent, Log, Loss};
use crate::position::{Position, Unit};
use crate::time::Time;
use crate::wire::{
    Credit, Data, Decoder, Echo, Encoder, Frame, Hello, Input, InputAck, Open, Opened, OutboxRange,
    Outcome, Priority, Sealed, Version,
};

/// What the gateway should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorEvent {
    /// The copy has caught up with the holder: it may be read.
    Ready,
    /// There is more to read: Data, a Snapshot or the End.
    News,
    /// The answer to the client's last [`Mirror::attach`]; one before it that was still to come is void.
    Attached(ClientId, Opened),
    /// Inputs of this client are settled up to here, the last with this outcome.
    Settled(ClientId, u64, Outcome),
    /// What this client's inputs up to `seq` bring about at once stands before the Offset `at`.
    Echoed(Echo),
    /// Something a person should know: the kind's own message.
    Noticed(Bytes),
    /// The answer to [`Mirror::ask`].
    Answered(u32, Result<Bytes, Fault>),
    /// The holder refuses this client.
    Refused(ClientId, Fault),
}

/// A gateway's end of a holder's socket.
#[derive(Debug)]
pub struct Mirror {
    state: State,
    control: VecDeque<Frame>,
    /// Answers to Opens of a client that are still to come, in order: only the last is for its reader of now.
    answers_due: BTreeMap<ClientId, u32>,
    events: VecDeque<MirrorEvent>,
    snapshot: SnapshotState,
    status: Option<Bytes>,
}

#[derive(Debug)]
enum State {
    /// The Hello is on its way.
    Greeting,
    /// Reading up to what was there at the Hello.
    Filling { log: Log, until: u64 },
    /// As new as the socket allows.
    Live(Log),
}

#[derive(Debug)]
enum SnapshotState {
    None,
    Asked,
    /// Just arrived: it serves the reader that asked, however old.
    Fresh(u64, Bytes),
    /// It served already: it serves others until more is written.
    Served(u64, Bytes),
}

impl Mirror {
    /// A Mirror that begins with a Hello to the holder of this channel.
    pub fn new(client: ClientId, id: ChannelId, kind: &str) -> Self {
        let hello = Hello {
            version_min: Version::V1.number(),
            version_max: Version::NEWEST.number(),
            client,
            generation: 1,
            last_boot: None,
            zstd_window_log: 0,
            channels: vec![open(id, kind)],
            agent: String::new(),
        };
        Self {
            state: State::Greeting,
            control: VecDeque::from([Frame::Hello(hello)]),
            answers_due: BTreeMap::new(),
            events: VecDeque::new(),
            snapshot: SnapshotState::None,
            status: None,
        }
    }

    /// A packet arrived from the holder.
    ///
    /// # Errors
    /// The holder broke a rule or refused: the channel is lost to this gateway.
    pub fn handle_packet(&mut self, packet: Bytes) -> Result<(), Fault> {
        for frame in Decoder::new(0).open(packet)? {
            self.handle_frame(frame)?;
        }
        Ok(())
    }

    fn handle_frame(&mut self, frame: Frame) -> Result<(), Fault> {
        match frame {
            Frame::Opened(opened) => self.opened(opened)?,
            Frame::Data(data) => self.data(&data)?,
            Frame::Snapshot(snapshot) => {
                self.snapshot = SnapshotState::Fresh(snapshot.at, snapshot.state);
                self.events.push_back(MirrorEvent::News);
            }
            Frame::InputAck(InputAck { client: Some(client), applied, outcome, .. }) => {
                self.events.push_back(MirrorEvent::Settled(client, applied, outcome));
            }
            Frame::Fetched { req, answer } => {
                self.events.push_back(MirrorEvent::Answered(req, answer))
            }
            Frame::Fault(fault, Some(client)) => {
                self.events.push_back(MirrorEvent::Refused(client, fault))
            }
            Frame::Fault(fault, None) => return Err(fault),
            Frame::End(end) => {
                self.status = Some(end.status);
                if let State::Filling { log, .. } | State::Live(log) = &mut self.state {
                    log.end();
                }
                self.events.push_back(MirrorEvent::News);
            }
            Frame::Echo(echo) => self.events.push_back(MirrorEvent::Echoed(echo)),
            Frame::Notice(_, bytes) => self.events.push_back(MirrorEvent::Noticed(bytes)),
            Frame::Welcome(_) | Frame::Pong(_) | Frame::Unknown => {}
            Frame::Hello(_)
            | Frame::Open(_)
            | Frame::Close(..)
            | Frame::Window { .. }
            | Frame::Input(_)
            | Frame::InputAck(_)
            | Frame::Fetch { .. }
            | Frame::Ping(_)
            | Frame::GoAway(_)
            | Frame::Bye
            | Frame::Refresh(..) => return Err(broken("it sent a frame that only a reader sends")),
        }
        Ok(())
    }

    fn opened(&mut self, opened: Opened) -> Result<(), Fault> {
        if let Some(client) = opened.client {
            let due = self.answers_due.get_mut(&client);
            let due = due.ok_or_else(|| broken("it opened what nobody asked for"))?;
            *due -= 1;
            if *due == 0 {
                self.answers_due.remove(&client);
                self.events.push_back(MirrorEvent::Attached(client, opened));
            }
            return Ok(());
        }
        let start = Position { epoch: opened.epoch, offset: opened.base };
        let log = Log::starting_at(start, opened.unit, opened.loss.log_bytes(), opened.loss);
        self.state = State::Filling { log, until: opened.head };
        self.filled();
        Ok(())
    }

    fn data(&mut self, data: &Data) -> Result<(), Fault> {
        let (State::Filling { log, .. } | State::Live(log)) = &mut self.state else {
            return Err(broken("it sent Data before Opened"));
        };
        let Extent { epoch, head, loss, ended, .. } = log.extent();
        if data.off < head || ended || (data.off > head && loss == Loss::Never) {
            return Err(broken("its Data does not follow what it sent before"));
        }
        if data.off > head {
            let start = Position { epoch, offset: data.off };
            *log = Log::starting_at(start, log.unit(), loss.log_bytes(), loss);
        }
        log.append(&data.bytes);
        self.filled();
        self.events.push_back(MirrorEvent::News);
        Ok(())
    }

    fn filled(&mut self) {
        if let State::Filling { log, until } = &mut self.state
            && log.extent().head >= *until
        {
            let log = std::mem::replace(
                log,
                Log::new(log.extent().epoch, Unit::Bytes, 0, Loss::Snapshot),
            );
            self.state = State::Live(log);
            self.events.push_back(MirrorEvent::Ready);
        }
    }

    /// What the gateway should know next; drain it after every packet.
    pub fn poll_event(&mut self) -> Option<MirrorEvent> {
        self.events.pop_front()
    }

    /// The next packet for the holder. Call only when the socket can take it.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        if self.control.is_empty() {
            return None;
        }
        let mut frames = Vec::new();
        let mut bytes = 0;
        while bytes < 64 << 10 && frames.len() < 64 {
            let Some(frame) = self.control.pop_front() else { break };
            if let Frame::Input(Input { bytes: long, .. }) | Frame::Fetch { query: long, .. } =
                &frame
            {
                bytes += long.len();
            }
            frames.push(frame);
        }
        Some(Encoder::new().seal(Time::ZERO, &frames, Sealed::Plain))
    }

    /// A client begins to read: asks what is known of its inputs. `reader` is what people call its device.
    ///
    /// # Errors
    /// [`Code::Limit`] if the holder takes nothing.
    pub fn attach(
        &mut self,
        id: ChannelId,
        kind: &str,
        client: ClientId,
        reader: String,
        outbox: Option<OutboxRange>,
    ) -> Result<(), Fault> {
        let open = Open { client: Some(client), reader, outbox, ..open(id, kind) };
        self.say(Frame::Open(open))?;
        *self.answers_due.entry(client).or_default() += 1;
        Ok(())
    }

    /// Asks the holder a question of the kind.
    ///
    /// # Errors
    /// [`Code::Limit`] if the holder takes nothing.
    pub fn ask(&mut self, req: u32, kind: &str, query: Bytes) -> Result<(), Fault> {
        self.say(Frame::Fetch { req, kind: kind.to_owned(), query })
    }

    /// A client has left.
    pub fn detach(&mut self, client: ClientId) {
        self.control.push_back(Frame::Close(HOLD_CH, Some(client)));
    }

    /// A client's input, on its way to the Inbox. Bounded by what a session lets a client leave unsettled: only the
    /// Inbox may refuse one, or the next would be a gap.
    pub fn input(&mut self, client: ClientId, seq: u64, bytes: Bytes) {
        self.control.push_back(Frame::Input(Input {
            ch: HOLD_CH,
            seq,
            bytes,
            client: Some(client),
        }));
    }

    /// A client has consumed everything below; only a Log without loss needs to know.
    pub fn consumed(&mut self, client: ClientId, consumed: u64) {
        if self.extent().is_some_and(|extent| extent.loss == Loss::Never) {
            let credit =
                Credit { ch: HOLD_CH, consumed, limit: u64::MAX, priority: Priority::Background };
            let window = Frame::Window { credits: vec![credit], rx_bytes: 0, client: Some(client) };
            match self.control.iter_mut().find(|frame| speaks_of(frame, client)) {
                Some(unsent) => *unsent = window,
                None => self.control.push_back(window),
            }
        }
    }

    /// Where the copy begins and ends; `None` until [`MirrorEvent::Ready`].
    pub const fn extent(&self) -> Option<Extent> {
        match &self.state {
            State::Live(log) => Some(log.extent()),
            State::Greeting | State::Filling { .. } => None,
        }
    }

    /// What its offsets count; bytes until known.
    pub const fn unit(&self) -> Unit {
        match &self.state {
            State::Live(log) | State::Filling { log, .. } => log.unit(),
            State::Greeting => Unit::Bytes,
        }
    }

    /// Reads the copy, as [`Log::read`].
    pub fn read(&self, from: u64, bytes_max: usize) -> Option<Bytes> {
        match &self.state {
            State::Live(log) => log.read(from, bytes_max),
            State::Greeting | State::Filling { .. } => None,
        }
    }

    /// A Snapshot from which the copy can go on; `None`: it was asked for, [`MirrorEvent::News`] will follow.
    pub fn snapshot(&mut self) -> Option<(u64, Bytes)> {
        let extent = self.extent()?;
        let usable = |at: u64| (extent.base..=extent.head).contains(&at);
        match &self.snapshot {
            SnapshotState::Asked => return None,
            SnapshotState::Fresh(at, state) if usable(*at) => {
                let (at, state) = (*at, state.clone());
                self.snapshot = SnapshotState::Served(at, state.clone());
                return Some((at, state));
            }
            // It overtook the Data before it, which is on its way.
            SnapshotState::Fresh(at, _) if *at > extent.head => return None,
            // Every reader has all before the head: nobody would take an older one.
            SnapshotState::Served(at, state) if *at == extent.head => {
                return Some((*at, state.clone()));
            }
            SnapshotState::None | SnapshotState::Fresh(..) | SnapshotState::Served(..) => {}
        }
        self.snapshot = SnapshotState::Asked;
        self.control.push_back(Frame::Refresh(HOLD_CH, 0));
        None
    }

    /// What the kind says of the end, once the Log has ended.
    pub const fn end(&self) -> Option<&Bytes> {
        self.status.as_ref()
    }

    fn say(&mut self, frame: Frame) -> Result<(), Fault> {
        if self.control.len() >= CONTROL_FRAMES_MAX {
            return Err(Fault::new(
                Code::Limit,
                "The channel takes no input now: its holder does not answer. Try again.",
            ));
        }
        self.control.push_back(frame);
        Ok(())
    }
}

fn open(id: ChannelId, kind: &str) -> Open {
    Open {
        ch: HOLD_CH,
        id,
        kind: kind.to_owned(),
        spec: None,
        have: None,
        window: 0,
        priority: Priority::Background,
        outbox: None,
        client: None,
        reader: String::new(),
    }
}

fn speaks_of(window: &Frame, client: ClientId) -> bool {
    matches!(window, Frame::Window { client: Some(whose), .. } if *whose == client)
}

fn broken(what: &str) -> Fault {
    Fault::new(Code::Failed, format!("The channel's holder broke the protocol: {what}."))
}
