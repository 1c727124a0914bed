//! Both sessions, driven by bytes: every step a driver can take, in any order, with packets from a hostile peer.

use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::link::Class;
use devtail_protocol::log::{Extent, Inbox, Log, Loss, Verdict};
use devtail_protocol::position::Unit;
use devtail_protocol::session::{
    Attached, ClientConfig, ClientSession, Logs, ServerConfig, ServerEvent, ServerSession,
};
use devtail_protocol::wire::{Outcome, Priority, Sealed};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Epoch, Time};

/// Packets that one turn may send before it counts as never ending.
const PACKETS_A_TURN: usize = 100_000;
const CLIENT: ClientId = ClientId([1; 16]);

/// Steps, as their first byte says: see `World::step`.
pub fn session(data: &[u8]) {
    let mut world = World::new();
    let mut rest = data;
    while let Some((&[step, length], after)) = rest.split_first_chunk::<2>() {
        // Eight bytes a unit: a packet of the fuzzer may have 2 KiB.
        let (piece, after) = after.split_at((usize::from(length) * 8).min(after.len()));
        world.step(step, piece);
        rest = after;
    }
}

struct World {
    now: Time,
    server: ServerSession,
    client: ClientSession,
    host: Host,
    ch: Ch,
    linked: bool,
}

/// A Log and an Inbox that every channel name leads to.
struct Host {
    log: Log,
    inbox: Inbox,
}

impl Logs for Host {
    fn extent(&self, _: Ch) -> Option<Extent> {
        Some(self.log.extent())
    }

    fn read(&self, _: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.log.read(from, bytes_max)
    }

    fn snapshot(&self, _: Ch) -> Option<(u64, Bytes)> {
        Some((self.log.extent().head, Bytes::from_static(b"(a screen)")))
    }

    fn end(&self, _: Ch) -> Option<Bytes> {
        None
    }
}

impl World {
    fn new() -> Self {
        let config = ClientConfig { client: CLIENT, agent: "fuzz".to_owned(), zstd_window_log: 14 };
        let mut client = ClientSession::new(config);
        let ch = client
            .open(ChannelId([2; 16]), "kind", Some(Bytes::new()), None, Priority::Focused)
            .expect("the first channel has room");
        let log = Log::new(Epoch(9), Unit::Bytes, 1 << 16, Loss::Snapshot);
        let host = Host { log, inbox: Inbox::new() };
        Self { now: Time::ZERO, server: fresh_server(Time::ZERO), client, host, ch, linked: false }
    }

    fn step(&mut self, step: u8, piece: &[u8]) {
        let packet = Bytes::copy_from_slice(piece);
        match step % 10 {
            0 => self.tell_server(packet),
            1 => self.tell_client(packet),
            2 => self.link_up(),
            3 => self.exchange(),
            4 => self.pass(piece),
            5 => drop(self.client.send(self.now, self.ch, packet)),
            6 => self.host.log.append(piece),
            7 => self.client.consume(self.now, self.ch, number(piece)),
            8 => self.client.refresh(self.ch, number(piece)),
            _ => self.cut(),
        }
        self.serve();
        while self.client.poll_event().is_some() {}
    }

    fn link_up(&mut self) {
        self.cut();
        let hello = self.client.hello(self.now);
        self.client.link_up(self.now);
        self.linked = true;
        self.tell_server(hello);
    }

    fn cut(&mut self) {
        if std::mem::take(&mut self.linked) {
            self.client.link_down(self.now, 0, None);
        }
        self.server = fresh_server(self.now);
    }

    fn tell_server(&mut self, packet: Bytes) {
        if self.server.handle_packet(self.now, packet).is_err() {
            self.cut();
        }
    }

    fn tell_client(&mut self, packet: Bytes) {
        if self.linked && self.client.handle_packet(self.now, packet).is_err() {
            self.cut();
        }
    }

    /// Time passes: up to 18 hours, as a laptop sleeps.
    fn pass(&mut self, piece: &[u8]) {
        self.now = self.now + Duration::from_millis(number(piece) % (1 << 26));
        self.client.handle_timeout(self.now, number(piece));
        if self.server.handle_timeout(self.now).is_err() {
            self.cut();
        }
    }

    /// Both send what they have. An honest peer is never refused.
    fn exchange(&mut self) {
        for _ in 0..PACKETS_A_TURN {
            let down = self.server.poll_transmit(self.now, &self.host);
            let up = if self.linked { self.client.poll_transmit(self.now) } else { None };
            if down.is_none() && up.is_none() {
                return;
            }
            down.into_iter().for_each(|packet| self.tell_client(packet));
            up.into_iter().for_each(|packet| self.tell_server(packet));
            self.serve();
            while self.client.poll_event().is_some() {}
        }
        panic!("a turn never ends");
    }

    fn serve(&mut self) {
        while let Some(event) = self.server.poll_event() {
            match event {
                ServerEvent::Open { ch, outbox, .. } => {
                    let (inputs, applied) = self.host.inbox.meet(CLIENT, outbox);
                    let (extent, class, sealed) =
                        (self.host.log.extent(), Class::Interactive, Sealed::Context(0));
                    self.server.attached(
                        self.now,
                        ch,
                        Attached {
                            extent,
                            client: None,
                            unit: Unit::Bytes,
                            inputs,
                            applied,
                            class,
                            sealed,
                        },
                    );
                }
                ServerEvent::Input { ch, seq, bytes } => {
                    if self.host.inbox.take(CLIENT, seq) == Verdict::Apply {
                        self.host.log.append(&bytes);
                    }
                    self.server.settled(
                        self.now,
                        ch,
                        self.host.inbox.applied(CLIENT),
                        Outcome::Applied,
                    );
                }
                ServerEvent::Fetch { req, query, .. } => self.server.fetched(req, Ok(query)),
                ServerEvent::Greeted { .. }
                | ServerEvent::Close(_)
                | ServerEvent::Consumed(..)
                | ServerEvent::Bye => {}
            }
        }
    }
}

fn fresh_server(now: Time) -> ServerSession {
    ServerSession::new(now, ServerConfig { boot: Boot(7) })
}

/// The first eight bytes as a number; fewer are filled up with zeros.
fn number(piece: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = piece.len().min(8);
    bytes[..length].copy_from_slice(&piece[..length]);
    u64::from_le_bytes(bytes)
}
