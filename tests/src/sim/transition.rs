//! What happens to the world: a closed list, chosen by the seed.

use super::Checked;
use super::model::Model;
use super::person::Deed;
use super::trouble::{Blow, Trouble};
use super::world::World;

/// One thing that happens. The number is the phone's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transition {
    /// What the person at a phone does.
    Person(usize, Deed),
    /// What the network does to a phone.
    Network(usize, Trouble),
    /// What befalls the machine.
    Host(Blow),
}

impl Transition {
    /// The next thing, by chance; what is common happens commonly.
    pub(super) fn choose(world: &mut World) -> Self {
        let rng = &mut world.rng;
        let phone = rng.index(world.phones.len());
        match rng.within(0, 155) {
            0..30 => Self::Person(phone, Deed::Type),
            30..34 => Self::Person(phone, Deed::Burst),
            34..39 => Self::Person(phone, Deed::Paste),
            39..47 => Self::Person(phone, Deed::Flood),
            47..51 => Self::Person(phone, Deed::Interrupt),
            51..53 => Self::Person(phone, Deed::Nonsense),
            53 => Self::Person(phone, Deed::Exit),
            54..58 => Self::Person(phone, Deed::Open(rng.pick(&Model::ALL))),
            58..62 => Self::Person(phone, Deed::OpenShared),
            62..64 => Self::Person(phone, Deed::Close),
            64..67 => Self::Person(phone, Deed::Reopen),
            67..71 => Self::Person(phone, Deed::Focus),
            71..74 => Self::Person(phone, Deed::Fetch),
            74..76 => Self::Person(phone, Deed::Slow),
            76..78 => Self::Person(phone, Deed::Pause),
            78..82 => Self::Person(phone, Deed::Hurry),
            82..91 => Self::Network(phone, Trouble::Cut),
            91..95 => Self::Network(phone, Trouble::CutLate),
            95..98 => Self::Network(phone, Trouble::DeafPhone),
            98..101 => Self::Network(phone, Trouble::DeafGateway),
            101..104 => Self::Network(phone, Trouble::Roam),
            104..110 => Self::Network(phone, Trouble::Stall),
            110..113 => Self::Network(phone, Trouble::DelaySpike),
            113..117 => Self::Network(phone, Trouble::Duplicate),
            117..119 => Self::Network(phone, Trouble::Unreachable),
            119..121 => Self::Network(phone, Trouble::Silent),
            121..127 => Self::Network(phone, Trouble::NetworkBack),
            127..130 => Self::Network(phone, Trouble::Nudge),
            130..132 => Self::Network(phone, Trouble::Freeze),
            132..135 => Self::Person(phone, Deed::Sleep),
            135..137 => Self::Person(phone, Deed::Restart),
            137 => Self::Person(phone, Deed::SignOut),
            138..140 => Self::Host(Blow::GoAway),
            140..147 => Self::Host(Blow::GatewayKilled),
            147..149 => Self::Host(Blow::HolderDies),
            149..151 => Self::Host(Blow::InboxCrowded),
            151..154 => Self::Host(Blow::HolderDeaf),
            _ => Self::Person(phone, Deed::Type),
        }
    }

    /// Lets it happen.
    pub(super) fn apply(self, world: &mut World) -> Checked {
        match self {
            Self::Person(phone, deed) => deed.apply(world, phone),
            Self::Network(phone, trouble) => {
                trouble.apply(world, phone);
                Ok(())
            }
            Self::Host(blow) => blow.apply(world),
        }
    }
}
