//! The turn of a phone's driver: the one that a real client's driver does.

use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::Time;
use devtail_protocol::limits::{EVENTS_MAX, INPUT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX};
use devtail_protocol::session::{ClientEvent, ClientSession, LinkState};
use devtail_protocol::wire::{Decoder, Frame};

use super::Checked;
use super::net::{End, Net};
use super::phone::{Dial, Network, Phone};
use super::rng::Rng;
use super::truth::Truth;

impl Phone {
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
        let has_reason = is_timer || has_mail || (self.wake && is_writable);
        if !has_reason {
            return Ok(false);
        }
        self.frozen_until = None;
        self.wake = false;
        self.receive(now, net, truth, rng)?;
        self.dials(now, net, rng);
        self.session.handle_timeout(now, rng.next());
        self.drain(now, net, truth, rng)?;
        self.parse(now);
        self.transmit(now, net)?;
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

    pub(super) fn drain(
        &mut self,
        now: Time,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Checked {
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
                    view.opened(resume);
                }
            }
            ClientEvent::Data { ch, off, bytes } => {
                let epoch = self.session.position(ch).ok_or("Data without a position")?.epoch;
                let view = self.views.get_mut(&ch);
                view.map_or(Ok(()), |view| view.data(now, epoch, off, bytes, truth))?;
            }
            ClientEvent::Snapshot { ch, at, state, .. } => {
                let epoch = self.session.position(ch).ok_or("a Snapshot without a position")?.epoch;
                if let Some(view) = self.views.get_mut(&ch) {
                    view.snapshot(now, epoch, at, state, self.client, truth)?;
                }
            }
            ClientEvent::End { ch, .. } => {
                self.views.entry(ch).and_modify(|view| view.has_ended = true);
            }
            ClientEvent::Applied { ch, seq } => {
                self.views.get(&ch).map_or(Ok(()), |view| truth.told_applied(view.outbox, seq))?;
            }
            ClientEvent::Echoed { ch, seq, .. } => {
                self.views.get(&ch).map_or(Ok(()), |view| truth.told_echoed(view.outbox, seq))?;
            }
            ClientEvent::InputRefused { ch, seq, .. } => {
                self.views.get(&ch).map_or(Ok(()), |view| truth.told_refused(view.outbox, seq))?;
            }
            ClientEvent::InputsUnknown { ch, first, next } => {
                self.views
                    .get(&ch)
                    .map_or(Ok(()), |view| truth.told_unknown(view.outbox, first, next))?;
            }
            ClientEvent::Unavailable { ch, .. } => {
                self.opened.remove(&ch);
                self.keys.remove(&ch);
                self.views.get(&ch).ok_or_else(|| format!("nobody reads {ch:?}"))?;
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

    pub(super) fn drop_dial(&mut self, now: Time, net: &mut Net) {
        let wire = self.dial.take().and_then(|dial| dial.wire);
        if let Some(wire) = wire.and_then(|id| net.wires.get_mut(&id)) {
            wire.close_client(now);
        }
    }

    pub(super) fn drop_wire(&mut self, now: Time, net: &mut Net) {
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

    pub(super) fn transmit(&mut self, now: Time, net: &mut Net) -> Checked {
        let Some(wire) = self.wire.and_then(|id| net.wires.get_mut(&id)) else { return Ok(()) };
        while wire.up.can_take() {
            let Some(packet) = self.session.poll_transmit(now) else { break };
            wire.up.push(now, packet.clone());
            self.watch(packet)?;
        }
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
}
