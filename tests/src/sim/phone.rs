//! A device: a real ClientSession and the driver around it, its person's views, and the network it is in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::limits::{
    EVENTS_MAX, INPUT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX, ZSTD_WINDOW_LOG,
};
use devtail_protocol::session::{ClientConfig, ClientEvent, ClientSession, LinkState};
use devtail_protocol::wire::{Decoder, Frame, Priority};
use devtail_protocol::{Ch, ChannelId, ClientId, Fault, Time};

use super::Checked;
use super::model::{Command, Model};
use super::net::{End, Net, WireId};
use super::pipe::Weather;
use super::rng::Rng;
use super::truth::Truth;
use super::view::{Pace, View};

/// What becomes of a dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    Up,
    /// Every dial fails at once.
    Unreachable,
    /// Every dial is met with silence.
    Silent,
}

/// One phone, laptop or browser.
#[derive(Debug)]
pub(super) struct Phone {
    pub(super) number: usize,
    pub(super) session: ClientSession,
    pub(super) client: ClientId,
    pub(super) wire: Option<WireId>,
    dial: Option<Dial>,
    pub(super) views: BTreeMap<Ch, View>,
    pub(super) weather: Weather,
    pub(super) network: Network,
    /// The Hello rides in the upgrade's header.
    early_hello: bool,
    zstd_window_log: u32,
    pub(super) pace: Pace,
    /// Its process is stopped until then.
    pub(super) frozen_until: Option<Time>,
    /// Fetches asked and not answered.
    pub(super) asked: Vec<u32>,
    /// For a key typed into an empty Outbox: bytes of other channels that went before it.
    keys: BTreeMap<Ch, usize>,
    /// Channels that are open on the link in use.
    opened: BTreeSet<Ch>,
    is_closed: bool,
    pub(super) wake: bool,
}

#[derive(Debug)]
struct Dial {
    wire: Option<WireId>,
    gives_up_at: Time,
    fails_at: Option<Time>,
    hello: Option<Bytes>,
}

impl Phone {
    pub(super) fn new(number: usize, weather: Weather, rng: &mut Rng) -> Self {
        let client = ClientId(rng.sixteen());
        let zstd_window_log = if rng.chance(50) { ZSTD_WINDOW_LOG } else { 0 };
        Self {
            number,
            session: session(client, zstd_window_log),
            client,
            wire: None,
            dial: None,
            views: BTreeMap::new(),
            weather,
            network: Network::Up,
            early_hello: rng.chance(50),
            zstd_window_log,
            pace: Pace::AtOnce,
            frozen_until: None,
            asked: Vec::new(),
            keys: BTreeMap::new(),
            opened: BTreeSet::new(),
            is_closed: false,
            wake: true,
        }
    }

    pub(super) const fn takes_zstd(&self) -> bool {
        self.zstd_window_log > 0
    }

    /// The app is started anew: another instance, its Outboxes lost, what it showed kept or not.
    pub(super) fn restart(
        &mut self,
        now: Time,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Checked {
        self.drop_wire(now, net);
        self.drop_dial(now, net);
        self.client = ClientId(rng.sixteen());
        let old = std::mem::replace(&mut self.session, session(self.client, self.zstd_window_log));
        self.asked.clear();
        self.keys.clear();
        self.is_closed = false;
        self.wake = true;
        for (ch, mut view) in std::mem::take(&mut self.views) {
            truth.abandon(view.outbox);
            if view.model == Model::Tunnel {
                continue;
            }
            let have = old.position(ch).filter(|_| view.is_idle() && rng.chance(50));
            view.outbox = truth.new_outbox();
            if have.is_none() {
                view = View::new(view.id, view.outbox, view.pace);
            }
            let opened =
                self.session.open(view.id, view.model.name(), None, have, Priority::Visible);
            self.views.insert(opened.map_err(|fault| fault.to_string())?, view);
        }
        Ok(())
    }

    pub(super) fn open(
        &mut self,
        id: ChannelId,
        spec: bool,
        priority: Priority,
        truth: &mut Truth,
    ) -> Checked {
        if self.is_closed || self.views.values().any(|view| view.id == id) {
            return Ok(());
        }
        let spec = spec.then(|| Bytes::from_static(b"a program"));
        let name = Model::of(id).name();
        let ch =
            self.session.open(id, name, spec, None, priority).map_err(|fault| fault.to_string())?;
        self.views.insert(ch, View::new(id, truth.new_outbox(), self.pace));
        self.wake = true;
        Ok(())
    }

    pub(super) fn close(&mut self, ch: Ch, truth: &mut Truth) {
        if let Some(view) = self.views.remove(&ch) {
            self.session.close(ch);
            self.keys.remove(&ch);
            truth.abandon(view.outbox);
            self.wake = true;
        }
    }

    pub(super) fn type_in(
        &mut self,
        now: Time,
        ch: Ch,
        command: Command,
        len: usize,
        truth: &mut Truth,
    ) -> Checked {
        let Some(view) = self.views.get(&ch).filter(|_| !self.is_closed) else { return Ok(()) };
        let waited = self.session.waiting(ch).0;
        let input = command.to_input(truth.next_token(), len);
        self.wake = true;
        match self.session.send(now, ch, input) {
            Ok(seq) => {
                if waited == 0 && len < 64 && self.opened.contains(&ch) {
                    self.keys.insert(ch, 0);
                } else if len > 64 {
                    self.keys.remove(&ch);
                }
                truth.typed(view.outbox, seq)
            }
            Err(_) if self.session.waiting(ch).1 + INPUT_MAX > OUTBOX_MAX => Ok(()),
            Err(_) if self.session.waiting(ch).0 >= OUTBOX_ENTRIES_MAX => Ok(()),
            Err(full) => Err(format!("an Outbox that is not full says: {full}")),
        }
    }

    pub(super) fn next_at(&self) -> Option<Time> {
        if self.frozen_until.is_some() {
            return self.frozen_until;
        }
        let dial = self.dial.iter().flat_map(|dial| [Some(dial.gives_up_at), dial.fails_at]);
        let views = self.views.values().map(View::next_at);
        dial.chain(views).chain([self.session.poll_timeout()]).flatten().min()
    }

    /// One turn, if there is a reason: wake, handle, drain events, and while the socket can take more: `poll_transmit`.
    pub(super) fn turn(
        &mut self,
        now: Time,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Result<bool, String> {
        if self.frozen_until.is_some_and(|until| until > now) {
            return Ok(false);
        }
        let is_timer = self.next_at().is_some_and(|at| at <= now);
        let wires = [self.wire, self.dial.as_ref().and_then(|dial| dial.wire)];
        let has_mail = wires.iter().flatten().any(|id| {
            net.wires.get(id).is_none_or(|wire| {
                wire.client.is_due(now)
                    || (matches!(wire.client, End::Open | End::Ending(_))
                        && wire.down.arrives_at().is_some_and(|at| at <= now))
            })
        });
        let is_writable =
            self.wire.and_then(|id| net.wires.get(&id)).is_none_or(|wire| wire.up.can_take());
        if !is_timer && !has_mail && !(self.wake && is_writable) {
            return Ok(false);
        }
        self.frozen_until = None;
        self.wake = false;
        self.receive(now, net, truth, rng)?;
        self.dials(now, net, rng);
        self.session.handle_timeout(now, rng.next());
        self.drain(now, net, truth, rng)?;
        self.parse(now);
        self.transmit(now, net, rng)?;
        self.drain(now, net, truth, rng)?;
        self.check(now, rng.next())?;
        Ok(true)
    }

    fn receive(&mut self, now: Time, net: &mut Net, truth: &mut Truth, rng: &mut Rng) -> Checked {
        while let Some(id) = self.wire {
            let Some(wire) = net.wires.get_mut(&id) else {
                self.wire = None;
                break;
            };
            let Some(packet) = wire.down.pop(now) else {
                if wire.client.is_due(now) {
                    self.drop_wire(now, net);
                    self.session.link_down(now, rng.next(), None);
                }
                break;
            };
            if let Err(fault) = self.session.handle_packet(now, packet) {
                self.drop_wire(now, net);
                self.session.link_down(now, rng.next(), Some(&fault));
            }
            self.drain(now, net, truth, rng)?;
        }
        Ok(())
    }

    /// What became of the dial under way.
    fn dials(&mut self, now: Time, net: &mut Net, rng: &mut Rng) {
        let Some(dial) = &mut self.dial else { return };
        let wire = dial.wire.and_then(|id| net.wires.get_mut(&id));
        let is_refused =
            wire.as_ref().is_some_and(|wire| wire.is_refused && wire.client.is_due(now));
        if is_refused || dial.gives_up_at <= now || dial.fails_at.is_some_and(|at| at <= now) {
            self.drop_dial(now, net);
            self.session.dial_failed(now, rng.next(), None);
            return;
        }
        let Some(wire) =
            wire.filter(|wire| wire.client.is_due(now) && wire.server != End::Coming(now))
        else {
            return;
        };
        wire.client = if wire.server == End::Closed { End::Ending(now) } else { End::Open };
        let (id, hello) = (dial.wire, dial.hello.take());
        self.dial = None;
        self.drop_wire(now, net);
        self.wire = id;
        if !self.early_hello {
            let hello = hello.unwrap_or_else(|| self.session.hello(now));
            let wire = id.and_then(|id| net.wires.get_mut(&id)).expect("just found");
            wire.up.push(now, hello);
        }
        self.session.link_up(now);
    }

    fn drain(&mut self, now: Time, net: &mut Net, truth: &mut Truth, rng: &mut Rng) -> Checked {
        let mut drained = 0;
        while let Some(event) = self.session.poll_event() {
            drained += 1;
            if self.is_closed {
                return Err(format!("{event:?} came after Closed"));
            }

            self.handle(now, event, net, truth, rng)?;
        }
        if drained > EVENTS_MAX + 1024 {
            Err(format!("{drained} events came at once"))
        } else {
            Ok(())
        }
    }

    fn handle(
        &mut self,
        now: Time,
        event: ClientEvent,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Checked {
        match event {
            ClientEvent::State(LinkState::Closed(_)) => {
                self.is_closed = true;
                self.views.values().for_each(|view| truth.abandon(view.outbox));
            }
            ClientEvent::State(_) => {}
            ClientEvent::Dial => self.begin_dial(now, net, rng)?,
            ClientEvent::CancelDial => self.drop_dial(now, net),
            ClientEvent::HangUp => self.drop_wire(now, net),
            ClientEvent::Opened { ch, resume } => {
                self.opened.insert(ch);
                if let Some(view) = self.views.get_mut(&ch) {
                    view.opened(resume)?;
                }
            }
            ClientEvent::Data { ch, off, bytes } => {
                let epoch = self.session.position(ch).ok_or("Data without a position")?.epoch;
                if let Some(view) = self.views.get_mut(&ch) {
                    view.data(now, epoch, off, bytes, truth)?;
                }
            }
            ClientEvent::Snapshot { ch, at, state, .. } => {
                let epoch = self.session.position(ch).ok_or("a Snapshot without a position")?.epoch;
                if let Some(view) = self.views.get_mut(&ch) {
                    view.snapshot(now, epoch, at, state, truth)?;
                }
            }
            ClientEvent::End { ch, .. } => {
                self.views.entry(ch).and_modify(|view| view.has_ended = true);
            }
            ClientEvent::Applied { ch, seq } => {
                self.views.get(&ch).map_or(Ok(()), |view| truth.told_applied(view.outbox, seq))?;
            }
            ClientEvent::InputRefused { ch, seq, .. } => {
                self.views.get(&ch).map_or(Ok(()), |view| truth.told_refused(view.outbox, seq))?;
            }
            ClientEvent::InputsUnknown { ch, first, next } => {
                self.views
                    .get(&ch)
                    .map_or(Ok(()), |view| truth.told_unknown(view.outbox, first, next))?;
            }
            ClientEvent::Refused { ch, .. } => {
                if let Some(view) = self.views.remove(&ch) {
                    truth.abandon(view.outbox);
                    self.keys.remove(&ch);
                }
            }
            ClientEvent::Fetched { req, .. } => {
                let index = self.asked.iter().position(|asked| *asked == req);
                let index = index.ok_or("an answer came to a question that was not asked")?;
                self.asked.swap_remove(index);
            }
        }
        Ok(())
    }

    fn begin_dial(&mut self, now: Time, net: &mut Net, rng: &mut Rng) -> Checked {
        if self.dial.is_some() {
            return Err("a second dial was asked for while one is under way".to_owned());
        }
        let gives_up_at = now + self.session.dial_within();
        let (wire, fails_at) = match self.network {
            Network::Up => {
                let there = now + self.weather.delay * 2 + rng.micros(0, 2000);
                let wire = net.dial(self.number, self.weather, there, there + self.weather.delay);
                (Some(wire), None)
            }
            Network::Unreachable => {
                (None, Some(now + Duration::from_micros(rng.within(0, 2) * 1000)))
            }
            Network::Silent => (None, None),
        };
        let hello = (self.early_hello || rng.chance(50)).then(|| self.session.hello(now));
        if let Some(wire) = wire.and_then(|id| net.wires.get_mut(&id)).filter(|_| self.early_hello)
        {
            wire.hello.clone_from(&hello);
        }
        self.dial = Some(Dial { wire, gives_up_at, fails_at, hello });
        self.wake = true;
        Ok(())
    }

    fn drop_dial(&mut self, now: Time, net: &mut Net) {
        let wire = self.dial.take().and_then(|dial| dial.wire);
        if let Some(wire) = wire.and_then(|id| net.wires.get_mut(&id)) {
            wire.close_client(now);
        }
    }

    fn drop_wire(&mut self, now: Time, net: &mut Net) {
        if let Some(wire) = self.wire.take().and_then(|id| net.wires.get_mut(&id)) {
            wire.close_client(now);
        }
    }

    pub(super) fn parse(&mut self, now: Time) {
        for (ch, view) in &mut self.views {
            if let Some(consumed) = view.parse(now) {
                self.session.consume(now, *ch, consumed);
            }
        }
    }

    fn transmit(&mut self, now: Time, net: &mut Net, rng: &mut Rng) -> Checked {
        let Some(wire) = self.wire.and_then(|id| net.wires.get_mut(&id)) else { return Ok(()) };
        while wire.up.can_take() {
            let Some(packet) = self.session.poll_transmit(now) else { break };
            wire.up.push(now, packet.clone());
            self.watch(packet)?;
        }
        let _ = rng;
        self.wake |= !wire.up.can_take();
        Ok(())
    }

    /// A key typed into an empty Outbox waits behind at most one packet of other channels' inputs.
    fn watch(&mut self, packet: Bytes) -> Checked {
        if self.keys.is_empty() {
            return Ok(());
        }
        let frames =
            Decoder::new(0).open(packet).map_err(|fault| format!("a client's packet: {fault}"))?;
        for frame in frames {
            let Frame::Input(input) = frame else { continue };
                eprintln!(
                    "DBG input {} ch {} seq {} len {} keys {:?}",
                    self.number,
                    input.ch,
                    input.seq,
                    input.bytes.len(),
                    self.keys
                );
            }
            let waited = self.keys.remove(&input.ch).unwrap_or(0);
            if waited > 2 * INPUT_MAX {
                return Err(format!("a key waited behind {waited} bytes of other inputs"));
            }
            self.keys.values_mut().for_each(|waited| *waited += input.bytes.len());
        }
        Ok(())
    }

    fn check(&mut self, now: Time, random: u64) -> Checked {
        for ch in self.views.keys() {
            let (inputs, bytes) = self.session.waiting(*ch);
            if inputs > OUTBOX_ENTRIES_MAX || bytes > OUTBOX_MAX {
                return Err(format!("an Outbox holds {inputs} inputs of {bytes} bytes"));
            }
        }
        if !self.session.is_live() {
            self.keys.clear();
            self.opened.clear();
        }
        let is_due = |session: &ClientSession| session.poll_timeout().is_some_and(|at| at <= now);
        if is_due(&self.session) {
            self.wake = true;
            self.session.handle_timeout(now, random);
        }
        if is_due(&self.session) {
            return Err("a client's session wants to be woken at once and for ever".to_owned());
        }
        Ok(())
    }

    /// The app goes to the background: Bye, and the link is closed.
    pub(super) fn sleep(
        &mut self,
        now: Time,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Checked {
        self.session.sleep();
        self.transmit(now, net, rng)?;
        self.drain(now, net, truth, rng)?;
        if let Some(wire) = self.wire.take().and_then(|id| net.wires.get_mut(&id)) {
            wire.drain_client(now);
        }
        self.drop_dial(now, net);
        // A socket that was closed on purpose reports its end as well.
        self.session.link_down(now, rng.next(), None);
        self.drain(now, net, truth, rng)
    }

    /// The credential is no longer taken.
    pub(super) fn give_up(
        &mut self,
        now: Time,
        fault: Fault,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Checked {
        self.session.give_up(fault);
        self.drain(now, net, truth, rng)?;
        self.drop_wire(now, net);
        self.session.link_down(now, rng.next(), None);
        self.session.nudge(now);
        self.drain(now, net, truth, rng)
    }

    pub(super) const fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub(super) const fn is_dialing(&self) -> bool {
        self.dial.is_some()
    }
}

fn session(client: ClientId, zstd_window_log: u32) -> ClientSession {
    ClientSession::new(ClientConfig { client, agent: "simulated".to_owned(), zstd_window_log })
}
