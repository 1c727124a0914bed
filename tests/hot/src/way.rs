//! The whole way of a key and of output, without its sockets: the four machines, and a program that echoes.
//!
//! ```text
//!   ClientSession ⇄ ServerSession · Mirror ⇄ Owner · Source (Scanner, Screen)
//! ```

use std::cell::RefCell;
use std::time::Duration;

use bytes::Bytes;
use devtail_channels::terminal::{Input, KIND, Size, Source};
use devtail_protocol::hold::{FrontId, Mirror, MirrorEvent, Owner, OwnerEvent};
use devtail_protocol::limits::LOG_BYTES;
use devtail_protocol::link::Class;
use devtail_protocol::log::{Extent, Inbox, Log, Loss};
use devtail_protocol::position::{Epoch, Unit};
use devtail_protocol::session::{
    Attached, ClientConfig, ClientEvent, ClientSession, Logs, ServerConfig, ServerEvent,
    ServerSession,
};
use devtail_protocol::wire::{Outcome, Priority, Sealed};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Fault, Time};

const PHONE: ClientId = ClientId([1; 16]);
const CHANNEL: ChannelId = ChannelId([2; 16]);
const FRONT: FrontId = FrontId(1);
const KEEPS: &str = "the machines keep the protocol's rules";

/// A device, a gateway and a holder, and the moment they are at.
pub(crate) struct Way {
    now: Time,
    client: ClientSession,
    ch: Ch,
    server: ServerSession,
    dock: Dock,
    owner: Owner,
    source: Source,
    seen: u64,
}

/// The gateway's Mirror, as its session reads it.
struct Dock(RefCell<Mirror>);

impl Logs for Dock {
    fn extent(&self, _: Ch) -> Option<Extent> {
        self.0.borrow().extent()
    }
    fn read(&self, _: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.0.borrow().read(from, bytes_max)
    }
    fn snapshot(&self, _: Ch) -> Option<(u64, Bytes)> {
        self.0.borrow_mut().snapshot()
    }
    fn end(&self, _: Ch) -> Option<Bytes> {
        self.0.borrow().end().cloned()
    }
}

impl Way {
    /// A terminal that is open and shown, over a Link that compresses with this window, log2 of bytes; 0: not at all.
    pub(crate) fn open(zstd_window_log: u32) -> Self {
        let now = Time::ZERO;
        let config = ClientConfig { client: PHONE, agent: "hot".to_owned(), zstd_window_log };
        let mut client = ClientSession::new(config);
        let ch = client.open(CHANNEL, KIND, None, None, Priority::Focused).expect("there is room");
        let log = Log::new(Epoch(9), Unit::Bytes, LOG_BYTES, Loss::Snapshot);
        let mut owner = Owner::new(Boot(7), log, Inbox::new());
        owner.front_up(FRONT).expect("there is room");
        let mut way = Self {
            now,
            ch,
            server: ServerSession::new(now, ServerConfig { boot: Boot(7) }),
            dock: Dock(RefCell::new(Mirror::new(ClientId([3; 16]), CHANNEL, KIND))),
            owner,
            source: Source::new(Size::clamped(120, 40)),
            client,
            seen: 0,
        };
        let hello = way.client.hello(now);
        way.client.link_up(now);
        way.server.handle_packet(now, hello).expect(KEEPS);
        way.settle();
        way
    }

    /// The person types.
    pub(crate) fn key(&mut self, key: &'static [u8]) {
        let input = Input::Keys(Bytes::from_static(key)).encode();
        self.client.send(self.now, self.ch, input).expect("there is room");
        self.settle();
    }

    /// The program prints.
    pub(crate) fn print(&mut self, bytes: &[u8]) {
        let turn = self.source.take(bytes);
        self.owner.append(&turn.log);
        self.settle();
    }

    /// Time passes, and what is due is sent.
    pub(crate) fn pass(&mut self, long: Duration) {
        self.now = self.now + long;
        self.client.handle_timeout(self.now, 0);
        self.server.handle_timeout(self.now).expect(KEEPS);
        self.settle();
    }

    /// Bytes of the terminal that the view was given.
    pub(crate) const fn seen(&self) -> u64 {
        self.seen
    }

    /// Packets go both ways until nobody has anything to say.
    fn settle(&mut self) {
        while self.upward() | self.downward() {}
    }

    /// From the device to the program. Whether there was anything.
    fn upward(&mut self) -> bool {
        let mut moved = false;
        while let Some(packet) = self.client.poll_transmit(self.now) {
            moved = true;
            self.server.handle_packet(self.now, packet).expect(KEEPS);
            self.serve();
        }
        self.serve();
        while let Some(packet) = self.dock.0.get_mut().poll_transmit() {
            moved = true;
            self.owner.handle_packet(FRONT, packet).expect(KEEPS);
            self.apply();
        }
        moved
    }

    /// From the program to the view. Whether there was anything.
    fn downward(&mut self) -> bool {
        let mut moved = false;
        while let Some(packet) = self.owner.poll_transmit(FRONT) {
            moved = true;
            self.dock.0.get_mut().handle_packet(packet).expect(KEEPS);
            self.tell();
        }
        while let Some(packet) = self.server.poll_transmit(self.now, &self.dock) {
            moved = true;
            self.client.handle_packet(self.now, packet).expect(KEEPS);
            self.show();
        }
        moved
    }

    /// The gateway does what its session says.
    fn serve(&mut self) {
        while let Some(event) = self.server.poll_event() {
            let mirror = self.dock.0.get_mut();
            match event {
                ServerEvent::Open { id, kind, outbox, .. } => {
                    mirror.attach(id, &kind, PHONE, "hot".to_owned(), outbox).expect(KEEPS);
                }
                ServerEvent::Input { seq, bytes, .. } => mirror.input(PHONE, seq, bytes),
                ServerEvent::Consumed(_, offset) => mirror.consumed(PHONE, offset),
                ServerEvent::Greeted { .. }
                | ServerEvent::Close(_)
                | ServerEvent::Fetch { .. }
                | ServerEvent::Bye => {}
            }
        }
    }

    /// The holder does what its Owner says: the program echoes what is typed.
    fn apply(&mut self) {
        while let Some(event) = self.owner.poll_event() {
            match event {
                OwnerEvent::Input { client, seq, bytes } => {
                    if let Ok(Input::Keys(keys)) = Input::decode(&bytes) {
                        let turn = self.source.take(&keys);
                        self.owner.append(&turn.log);
                    }
                    self.owner.settled(client, seq, Outcome::Applied);
                }
                OwnerEvent::Attached(..) | OwnerEvent::Detached(_) | OwnerEvent::Asked { .. } => {}
            }
        }
        if self.owner.wants_snapshot() {
            let (at, screen) = self.source.snapshot("");
            self.owner.snapshot(at, &screen.encode());
        }
    }

    /// The gateway tells its session what the Mirror learnt.
    fn tell(&mut self) {
        while let Some(event) = self.dock.0.get_mut().poll_event() {
            match event {
                MirrorEvent::Attached(client, opened) => {
                    let extent = self.dock.extent(self.ch).expect("it is ready before it answers");
                    let attached = Attached {
                        extent,
                        client: Some(client),
                        unit: opened.unit,
                        inputs: opened.inputs,
                        applied: opened.applied,
                        class: Class::Interactive,
                        sealed: Sealed::Context(0),
                    };
                    self.server.attached(self.now, self.ch, attached);
                }
                MirrorEvent::Settled(_, seq, outcome) => {
                    self.server.settled(self.now, self.ch, seq, outcome);
                }
                MirrorEvent::Refused(_, fault) => broken(&fault),
                MirrorEvent::Ready
                | MirrorEvent::News
                | MirrorEvent::Echoed(_)
                | MirrorEvent::Noticed(_)
                | MirrorEvent::Answered(..) => {}
            }
        }
    }

    /// The view takes in what came.
    fn show(&mut self) {
        while let Some(event) = self.client.poll_event() {
            match event {
                ClientEvent::Data { ch, off, bytes } => {
                    self.seen += bytes.len() as u64;
                    self.client.consume(self.now, ch, off + bytes.len() as u64);
                }
                ClientEvent::Snapshot { ch, at, .. } => self.client.consume(self.now, ch, at),
                ClientEvent::Refused { fault, .. } => broken(&fault),
                ClientEvent::State(_)
                | ClientEvent::Dial
                | ClientEvent::CancelDial
                | ClientEvent::HangUp
                | ClientEvent::Opened { .. }
                | ClientEvent::End { .. }
                | ClientEvent::Applied { .. }
                | ClientEvent::Echoed { .. }
                | ClientEvent::InputRefused { .. }
                | ClientEvent::InputsUnknown { .. }
                | ClientEvent::Unavailable { .. }
                | ClientEvent::Fetched { .. } => {}
            }
        }
    }
}

fn broken(fault: &Fault) -> ! {
    panic!("{KEEPS}: {fault}")
}
