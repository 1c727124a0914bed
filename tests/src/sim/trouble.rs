//! What the network and the host do to those who only want to work.

use std::time::Duration;

use super::Checked;
use super::net::End;
use super::phone::Network;
use super::world::World;

/// What the network does to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Both ends learn that the link is gone.
    Cut,
    /// The phone learns it, and the gateway goes on reading what was under way.
    CutLate,
    /// Nothing arrives at the phone any more, and nobody is told.
    DeafPhone,
    /// Nothing arrives at the gateway any more, and nobody is told.
    DeafGateway,
    /// The old path dies in silence; the system says so, and there is another.
    Roam,
    Stall,
    DelaySpike,
    /// The next packet of one direction arrives twice.
    Duplicate,
    /// Every dial fails at once.
    Unreachable,
    /// Every dial is met with silence.
    Silent,
    NetworkBack,
    Nudge,
    /// The phone's process stops: its timers come late.
    Freeze,
}

/// What happens to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blow {
    GoAway,
    /// A holder does not answer for a while.
    HolderDeaf,
    GatewayKilled,
    HolderDies,
    InboxCrowded,
}

impl Trouble {
    pub(super) fn apply(self, world: &mut World, phone: usize) {
        let now = world.now;
        match self {
            Self::Nudge => world.nudge(phone),
            Self::Freeze => {
                let until = now + Duration::from_secs(world.rng.within(1, 400));
                world.phones[phone].frozen_until = Some(until);
            }
            Self::Cut => drop(world.wire_of(phone).map(|wire| wire.reset(now))),
            Self::CutLate => {
                let late = world.rng.millis(1, 5000);
                if let Some(wire) = world.wire_of(phone) {
                    wire.up.stall(now, late);
                    wire.client = End::Ending(now);
                    wire.server = End::Ending(wire.up.last_arrival(now));
                }
            }
            Self::DeafPhone => {
                world.wire_of(phone).into_iter().for_each(|wire| wire.down.is_black_hole = true);
            }
            Self::DeafGateway => {
                world.wire_of(phone).into_iter().for_each(|wire| wire.up.is_black_hole = true);
            }
            Self::Roam => {
                if let Some(wire) = world.wire_of(phone) {
                    wire.up.is_black_hole = true;
                    wire.down.is_black_hole = true;
                }
                world.phones[phone].weather = World::weather(&mut world.rng);
                world.phones[phone].network = Network::Up;
                world.network_changed(phone);
            }
            Self::Stall => {
                let pause = world.rng.millis(10, 20_000);
                if let Some(wire) = world.wire_of(phone) {
                    wire.up.stall(now, pause);
                    wire.down.stall(now, pause);
                }
            }
            Self::DelaySpike => {
                let delay = world.rng.millis(1, 2000);
                if let Some(wire) = world.wire_of(phone) {
                    wire.up.weather.delay = delay;
                    wire.down.weather.delay = delay;
                }
            }
            Self::Duplicate => {
                let (up, is_plain) = (world.rng.chance(50), !world.phones[phone].takes_zstd());
                if let Some(wire) = world.wire_of(phone) {
                    (wire.up.twice, wire.down.twice) = (up, !up && is_plain);
                }
            }
            Self::Unreachable => world.phones[phone].network = Network::Unreachable,
            Self::Silent => world.phones[phone].network = Network::Silent,
            Self::NetworkBack => {
                world.phones[phone].network = Network::Up;
                if world.rng.chance(50) {
                    world.network_changed(phone);
                }
            }
        }
    }
}

impl Blow {
    pub(super) fn apply(self, world: &mut World) -> Checked {
        match self {
            Self::GoAway => world.go_away(),
            Self::GatewayKilled => world.kill_gateway(),
            Self::HolderDeaf => world.deafen_holder(),
            Self::HolderDies => world.kill_holder(),
            Self::InboxCrowded => {
                world.truth.memory_was_lost = true;
                let ids: Vec<_> = world.holders.keys().copied().collect();
                if !ids.is_empty() {
                    let id = world.rng.pick(&ids);
                    return world.holders.get_mut(&id).expect("listed").crowd(&mut world.rng);
                }
            }
        }
        Ok(())
    }
}
