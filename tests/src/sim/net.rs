//! All connections of the world: wires between phones and the gateway, local sockets between the gateway and holders.

use std::collections::BTreeMap;

use bytes::Bytes;
use devtail_protocol::hold::FrontId;
use devtail_protocol::{ChannelId, Time};

use super::pipe::{Pipe, Weather};
use super::rng::Rng;

/// What is kept from a WebSocket's kernel socket: TCP_NOTSENT_LOWAT.
const WIRE_SOCKET_MAX: usize = 16 << 10;
/// A Unix socket's buffer.
const LOCAL_SOCKET_MAX: usize = 208 << 10;

/// Names a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WireId(pub(super) u32);

/// What one end knows of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The upgrade reaches this end then.
    Coming(Time),
    Open,
    /// This end learns then that the other is gone.
    Ending(Time),
    Closed,
}

impl End {
    pub(super) fn is_due(self, now: Time) -> bool {
        matches!(self, Self::Coming(at) | Self::Ending(at) if at <= now)
    }

    pub(super) const fn at(self) -> Option<Time> {
        match self {
            Self::Coming(at) | Self::Ending(at) => Some(at),
            Self::Open | Self::Closed => None,
        }
    }
}

/// One WebSocket-like connection.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) phone: usize,
    pub(super) up: Pipe,
    pub(super) down: Pipe,
    pub(super) client: End,
    pub(super) server: End,
    /// The Hello in the upgrade's header.
    pub(super) hello: Option<Bytes>,
    pub(super) is_refused: bool,
}

/// One connection of a gateway to a holder.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) holder: ChannelId,
    pub(super) to_holder: Pipe,
    pub(super) to_gateway: Pipe,
    pub(super) gateway: End,
    pub(super) held: End,
}

/// Every connection.
#[derive(Debug, Default)]
pub(super) struct Net {
    pub(super) wires: BTreeMap<WireId, Wire>,
    pub(super) locals: BTreeMap<FrontId, Local>,
    next: u32,
}

impl Net {
    pub(super) fn dial(
        &mut self,
        phone: usize,
        weather: Weather,
        server_at: Time,
        client_at: Time,
    ) -> WireId {
        self.next += 1;
        let id = WireId(self.next);
        let pipe = || Pipe::new(weather, WIRE_SOCKET_MAX);
        let (client, server) = (End::Coming(client_at), End::Coming(server_at));
        let wire = Wire {
            phone,
            up: pipe(),
            down: pipe(),
            client,
            server,
            hello: None,
            is_refused: false,
        };
        self.wires.insert(id, wire);
        id
    }

    pub(super) fn connect_local(&mut self, holder: ChannelId, rng: &mut Rng) -> FrontId {
        self.next += 1;
        let id = FrontId(self.next);
        let weather = Weather {
            rate: 1 << 30,
            delay: rng.micros(5, 200),
            jitter: std::time::Duration::from_micros(50),
        };
        let pipe = || Pipe::new(weather, LOCAL_SOCKET_MAX);
        let local = Local {
            holder,
            to_holder: pipe(),
            to_gateway: pipe(),
            gateway: End::Open,
            held: End::Open,
        };
        self.locals.insert(id, local);
        id
    }

    /// The gateway's end of a local socket closes.
    pub(super) fn leave_local(&mut self, now: Time, front: FrontId) {
        let Some(local) = self.locals.get_mut(&front) else { return };
        local.gateway = End::Closed;
        let last = local.to_holder.sender_gone(now);
        if local.held == End::Open {
            local.held = End::Ending(last);
        }
    }

    /// Lets time pass on every pipe and forgets connections that both ends have left.
    pub(super) fn advance(&mut self, now: Time, rng: &mut Rng) {
        for wire in self.wires.values_mut() {
            wire.up.advance(now, rng);
            wire.down.advance(now, rng);
        }
        for local in self.locals.values_mut() {
            local.to_holder.advance(now, rng);
            local.to_gateway.advance(now, rng);
        }
        self.wires.retain(|_, wire| wire.client != End::Closed || wire.server != End::Closed);
        self.locals.retain(|_, local| local.gateway != End::Closed || local.held != End::Closed);
    }

    /// When something next happens on a connection by itself. What comes to a stopped phone waits.
    pub(super) fn next_at(&self, is_stopped: impl Fn(usize) -> bool) -> Option<Time> {
        let wires = self.wires.values().flat_map(|wire| {
            let hears =
                matches!(wire.client, End::Open | End::Ending(_)) && !is_stopped(wire.phone);
            let serves = matches!(wire.server, End::Open | End::Ending(_));
            [
                wire.up.leaves_at(),
                wire.down.leaves_at(),
                wire.up.arrives_at().filter(|_| serves),
                wire.down.arrives_at().filter(|_| hears),
                wire.client.at().filter(|_| !is_stopped(wire.phone)),
                wire.server.at(),
            ]
        });
        let locals = self.locals.values().flat_map(|local| {
            let down = if local.held == End::Closed { None } else { local.to_holder.next_at() };
            let up = if local.gateway == End::Closed { None } else { local.to_gateway.next_at() };
            [down, up, local.gateway.at(), local.held.at()]
        });
        wires.chain(locals).flatten().min()
    }
}

impl Local {
    /// Whether the holder's end has something to do: mail, room again, or the gateway is gone.
    pub(super) fn wakes_holder(&self, now: Time) -> bool {
        self.held != End::Closed
            && (self.held.is_due(now)
                || self.to_holder.arrives_at().is_some_and(|at| at <= now)
                || (self.to_gateway.was_full && self.to_gateway.can_take()))
    }
}

impl Wire {
    /// The phone's side closes; the gateway learns of it behind what is on the wire.
    pub(super) fn close_client(&mut self, now: Time) {
        self.client = End::Closed;
        let last = self.up.sender_gone(now);
        if self.server == End::Open && !self.up.is_black_hole {
            self.server = End::Ending(last);
        }
    }

    /// The phone's side closes in order: what is in its socket still arrives.
    pub(super) fn drain_client(&mut self, now: Time) {
        self.client = End::Closed;
        let last = self.up.last_arrival(now);
        if self.server == End::Open && !self.up.is_black_hole {
            self.server = End::Ending(last);
        }
    }

    /// The gateway's side closes in order: what is in its socket still arrives, and the phone learns of it behind that.
    pub(super) fn drain_server(&mut self, now: Time) {
        self.server = End::Closed;
        let last = self.down.last_arrival(now);
        if self.client == End::Open && !self.down.is_black_hole {
            self.client = End::Ending(last);
        }
    }

    /// The gateway's side dies; the phone learns of it behind what is on the wire.
    pub(super) fn close_server(&mut self, now: Time) {
        self.server = End::Closed;
        let last = self.down.sender_gone(now);
        if self.client == End::Open && !self.down.is_black_hole {
            self.client = End::Ending(last);
        }
    }

    /// Both learn at once that it is gone, and what was under way is lost.
    pub(super) fn reset(&mut self, now: Time) {
        for pipe in [&mut self.up, &mut self.down] {
            pipe.lose_all();
            // Who has not noticed yet may still write into it.
            pipe.is_black_hole = true;
        }
        for end in [&mut self.client, &mut self.server] {
            if *end == End::Open {
                *end = End::Ending(now);
            }
        }
    }
}
