//! What happens to the world: a closed list, chosen by the seed.

use devtail_protocol::limits::{INPUT_MAX, INTERRUPT_UNSENT_MIN};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Code, Fault};

use super::Checked;
use super::model::{Command, Model};
use super::trouble::{Blow, Trouble};
use super::view::Pace;
use super::world::World;

/// One thing that happens. The number is the phone's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transition {
    Type(usize),
    /// Many keys at once.
    Burst(usize),
    Paste(usize),
    Flood(usize),
    Interrupt(usize),
    Nonsense(usize),
    Exit(usize),
    Open(usize, Model),
    /// Another device's channel.
    OpenShared(usize),
    Close(usize),
    /// Closes a channel and opens it again at once.
    Reopen(usize),
    Focus(usize),
    Fetch(usize),
    Slow(usize),
    Pause(usize),
    Hurry(usize),
    /// What the network does to a phone.
    Network(usize, Trouble),
    Sleep(usize),
    Restart(usize),
    SignOut(usize),
    Host(Blow),
}

impl Transition {
    /// The next thing, by chance; what is common happens commonly.
    pub(super) fn choose(world: &mut World) -> Self {
        let rng = &mut world.rng;
        let phone = rng.index(world.phones.len());
        match rng.within(0, 152) {
            0..30 => Self::Type(phone),
            30..34 => Self::Burst(phone),
            34..39 => Self::Paste(phone),
            39..47 => Self::Flood(phone),
            47..51 => Self::Interrupt(phone),
            51..53 => Self::Nonsense(phone),
            53 => Self::Exit(phone),
            54..58 => Self::Open(phone, rng.pick(&Model::ALL)),
            58..62 => Self::OpenShared(phone),
            62..64 => Self::Close(phone),
            64..67 => Self::Reopen(phone),
            67..71 => Self::Focus(phone),
            71..74 => Self::Fetch(phone),
            74..76 => Self::Slow(phone),
            76..78 => Self::Pause(phone),
            78..82 => Self::Hurry(phone),
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
            132..135 => Self::Sleep(phone),
            135..137 => Self::Restart(phone),
            137 => Self::SignOut(phone),
            138..140 => Self::Host(Blow::GoAway),
            140..147 => Self::Host(Blow::GatewayKilled),
            147..149 => Self::Host(Blow::HolderDies),
            149..151 => Self::Host(Blow::InboxCrowded),
            _ => Self::Type(phone),
        }
    }

    /// Lets it happen.
    pub(super) fn apply(self, world: &mut World) -> Checked {
        match self {
            Self::Type(phone) => world.type_in(phone, Command::Key, 13),
            Self::Burst(phone) => {
                let count = if world.rng.chance(3) { 12_000 } else { world.rng.within(2, 200) };
                let Some(ch) = world.some_channel(phone) else { return Ok(()) };
                (0..count).try_for_each(|_| world.type_at(phone, ch, Command::Key, 13))
            }
            Self::Paste(phone) => {
                let Some(ch) = world.some_channel(phone) else { return Ok(()) };
                let most = if world.rng.chance(5) { 100 } else { 12 };
                let pieces = world.rng.within(1, most);
                (0..pieces).try_for_each(|_| world.type_at(phone, ch, Command::Key, INPUT_MAX))
            }
            Self::Flood(phone) => {
                let most = if world.rng.chance(8) { 3 << 20 } else { 200 << 10 };
                let bytes = u32::try_from(world.rng.within(100, most)).expect("small");
                world.type_in(phone, Command::Flood(bytes), 13)
            }
            Self::Interrupt(phone) => {
                let Some(ch) = world.some_channel(phone) else { return Ok(()) };
                world.type_at(phone, ch, Command::Interrupt, 13)?;
                let min = if world.rng.chance(20) { 0 } else { INTERRUPT_UNSENT_MIN };
                world.phones[phone].session.refresh(ch, min);
                Ok(())
            }
            Self::Nonsense(phone) => world.type_in(phone, Command::Nonsense, 13),
            Self::Exit(phone) => world.type_in(phone, Command::Exit, 13),
            Self::Open(phone, model) => {
                let id = model.id(world.rng.sixteen());
                let many = if world.rng.chance(2) { world.rng.within(2, 250) } else { 0 };
                for _ in 0..many {
                    let other = Model::Agent.id(world.rng.sixteen());
                    if world.phones[phone].views.len() < 254 {
                        world.phones[phone].open(
                            other,
                            true,
                            Priority::Background,
                            &mut world.truth,
                        )?;
                    }
                }
                world.phones[phone].open(id, true, Priority::Focused, &mut world.truth)?;
                world.focus(phone, None);
                Ok(())
            }
            Self::OpenShared(phone) => world.open_shared(phone),
            Self::Close(phone) => {
                if let Some(ch) = world.some_channel(phone) {
                    world.phones[phone].close(ch, &mut world.truth);
                }
                Ok(())
            }
            Self::Reopen(phone) => world.reopen(phone),
            Self::Focus(phone) => {
                let ch = world.some_channel(phone);
                world.focus(phone, ch);
                Ok(())
            }
            Self::Fetch(phone) => {
                let query = vec![b'?'; world.rng.index(8000)];
                let phone = &mut world.phones[phone];
                phone.wake = true;
                let asked = phone.session.fetch("terminal", query.into());
                phone.asked.extend(asked.ok());
                Ok(())
            }
            Self::Slow(phone) => {
                let gap = world.rng.millis(1, 200);
                world.set_pace(phone, Pace::Slow(gap));
                Ok(())
            }
            Self::Pause(phone) => {
                world.set_pace(phone, Pace::Paused);
                Ok(())
            }
            Self::Hurry(phone) => {
                world.hurry(phone);
                Ok(())
            }
            Self::SignOut(phone) => {
                if world.phones.len() > 1 && phone > 0 {
                    return world.sign_out(phone, Fault::new(Code::Revoked, "revoked"));
                }
                Ok(())
            }
            Self::Sleep(phone) => world.sleep(phone),
            Self::Restart(phone) => world.restart(phone),
            Self::Network(phone, trouble) => {
                trouble.apply(world, phone);
                Ok(())
            }
            Self::Host(blow) => blow.apply(world),
        }
    }
}
