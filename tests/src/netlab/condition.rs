//! What a link is like: the ladder of named conditions, from an office to a train.

use std::time::Duration;

use super::lane::Loss;

/// One direction of a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// From one end to the other, without queue.
    pub delay: Duration,
    /// The delay differs by up to this much to either side, evenly.
    pub jitter: Duration,
    /// Whether a packet may overtake another by its jitter.
    pub reorders: bool,
    /// What is lost on the way.
    pub loss: Loss,
    /// Bits a second; `None`: as fast as the machine.
    pub rate: Option<u64>,
    /// What waits for the rate, in time; what comes beyond it is dropped.
    pub queue: Duration,
}

/// Both directions, by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition {
    /// What people call it.
    pub name: &'static str,
    /// From the phone to the host.
    pub up: Way,
    /// From the host to the phone.
    pub down: Way,
    /// What happens while it is like that, each time it has begun anew.
    pub events: &'static [Event],
}

/// Something that happens to a link at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// After the link began.
    pub at: Duration,
    /// What.
    pub change: Change,
}

/// What can happen to a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// Nothing passes in either direction.
    Dark,
    /// Nothing passes from the phone to the host, which goes on sending.
    UpDark,
    /// All passes again.
    Light,
    /// The phone has another address from now on; packets to the old one are lost.
    Roam,
    /// The link is like this from now on; what happens while it is so, is not part of it.
    Like(&'static Condition),
}

const MBIT: u64 = 1_000_000;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const fn way(delay: u64, jitter: u64, lost_ppm: u32, rate: u64, queue: u64) -> Way {
    Way {
        delay: ms(delay),
        jitter: ms(jitter),
        reorders: false,
        loss: Loss::Even { ppm: lost_ppm },
        rate: Some(rate),
        queue: ms(queue),
    }
}

const fn steady(name: &'static str, up: Way, down: Way) -> Condition {
    Condition { name, up, down, events: &[] }
}

const fn at(seconds: u64, change: Change) -> Event {
    Event { at: Duration::from_secs(seconds), change }
}

const LTE: Way = way(25, 0, 1_000, 20 * MBIT, 200);
const EDGE: Way = Way {
    loss: Loss::Bursts { enter_ppm: 5_000, leave_ppm: 300_000, ppm: 300_000 },
    ..way(45, 15, 0, 4 * MBIT, 400)
};
const THREE_G: Way = way(150, 40, 30_000, MBIT, 300);
const SPACE: Way = way(300, 10, 2_000, 10 * MBIT, 500);

/// From the best to the worst.
pub const LADDER: [Condition; 8] = [
    steady("office", way(1, 0, 0, 500 * MBIT, 20), way(1, 0, 0, 500 * MBIT, 20)),
    steady("wifi", way(4, 3, 1_000, 100 * MBIT, 100), way(4, 3, 1_000, 200 * MBIT, 100)),
    steady("lte", LTE, LTE),
    steady("lte-edge", EDGE, EDGE),
    steady("3g", THREE_G, THREE_G),
    Condition {
        name: "train",
        up: LTE,
        down: LTE,
        events: &[
            at(10, Change::Dark),
            at(20, Change::Light),
            at(30, Change::Dark),
            at(38, Change::Roam),
            at(40, Change::Light),
        ],
    },
    Condition {
        name: "lift",
        up: LTE,
        down: LTE,
        events: &[at(5, Change::UpDark), at(7, Change::Dark), at(32, Change::Light)],
    },
    steady("satellite", SPACE, SPACE),
];

/// The condition of this name.
pub fn named(name: &str) -> Option<Condition> {
    rung(name).copied()
}

/// The condition of this name, where it stands on the ladder.
pub(super) fn rung(name: &str) -> Option<&'static Condition> {
    const RUNGS: &[Condition] = &LADDER;
    RUNGS.iter().find(|condition| condition.name == name)
}
