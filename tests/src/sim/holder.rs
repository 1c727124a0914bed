//! A holder: a real Owner around a model of a program. Its turn is the one a real holder does.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use devtail_protocol::hold::{FrontId, Owner, OwnerEvent};
use devtail_protocol::log::{Inbox, Log, Loss};
use devtail_protocol::position::{Epoch, Unit};
use devtail_protocol::wire::Outcome;
use devtail_protocol::{Boot, ChannelId, ClientId, Time};

use super::fold::Fold;
use super::model::{Command, Model};
use super::net::{End, Net};
use super::rng::Rng;
use super::truth::Truth;
use super::{Checked, Sabotage};

/// What a Log may hold beyond its bound: two chunks.
const LOG_SLACK: u64 = 20 << 10;
/// What a program writes at once while it floods.
const FLOOD_STEP: usize = 16 << 10;

/// One channel's process.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) model: Model,
    pub(super) epoch: Epoch,
    owner: Owner,
    fronts: BTreeMap<FrontId, ()>,
    log_max: usize,
    pub(super) fold: Fold,
    /// Inputs taken and not yet applied: a slow program.
    taken: VecDeque<(Time, ClientId, u64, Bytes)>,
    flood_left: usize,
    flood_at: Time,
    lines: u64,
    /// A Snapshot in the making.
    snapshot: Option<(Time, u64, Bytes)>,
    traits: Traits,
    is_over: bool,
    pub(super) wake: bool,
}

/// How this holder's program behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// The program takes up to so many microseconds for an input.
    pub(super) slow_us: u64,
    pub(super) snapshot_us: u64,
    pub(super) snapshot_padding: usize,
    pub(super) flood_gap_us: u64,
    pub(super) sabotage: Sabotage,
}

impl Holder {
    pub(super) fn new(id: ChannelId, traits: Traits, truth: &mut Truth, rng: &mut Rng) -> Self {
        let model = Model::of(id);
        let epoch = Epoch(rng.next() | 1);
        let usual = model.loss().log_bytes();
        let log_max = rng.pick(&[usual, usual, 64 << 10]);
        truth.begin_life(epoch, model.unit());
        let log = Log::new(epoch, model.unit(), log_max, model.loss());
        Self {
            model,
            epoch,
            owner: Owner::new(Boot(rng.next() | 1), log, Inbox::new()),
            fronts: BTreeMap::new(),
            log_max,
            fold: Fold::default(),
            taken: VecDeque::new(),
            flood_left: 0,
            flood_at: Time::ZERO,
            lines: 0,
            snapshot: None,
            traits,
            is_over: false,
            wake: true,
        }
    }

    /// A gateway connected.
    pub(super) fn front_up(&mut self, front: FrontId) -> Checked {
        self.owner
            .front_up(front)
            .map_err(|fault| format!("a holder refused a gateway: {fault}"))?;
        self.fronts.insert(front, ());
        Ok(())
    }

    /// Clients come and go that never type, until the Inbox has forgotten everybody who is not here.
    pub(super) fn crowd(&mut self, rng: &mut Rng) -> Checked {
        use devtail_protocol::hold::Mirror;
        let front = FrontId(u32::MAX);
        self.owner.front_up(front).map_err(|fault| fault.to_string())?;
        let id = ChannelId([0; 16]);
        let mut mirror = Mirror::new(ClientId(rng.sixteen()), id, self.model.name());
        for _ in 0..70 {
            let client = ClientId(rng.sixteen());
            mirror
                .attach(id, self.model.name(), client, String::new(), None)
                .map_err(|fault| fault.to_string())?;
            mirror.detach(client);
        }
        while let Some(packet) = mirror.poll_transmit() {
            self.owner.handle_packet(front, packet).map_err(|fault| fault.to_string())?;
        }
        self.owner.front_down(front);
        self.wake = true;
        Ok(())
    }

    pub(super) fn next_at(&self) -> Option<Time> {
        let has_room = self.owner.room() >= FLOOD_STEP;
        let applies = self.taken.front().map(|(at, ..)| *at).filter(|_| has_room);
        let floods = (self.flood_left > 0 && has_room).then_some(self.flood_at);
        let snapshot = self.snapshot.as_ref().map(|(at, ..)| *at);
        [applies, floods, snapshot].into_iter().flatten().min()
    }

    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.taken.is_empty() && self.next_at().is_none()
    }

    /// One turn: wake, handle, drain events, and while sockets can take more: `poll_transmit`.
    pub(super) fn turn(
        &mut self,
        now: Time,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Checked {
        self.wake = false;
        self.receive(now, net)?;
        self.drain(now, truth, rng)?;
        self.work(now, truth, rng)?;
        self.drain(now, truth, rng)?;
        self.transmit(now, net);
        self.check()
    }

    fn receive(&mut self, now: Time, net: &mut Net) -> Checked {
        for front in self.fronts.keys().copied().collect::<Vec<_>>() {
            let Some(local) = net.locals.get_mut(&front) else { continue };
            while let Some(packet) = local.to_holder.pop(now) {
                self.owner
                    .handle_packet(front, packet)
                    .map_err(|fault| format!("a holder faults a gateway: {fault}"))?;
            }
            if local.held.is_due(now) {
                local.held = End::Closed;
                self.fronts.remove(&front);
                self.owner.front_down(front);
            }
        }
        Ok(())
    }

    fn drain(&mut self, now: Time, truth: &mut Truth, rng: &mut Rng) -> Checked {
        while let Some(event) = self.owner.poll_event() {
            match event {
                OwnerEvent::Input { client, seq, bytes } => {
                    let last = self.taken.back().map_or(now, |(at, ..)| *at);
                    let at = last.max(now) + rng.micros(0, self.traits.slow_us);
                    let at = if self.traits.slow_us == 0 { now } else { at };
                    self.taken.push_back((at, client, seq, bytes));
                }
                OwnerEvent::Asked { front, req, query } => self.owner.answer(front, req, Ok(query)),
                OwnerEvent::Attached(client, _) => truth.read_by(self.epoch, client),
                OwnerEvent::Detached(_) => {}
            }
        }
        if self.owner.wants_snapshot() && self.snapshot.is_none() {
            let state = self.fold.to_state(rng.index(self.traits.snapshot_padding + 1));
            let due = now + rng.micros(0, self.traits.snapshot_us);
            self.snapshot = Some((due, self.owner.extent().head, state));
        }
        self.apply_due(now, truth, rng)
    }

    fn apply_due(&mut self, now: Time, truth: &mut Truth, rng: &mut Rng) -> Checked {
        while self.owner.room() >= FLOOD_STEP
            && let Some((_, client, seq, bytes)) = self.taken.pop_front_if(|(at, ..)| *at <= now)
        {
            let (command, token) = Command::from_input(&bytes).ok_or("an input was garbled")?;

            if self.is_over || command == Command::Nonsense {
                truth.refused(token)?;
                self.owner.settled(client, seq, Outcome::Refused("not here".to_owned()));
                continue;
            }
            truth.applied(token)?;
            if self.traits.sabotage == Sabotage::ApplyTwice && rng.chance(10) {
                truth.applied(token)?;
            }
            self.obey(now, command, token, truth);
            self.owner.settled(client, seq, Outcome::Applied);
            self.owner.echoed(client, seq);
        }
        Ok(())
    }

    fn obey(&mut self, now: Time, command: Command, token: u64, truth: &mut Truth) {
        match command {
            Command::Key | Command::Nonsense => {
                self.write(format!("key {token}\n").as_bytes(), truth)
            }
            Command::Flood(bytes) => {
                self.flood_left += bytes as usize;
                self.flood_at = now;
            }
            Command::Interrupt => {
                self.flood_left = 0;
                self.write(b"^C\n", truth);
            }
            Command::Exit => {
                self.flood_left = 0;
                self.is_over = true;
                self.owner.end(Bytes::from_static(b"exit 0"));
            }
        }
    }

    /// What has become due: the next piece of a flood, a Snapshot.
    fn work(&mut self, now: Time, truth: &mut Truth, rng: &mut Rng) -> Checked {
        while self.flood_left > 0 && self.flood_at <= now && self.owner.room() >= FLOOD_STEP {
            let len = self.flood_left.min(1 + rng.index(FLOOD_STEP));
            self.flood_left -= len;
            self.flood_at = now + rng.micros(1, self.traits.flood_gap_us.max(2));
            let text = self.text(len);
            self.write(&text, truth);
        }
        if let Some((_, at, state)) = self.snapshot.take_if(|(due, ..)| *due <= now) {
            let at = if self.traits.sabotage == Sabotage::MisplaceSnapshot {
                at.saturating_sub(1)
            } else {
                at
            };
            self.owner.snapshot(at, &state);
        }
        Ok(())
    }

    /// Lines of 32 bytes, each with its number, so that no two places look alike.
    fn text(&mut self, len: usize) -> Vec<u8> {
        let mut text = Vec::with_capacity(len + 32);
        while text.len() < len {
            self.lines += 1;
            let mut number = self.lines ^ (self.epoch.0 << 40);
            text.extend_from_slice(b"line ");
            for _ in 0..16 {
                text.push(b"0123456789abcdef"[(number & 15) as usize]);
                number >>= 4;
            }
            text.extend_from_slice(b" of output\n");
        }
        text.truncate(len);
        text
    }

    fn write(&mut self, data: &[u8], truth: &mut Truth) {
        self.owner.append(data);
        self.fold.append(data);
        truth.append(self.epoch, data);
    }

    fn transmit(&mut self, now: Time, net: &mut Net) {
        for front in self.fronts.keys() {
            let Some(local) = net.locals.get_mut(front) else { continue };
            while local.held == End::Open && local.to_gateway.can_take() {
                let Some(packet) = self.owner.poll_transmit(*front) else { break };
                local.to_gateway.push(now, packet);
            }
            local.to_gateway.was_full = !local.to_gateway.can_take();
        }
    }

    fn check(&self) -> Checked {
        let extent = self.owner.extent();
        let kept = extent.head - extent.base;
        let bound = self.log_max as u64 + LOG_SLACK + FLOOD_STEP as u64;
        if self.model.unit() == Unit::Bytes && kept > bound {
            return Err(format!("a Log of {} bytes at most keeps {kept}", self.log_max));
        }
        if extent.loss == Loss::Snapshot && self.owner.room() == 0 {
            return Err("a Log that may lose makes its writer wait".to_owned());
        }
        Ok(())
    }
}
