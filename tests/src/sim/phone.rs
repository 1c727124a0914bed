//! A device: a real ClientSession and the driver around it, its person's views, and the network it is in.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use devtail_protocol::limits::{
    CHANNELS_MAX, INPUT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX, ZSTD_WINDOW_LOG,
};
use devtail_protocol::session::{ClientConfig, ClientSession};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId, ClientId, Fault, Time};

use super::Checked;
use super::model::{Command, Model};
use super::net::{Net, WireId};
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
    pub(super) dial: Option<Dial>,
    pub(super) views: BTreeMap<Ch, View>,
    pub(super) weather: Weather,
    pub(super) network: Network,
    /// The Hello rides in the upgrade's header.
    pub(super) early_hello: bool,
    zstd_window_log: u32,
    pub(super) pace: Pace,
    /// Its process is stopped until then.
    pub(super) frozen_until: Option<Time>,
    /// Fetches asked and not answered.
    pub(super) asked: Vec<u32>,
    /// For a key typed into an empty Outbox: bytes of other channels that went before it.
    pub(super) keys: BTreeMap<Ch, usize>,
    /// Channels that are open on the link in use.
    pub(super) opened: BTreeSet<Ch>,
    pub(super) is_closed: bool,
    pub(super) wake: bool,
}

/// A dial under way.
#[derive(Debug)]
pub(super) struct Dial {
    pub(super) wire: Option<WireId>,
    pub(super) gives_up_at: Time,
    pub(super) fails_at: Option<Time>,
    pub(super) hello: Option<Bytes>,
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
        let is_full = self.views.len() >= CHANNELS_MAX;
        if self.is_closed || is_full || self.views.values().any(|view| view.id == id) {
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

    /// The app goes to the background: Bye, and the link is closed.
    pub(super) fn sleep(
        &mut self,
        now: Time,
        net: &mut Net,
        truth: &mut Truth,
        rng: &mut Rng,
    ) -> Checked {
        self.session.sleep();
        self.transmit(now, net)?;
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
