//! A gateway: a real ServerSession a wire, a Dock a channel. Its turn is the one the real connection loop does.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::session::{ServerConfig, ServerEvent, ServerSession};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Code, Fault, Time};

use super::dock::{Dock, Note, WireLogs};
use super::holder::{Holder, Traits};
use super::net::{End, Net, WireId};
use super::rng::Rng;
use super::truth::Truth;
use super::visit::Visit;
use super::watch::Watch;
use super::{Checked, Sabotage};

/// The last packet of a link may take so long to leave.
const FAREWELL_WITHIN: Duration = Duration::from_secs(5);

/// The process that speaks to phones.
#[derive(Debug)]
pub(super) struct Gateway {
    boot: Boot,
    client: ClientId,
    visits: BTreeMap<WireId, Visit>,
    docks: BTreeMap<ChannelId, Dock>,
    /// Holders that do not answer it until then.
    pub(super) deaf: BTreeMap<ChannelId, Time>,
    /// It is dead until then.
    pub(super) down_until: Option<Time>,
    sabotage: Sabotage,
}

/// What the gateway works in.
pub(super) struct Around<'a> {
    pub(super) net: &'a mut Net,
    pub(super) holders: &'a mut BTreeMap<ChannelId, Holder>,
    pub(super) truth: &'a mut Truth,
    pub(super) rng: &'a mut Rng,
    pub(super) traits: Traits,
}

impl Gateway {
    pub(super) fn new(sabotage: Sabotage, rng: &mut Rng) -> Self {
        Self {
            boot: Boot(rng.next() | 1),
            client: ClientId(rng.sixteen()),
            visits: BTreeMap::new(),
            docks: BTreeMap::new(),
            deaf: BTreeMap::new(),
            down_until: None,
            sabotage,
        }
    }

    /// `kill -9`: every wire and every copy is gone; the holders go on.
    pub(super) fn kill(&mut self, now: Time, back_at: Time, around: &mut Around<'_>) {
        for id in std::mem::take(&mut self.visits).into_keys() {
            if let Some(wire) = around.net.wires.get_mut(&id) {
                wire.close_server(now);
            }
        }
        for dock in std::mem::take(&mut self.docks).into_values() {
            around.net.leave_local(now, dock.front);
        }
        *self = Self { down_until: Some(back_at), ..Self::new(self.sabotage, around.rng) };
    }

    /// The holder does not answer until then: whoever reads there is told.
    pub(super) fn deafen(&mut self, now: Time, id: ChannelId, until: Time, net: &mut Net) {
        self.deaf.insert(id, until);
        if let Some(dock) = self.docks.get(&id) {
            net.leave_local(now, dock.front);
        }
        self.lose(now, id, Code::Failed);
    }

    /// Tells every client when to come back.
    pub(super) fn go_away(&mut self, rng: &mut Rng) {
        for visit in self.visits.values_mut() {
            visit.session.go_away(u32::try_from(rng.within(0, 3000)).expect("small"));
            visit.wake = true;
        }
    }

    pub(super) fn next_at(&self) -> Option<Time> {
        let timers = self.visits.values().filter_map(Visit::next_at);
        timers.chain(self.down_until).min()
    }

    /// Links that said Hello, by client.
    pub(super) fn live_links(&self) -> Vec<ClientId> {
        self.visits.values().filter_map(|visit| visit.who.map(|(client, _)| client)).collect()
    }

    /// Whether anything was done.
    pub(super) fn turn(&mut self, now: Time, around: &mut Around<'_>) -> Result<bool, String> {
        if self.down_until.is_some_and(|until| until > now) {
            return Ok(self.refuse_upgrades(now, around));
        }
        self.down_until = None;
        let mut did = self.accept(now, around);
        did |= self.turn_docks(now, around)?;
        for id in self.visits.keys().copied().collect::<Vec<_>>() {
            did |= self.turn_visit(now, id, around)?;
        }
        Ok(did)
    }

    fn refuse_upgrades(&self, now: Time, around: &mut Around<'_>) -> bool {
        let due = around.net.wires.values_mut().filter(|wire| wire.server.is_due(now));
        due.map(|wire| {
            wire.server = End::Closed;
            wire.is_refused = true;
        })
        .count()
            > 0
    }

    fn accept(&mut self, now: Time, around: &mut Around<'_>) -> bool {
        let mut did = false;
        for (id, wire) in &mut around.net.wires {
            if !matches!(wire.server, End::Coming(at) if at <= now) {
                continue;
            }
            did = true;
            wire.server = End::Open;
            if wire.client == End::Closed {
                wire.server = End::Ending(now + wire.up.weather.delay);
            }
            let mut visit = Visit {
                session: ServerSession::new(now, ServerConfig { boot: self.boot }),
                who: None,
                channels: BTreeMap::new(),
                watch: Watch::new(around.rng.chance(30)),
                closes_at: None,
                wake: true,
            };
            if let Some(hello) = wire.hello.take() {
                visit.packet(now, hello);
            }
            self.visits.insert(*id, visit);
        }
        did
    }

    fn turn_docks(&mut self, now: Time, around: &mut Around<'_>) -> Result<bool, String> {
        let mut did = false;
        for id in self.docks.keys().copied().collect::<Vec<_>>() {
            let dock = self.docks.get_mut(&id).expect("listed");
            let Some(local) = around.net.locals.get_mut(&dock.front) else { continue };
            if local.gateway.is_due(now)
                || local.to_gateway.arrives_at().is_some_and(|at| at <= now)
            {
                did = true;
                let is_gone = local.gateway.is_due(now);
                let notes =
                    dock.receive(now, local).map_err(|fault| format!("a Mirror broke: {fault}"))?;
                notes.into_iter().for_each(|(wire, note)| self.take_note(now, wire, note));
                if is_gone {
                    local.gateway = End::Closed;
                    self.lose(now, id, Code::Gone);
                    continue;
                }
            }
            let dock = self.docks.get_mut(&id).expect("listed");
            dock.transmit(now, local);
            dock.check()?;
        }
        Ok(did)
    }

    /// The holder died, or does not answer.
    fn lose(&mut self, now: Time, id: ChannelId, code: Code) {
        let Some(dock) = self.docks.remove(&id) else { return };
        for reader in dock.readers.values() {
            let fault = Fault::new(code, "The channel's holder is not there.");
            self.take_note(now, reader.wire, Note::Refused(reader.ch, fault));
        }
    }

    fn take_note(&mut self, now: Time, wire: WireId, note: Note) {
        let Some(visit) = self.visits.get_mut(&wire) else { return };
        visit.wake = true;
        match note {
            Note::News => {}
            Note::Attached(ch, attached) => {
                visit.session.attached(now, ch, attached);
            }
            Note::Settled(ch, seq, outcome) => visit.session.settled(now, ch, seq, outcome),
            Note::Echoed(ch, seq, at) => visit.session.echoed(ch, seq, at),
            Note::Refused(ch, fault) => {
                visit.channels.remove(&ch);
                visit.session.refused(ch, fault);
            }
        }
    }

    fn turn_visit(
        &mut self,
        now: Time,
        id: WireId,
        around: &mut Around<'_>,
    ) -> Result<bool, String> {
        let Some(visit) = self.visits.get_mut(&id) else { return Ok(false) };
        let Some(wire) = around.net.wires.get_mut(&id) else { return Ok(false) };
        let is_timer = visit.next_at().is_some_and(|at| at <= now);
        let has_mail = wire.up.arrives_at().is_some_and(|at| at <= now) || wire.server.is_due(now);
        let is_writable = wire.down.can_take();
        // One that is to close is not kept open by a socket that never takes its last word.
        let may_go_on = is_writable || (visit.session.is_closing() && visit.closes_at.is_none());
        let has_reason = is_timer || has_mail || (visit.wake && may_go_on);
        if !has_reason {
            return Ok(false);
        }
        visit.wake = false;
        while let Some(packet) = wire.up.pop(now) {
            visit.packet(now, packet);
        }
        if let Err(fault) = visit.session.handle_timeout(now) {
            visit.session.fail(fault);
        }
        let is_over = wire.server.is_due(now);
        self.drain(now, id, around)?;
        self.transmit(now, id, around)?;
        if is_over {
            self.leave(id, now, around);
        }
        Ok(true)
    }

    fn drain(&mut self, now: Time, id: WireId, around: &mut Around<'_>) -> Checked {
        while let Some(event) =
            self.visits.get_mut(&id).and_then(|visit| visit.session.poll_event())
        {
            if let Err(fault) = self.handle(now, id, event, around)? {
                self.visits.get_mut(&id).expect("it had an event").session.fail(fault);
            }
        }
        Ok(())
    }

    fn handle(
        &mut self,
        now: Time,
        id: WireId,
        event: ServerEvent,
        around: &mut Around<'_>,
    ) -> Result<Result<(), Fault>, String> {
        let who = self.visits[&id].who.map(|(client, _)| client);
        match event {
            ServerEvent::Greeted { client, generation, .. } => {
                return Ok(self.fence(now, id, client, generation, around));
            }
            ServerEvent::Open { ch, id: channel, spec, outbox, .. } => {
                // A Hello that was refused is followed by its Opens, which are void.
                let Some(client) = who else { return Ok(Ok(())) };
                if let Err(fault) = self.dock(now, channel, spec.as_ref(), around)? {
                    self.visits.get_mut(&id).expect("here").session.refused(ch, fault);
                    return Ok(Ok(()));
                }
                self.visits.get_mut(&id).expect("here").channels.insert(ch, channel);
                let dock = self.docks.get_mut(&channel).expect("just made");
                return Ok(dock.attach(client, id, ch, outbox));
            }
            ServerEvent::Input { ch, seq, bytes } => {
                if self.sabotage == Sabotage::LoseInput && around.rng.chance(5) {
                    return Ok(Ok(()));
                }
                if let Some((dock, client)) = self.reading(id, ch).zip(who) {
                    dock.mirror.get_mut().input(client, seq, bytes);
                }
            }
            ServerEvent::Consumed(ch, offset) => {
                if let Some((dock, client)) = self.reading(id, ch).zip(who) {
                    dock.mirror.get_mut().consumed(client, offset);
                }
            }
            ServerEvent::Close(ch) => {
                if let Some((dock, client)) = self.reading(id, ch).zip(who) {
                    dock.detach(client, id);
                }
                self.visits.get_mut(&id).expect("here").channels.remove(&ch);
            }
            ServerEvent::Fetch { req, query, .. } => {
                self.visits
                    .get_mut(&id)
                    .expect("here")
                    .session
                    .fetched(req, Ok(Bytes::from([&query[..]; 8].concat())));
            }
            ServerEvent::Bye => {}
        }
        Ok(Ok(()))
    }

    fn reading(&mut self, id: WireId, ch: Ch) -> Option<&mut Dock> {
        let channel = self.visits.get(&id)?.channels.get(&ch)?;
        self.docks.get_mut(channel)
    }

    /// The newest generation of a client wins.
    fn fence(
        &mut self,
        now: Time,
        id: WireId,
        client: ClientId,
        generation: u64,
        around: &mut Around<'_>,
    ) -> Result<(), Fault> {
        let rivals: Vec<(WireId, u64)> = self
            .visits
            .iter()
            .filter_map(|(wire, visit)| Some((*wire, visit.who?)))
            .filter_map(|(wire, (other, its))| (other == client).then_some((wire, its)))
            .collect();
        for (wire, its) in rivals {
            if its >= generation {
                return Err(Fault::new(
                    Code::Superseded,
                    "A newer link of this app is in use already.",
                ));
            }
            self.leave(wire, now, around);
        }
        self.visits.get_mut(&id).expect("it said Hello").who = Some((client, generation));
        Ok(())
    }

    /// The Dock of this channel, and the channel itself if there is none and `spec` says how to make it.
    fn dock(
        &mut self,
        now: Time,
        channel: ChannelId,
        spec: Option<&Bytes>,
        around: &mut Around<'_>,
    ) -> Result<Result<(), Fault>, String> {
        if self.docks.contains_key(&channel) {
            return Ok(Ok(()));
        }
        if self.deaf.get(&channel).is_some_and(|until| *until > now) {
            return Ok(Err(Fault::new(Code::Failed, "The channel's holder does not answer.")));
        }
        if !around.holders.contains_key(&channel) {
            if spec.is_none() {
                return Ok(Err(Fault::new(Code::Gone, "This channel is no more.")));
            }
            let holder = Holder::new(channel, around.traits, around.truth, around.rng);
            around.holders.insert(channel, holder);
        }
        let front = around.net.connect_local(channel, around.rng);
        around.holders.get_mut(&channel).expect("just made").front_up(front)?;
        self.docks.insert(channel, Dock::new(channel, front, self.client));
        Ok(Ok(()))
    }

    fn transmit(&mut self, now: Time, id: WireId, around: &mut Around<'_>) -> Checked {
        let Some(visit) = self.visits.get_mut(&id) else { return Ok(()) };
        let Some(wire) = around.net.wires.get_mut(&id) else { return Ok(()) };
        let skip = u64::from(self.sabotage == Sabotage::SkipBytes && around.rng.chance(1));
        let logs = WireLogs { docks: &self.docks, channels: &visit.channels, skip };
        while wire.down.can_take() {
            let before = visit.watch.before(now, &logs);
            let Some(packet) = visit.session.poll_transmit(now, &logs) else { break };
            visit.watch.sent(now, &packet, &before)?;
            wire.down.push(now, packet);
        }
        if visit.session.is_closing() {
            let closes_at = *visit.closes_at.get_or_insert(now + FAREWELL_WITHIN);
            if wire.down.can_take() || closes_at <= now {
                self.leave(id, now, around);
                return Ok(());
            }
        }
        // What did not fit goes on when the socket has room.
        visit.wake |= !wire.down.can_take();
        match visit.session.poll_timeout() {
            Some(at) if at <= now => Err(format!(
                "a gateway's session wants to be woken at {at:?}, at once and for ever"
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// A wire ends: its readers leave.
    fn leave(&mut self, id: WireId, now: Time, around: &mut Around<'_>) {
        let Some(visit) = self.visits.remove(&id) else { return };
        if let Some((client, _)) = visit.who {
            for dock in self.docks.values_mut() {
                dock.detach(client, id);
            }
        }
        if let Some(wire) = around.net.wires.get_mut(&id) {
            wire.drain_server(now);
        }
    }
}
