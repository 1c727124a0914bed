//! The world: phones, one gateway, holders, and what lies between; one clock, one source of chance.

use std::collections::BTreeMap;
use std::time::Duration;

use devtail_protocol::{ChannelId, Fault, Time};

use super::gateway::{Around, Gateway};
use super::holder::{Holder, Traits};
use super::net::{End, Net, Wire};
use super::phone::{Network, Phone};
use super::pipe::Weather;
use super::rng::Rng;
use super::truth::Truth;
use super::{Checked, Sabotage};

/// Turns at one moment beyond which something spins.
const TURNS_AT_ONCE_MAX: u32 = 2000;
/// Turns in one life beyond which something never comes to rest.
const TURNS_MAX: u64 = 2_000_000;

/// Everything there is.
pub(super) struct World {
    pub(super) now: Time,
    pub(super) rng: Rng,
    pub(super) net: Net,
    pub(super) phones: Vec<Phone>,
    pub(super) gateway: Gateway,
    pub(super) holders: BTreeMap<ChannelId, Holder>,
    pub(super) truth: Truth,
    pub(super) traits: Traits,
    pub(super) turns: u64,
}

impl World {
    pub(super) fn new(seed: u64, sabotage: Sabotage) -> Self {
        let mut rng = Rng::new(seed);
        let count = 1 + rng.index(3);
        let phones = (0..count)
            .map(|number| {
                let weather = Self::weather(&mut rng);
                Phone::new(number, weather, &mut rng)
            })
            .collect();
        let traits = Traits {
            slow_us: rng.pick(&[0, 0, 1000, 200_000]),
            snapshot_us: rng.pick(&[1, 1000, 50_000]),
            snapshot_padding: rng.pick(&[0, 4 << 10, 40 << 10]),
            flood_gap_us: rng.pick(&[100, 2000, 30_000]),
            sabotage,
        };
        Self {
            now: Time::ZERO,
            gateway: Gateway::new(sabotage, &mut rng),
            rng,
            net: Net::default(),
            phones,
            holders: BTreeMap::new(),
            truth: Truth::default(),
            traits,
            turns: 0,
        }
    }

    /// A path: fibre, Wi-Fi, LTE or worse.
    pub(super) fn weather(rng: &mut Rng) -> Weather {
        let rate = rng.pick(&[20_000, 100_000, 600_000, 3_000_000, 50_000_000]);
        let delay = rng.pick(&[100, 5_000, 30_000, 150_000]);
        let jitter = rng.pick(&[0, delay / 4, delay]);
        Weather { rate, delay: Duration::from_micros(delay), jitter: Duration::from_micros(jitter) }
    }

    /// When something next happens by itself.
    pub(super) fn next_at(&self) -> Option<Time> {
        let phones = self.phones.iter().filter_map(Phone::next_at);
        let holders = self.holders.values().filter_map(Holder::next_at);
        let stopped =
            |phone: usize| self.phones[phone].frozen_until.is_some_and(|until| until > self.now);
        phones.chain(holders).chain(self.gateway.next_at()).chain(self.net.next_at(stopped)).min()
    }

    /// Lets all happen that happens until then.
    pub(super) fn run_until(&mut self, until: Time) -> Checked {
        self.settle_moment()?;
        let mut again = 0;
        while let Some(at) = self.next_at().filter(|at| *at <= until) {
            again = if at > self.now { 0 } else { again + 1 };
            if again > TURNS_AT_ONCE_MAX {
                return Err(format!("the moment does not pass: {}", self.due()));
            }
            self.now = self.now.max(at);
            self.settle_moment()?;
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// Who says that something is due now.
    fn due(&self) -> String {
        let phones: Vec<_> = self.phones.iter().map(|phone| phone.next_at()).collect();
        let holders: Vec<_> = self.holders.values().map(Holder::next_at).collect();
        let net = self.net.next_at(|_| false);
        format!(
            "at {:?} phones {phones:?}, gateway {:?}, holders {holders:?}, net {net:?}",
            self.now,
            self.gateway.next_at()
        )
    }

    /// Every part takes its turns until nothing is left to do now.
    fn settle_moment(&mut self) -> Checked {
        self.check_turns()?;
        for _ in 0..TURNS_AT_ONCE_MAX {
            if !self.turn_all()? {
                return Ok(());
            }
        }
        Err(format!("something spins: the moment does not pass: {}", self.due()))
    }

    fn check_turns(&self) -> Checked {
        if self.turns < TURNS_MAX {
            return Ok(());
        }
        Err(format!("something never comes to rest: {} turns", self.turns))
    }

    fn turn_all(&mut self) -> Result<bool, String> {
        let Self { now, rng, net, phones, gateway, holders, truth, traits, turns } = self;
        let now = *now;
        net.advance(now, rng);
        let mut did = false;
        for phone in phones {
            let turned = phone
                .turn(now, net, truth, rng)
                .map_err(|why| format!("phone {}: {why}", phone.number))?;
            did |= turned;
            *turns += u64::from(turned);
        }
        let mut around = Around { net, holders, truth, rng, traits: *traits };
        did |= gateway.turn(now, &mut around)?;
        for local in net.locals.values() {
            if local.wakes_holder(now)
                && let Some(holder) = holders.get_mut(&local.holder)
            {
                holder.wake = true;
            }
        }
        for holder in holders.values_mut() {
            if holder.wake || holder.next_at().is_some_and(|at| at <= now) {
                did = true;
                holder.turn(now, net, truth, rng).map_err(|why| format!("a holder: {why}"))?;
            }
        }
        *turns += u64::from(did);
        Ok(did)
    }

    pub(super) fn wire_of(&mut self, phone: usize) -> Option<&mut Wire> {
        let wire = self.phones[phone].wire?;
        self.net
            .wires
            .get_mut(&wire)
            .filter(|wire| wire.client == End::Open && wire.server == End::Open)
    }

    pub(super) fn nudge(&mut self, phone: usize) {
        self.phones[phone].session.nudge(self.now);
        self.phones[phone].wake = true;
    }

    pub(super) fn network_changed(&mut self, phone: usize) {
        self.phones[phone].session.network_changed(self.now);
        self.phones[phone].wake = true;
    }

    pub(super) fn sleep(&mut self, phone: usize) -> Checked {
        let Self { now, rng, net, phones, truth, .. } = self;
        phones[phone].sleep(*now, net, truth, rng)
    }

    pub(super) fn restart(&mut self, phone: usize) -> Checked {
        let Self { now, rng, net, phones, truth, .. } = self;
        phones[phone].restart(*now, net, truth, rng)
    }

    pub(super) fn sign_out(&mut self, phone: usize, fault: Fault) -> Checked {
        let Self { now, rng, net, phones, truth, .. } = self;
        phones[phone].give_up(*now, fault, net, truth, rng)
    }

    pub(super) fn go_away(&mut self) {
        self.gateway.go_away(&mut self.rng);
    }

    pub(super) fn kill_gateway(&mut self) {
        let back_at = self.now + self.rng.millis(10, 3000);
        let Self { now, rng, net, holders, truth, gateway, traits, .. } = self;
        gateway.kill(*now, back_at, &mut Around { net, holders, truth, rng, traits: *traits });
    }

    pub(super) fn deafen_holder(&mut self) {
        let ids: Vec<ChannelId> = self.holders.keys().copied().collect();
        if !ids.is_empty() {
            let id = self.rng.pick(&ids);
            let until = self.now + self.rng.millis(10, 20_000);
            self.gateway.deafen(self.now, id, until, &mut self.net);
        }
    }

    pub(super) fn kill_holder(&mut self) {
        let ids: Vec<ChannelId> = self.holders.keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let id = self.rng.pick(&ids);
        self.truth.memory_was_lost = true;
        self.holders.remove(&id);
        for local in self.net.locals.values_mut().filter(|local| local.holder == id) {
            local.held = End::Closed;
            let last = local.to_gateway.sender_gone(self.now);
            if local.gateway == End::Open {
                local.gateway = End::Ending(last);
            }
        }
        // Sometimes another device has made it anew before anybody looks.
        if self.rng.chance(40) {
            let holder = Holder::new(id, self.traits, &mut self.truth, &mut self.rng);
            self.holders.insert(id, holder);
        }
    }

    /// All obstacles are gone: every network is up, every app is in front and reads as fast as it can.
    pub(super) fn heal(&mut self) {
        self.gateway.deaf.clear();
        for phone in 0..self.phones.len() {
            self.phones[phone].network = Network::Up;
            self.phones[phone].frozen_until = None;
            self.hurry(phone);
            self.nudge(phone);
        }
    }
}
