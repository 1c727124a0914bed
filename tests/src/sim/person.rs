//! What a person at a phone does: a closed list.

use std::time::Duration;

use devtail_protocol::limits::{INPUT_MAX, INTERRUPT_UNSENT_MIN};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId, Code, Fault};

use super::Checked;
use super::model::{Command, Model};
use super::view::Pace;
use super::world::World;

/// Bytes of a small input: enough for its number and what it asks.
const KEY: usize = 13;

/// One thing that a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Type,
    /// Many keys at once.
    Burst,
    Paste,
    Flood,
    Interrupt,
    Nonsense,
    Exit,
    Open(Model),
    /// Another device's channel.
    OpenShared,
    Close,
    /// Closes a channel and opens it again at once.
    Reopen,
    Focus,
    Fetch,
    Slow,
    Pause,
    Hurry,
    Sleep,
    Restart,
    SignOut,
}

impl Deed {
    /// Lets the person at the phone do it.
    pub(super) fn apply(self, world: &mut World, phone: usize) -> Checked {
        match self {
            Self::Type => return world.type_in(phone, Command::Key),
            Self::Burst => return world.burst(phone),
            Self::Paste => return world.paste(phone),
            Self::Flood => return world.flood(phone),
            Self::Interrupt => return world.interrupt(phone),
            Self::Nonsense => return world.type_in(phone, Command::Nonsense),
            Self::Exit => return world.type_in(phone, Command::Exit),
            Self::Open(model) => return world.open(phone, model),
            Self::OpenShared => return world.open_shared(phone),
            Self::Reopen => return world.reopen(phone),
            Self::Sleep => return world.sleep(phone),
            Self::Restart => return world.restart(phone),
            Self::SignOut if phone > 0 => {
                return world.sign_out(phone, Fault::new(Code::Revoked, "revoked"));
            }
            Self::SignOut => {}
            Self::Close => world.close(phone),
            Self::Focus => {
                let ch = world.some_channel(phone);
                world.focus(phone, ch);
            }
            Self::Fetch => world.fetch(phone),
            Self::Slow => {
                let gap = world.rng.millis(1, 200);
                world.set_pace(phone, Pace::Slow(gap));
            }
            Self::Pause => world.set_pace(phone, Pace::Paused),
            Self::Hurry => world.hurry(phone),
        }
        Ok(())
    }
}

impl World {
    fn burst(&mut self, phone: usize) -> Checked {
        let count = if self.rng.chance(3) { 12_000 } else { self.rng.within(2, 200) };
        let Some(ch) = self.some_channel(phone) else { return Ok(()) };
        (0..count).try_for_each(|_| self.type_at(phone, ch, Command::Key, KEY))
    }

    fn paste(&mut self, phone: usize) -> Checked {
        let Some(ch) = self.some_channel(phone) else { return Ok(()) };
        let most = if self.rng.chance(5) { 100 } else { 12 };
        let pieces = self.rng.within(1, most);
        (0..pieces).try_for_each(|_| self.type_at(phone, ch, Command::Key, INPUT_MAX))
    }

    fn flood(&mut self, phone: usize) -> Checked {
        let most = if self.rng.chance(8) { 3 << 20 } else { 200 << 10 };
        let bytes = u32::try_from(self.rng.within(100, most)).expect("small");
        self.type_in(phone, Command::Flood(bytes))
    }

    fn interrupt(&mut self, phone: usize) -> Checked {
        let Some(ch) = self.some_channel(phone) else { return Ok(()) };
        self.type_at(phone, ch, Command::Interrupt, KEY)?;
        let min = if self.rng.chance(20) { 0 } else { INTERRUPT_UNSENT_MIN };
        self.phones[phone].session.refresh(ch, min);
        Ok(())
    }

    /// Opens a new channel and works in it; now and then a great many others before it.
    fn open(&mut self, phone: usize, model: Model) -> Checked {
        let id = model.id(self.rng.sixteen());
        let many = if self.rng.chance(2) { self.rng.within(2, 250) } else { 0 };
        for _ in 0..many {
            let other = Model::Agent.id(self.rng.sixteen());
            if self.phones[phone].views.len() < 254 {
                self.phones[phone].open(other, true, Priority::Background, &mut self.truth)?;
            }
        }
        self.phones[phone].open(id, true, Priority::Focused, &mut self.truth)?;
        self.focus(phone, None);
        Ok(())
    }

    fn close(&mut self, phone: usize) {
        if let Some(ch) = self.some_channel(phone) {
            self.phones[phone].close(ch, &mut self.truth);
        }
    }

    fn fetch(&mut self, phone: usize) {
        let query = vec![b'?'; self.rng.index(8000)];
        let phone = &mut self.phones[phone];
        phone.wake = true;
        let asked = phone.session.fetch("terminal", query.into());
        phone.asked.extend(asked.ok());
    }

    /// A channel of the phone: mostly the first.
    fn some_channel(&mut self, phone: usize) -> Option<Ch> {
        let channels: Vec<Ch> = self.phones[phone].views.keys().copied().take(6).collect();
        if channels.is_empty() {
            return None;
        }
        Some(if self.rng.chance(60) { channels[0] } else { self.rng.pick(&channels) })
    }

    fn type_in(&mut self, phone: usize, command: Command) -> Checked {
        self.some_channel(phone).map_or(Ok(()), |ch| self.type_at(phone, ch, command, KEY))
    }

    fn type_at(&mut self, phone: usize, ch: Ch, command: Command, len: usize) -> Checked {
        self.phones[phone].type_in(self.now, ch, command, len, &mut self.truth)
    }

    fn open_shared(&mut self, phone: usize) -> Checked {
        let ids: Vec<ChannelId> = self.holders.keys().copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let id = self.rng.pick(&ids);
        let spec = self.rng.chance(50);
        self.phones[phone].open(id, spec, Priority::Visible, &mut self.truth)
    }

    fn reopen(&mut self, phone: usize) -> Checked {
        let Some(ch) = self.some_channel(phone) else { return Ok(()) };
        let id = self.phones[phone].views[&ch].id;
        if Model::of(id) == Model::Tunnel {
            return Ok(());
        }
        self.phones[phone].close(ch, &mut self.truth);
        if self.rng.chance(30) {
            self.run_until(self.now + Duration::from_millis(50))?;
        }
        let spec = self.rng.chance(50);
        self.phones[phone].open(id, spec, Priority::Focused, &mut self.truth)?;
        let reopened =
            self.phones[phone].views.iter().find(|(_, view)| view.id == id).map(|(ch, _)| *ch);
        if let Some(ch) = reopened.filter(|_| self.rng.chance(70)) {
            self.type_at(phone, ch, Command::Key, KEY)?;
        }
        Ok(())
    }

    /// One channel is worked in, the others are looked at.
    fn focus(&mut self, phone: usize, ch: Option<Ch>) {
        let now = self.now;
        let phone = &mut self.phones[phone];
        let Some(chosen) = ch.or_else(|| phone.views.keys().next_back().copied()) else { return };
        for ch in phone.views.keys() {
            let priority = if *ch == chosen { Priority::Focused } else { Priority::Visible };
            phone.session.prioritize(now, *ch, priority);
        }
        phone.wake = true;
    }

    fn set_pace(&mut self, phone: usize, pace: Pace) {
        self.phones[phone].pace = pace;
        self.phones[phone].views.values_mut().for_each(|view| view.pace = pace);
    }

    pub(super) fn hurry(&mut self, phone: usize) {
        let now = self.now;
        self.phones[phone].pace = Pace::AtOnce;
        self.phones[phone].views.values_mut().for_each(|view| view.hurry(now));
        self.phones[phone].wake = true;
    }
}
