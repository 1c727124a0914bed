//! Those who read: who drives, who is told what of the others, and what a device that predicts must know.

use std::time::Duration;

use devtail_protocol::ClientId;
use tokio::time::Instant;

use super::{Holder, Program};
use crate::terminal::mark::Mark;
use crate::terminal::message::Size;

/// A program that hides what is typed may say so a moment after its prompt: the terminal is looked at again this long
/// after something was read or written.
const LOOK_AFTER: Duration = Duration::from_millis(50);

impl Holder {
    pub(super) fn entered(&mut self, client: ClientId, name: String) {
        self.people.enter(Instant::now(), client, name);
    }

    pub(super) fn left(&mut self, client: ClientId) {
        self.people.leave(Instant::now(), client);
        self.echoes.forget(client);
    }

    /// Whether this device's keys are taken. If not: why, and what to do.
    pub(super) fn may_type(&mut self, client: ClientId) -> Result<(), String> {
        let driver = self.lease.driver();
        let Self { lease, people, .. } = self;
        // Two windows of one device are one person's.
        let minds = |driver| people.has(driver) && !people.are_one_device(driver, client);
        if lease.types(Instant::now(), client, minds) {
            if driver != Some(client) {
                self.driver_changed(client);
            }
            return Ok(());
        }
        let name =
            driver.and_then(|driver| self.people.name(driver)).filter(|name| !name.is_empty());
        let name = name.unwrap_or("Another device");
        Err(format!("{name} drives this terminal; nothing was typed. Take over first."))
    }

    /// A device says that it drives from now on.
    pub(super) fn take_over(&mut self, client: ClientId) {
        self.lease.take_over(Instant::now(), client);
        self.driver_changed(client);
    }

    /// A device says its grid: it is the terminal's if that device drives.
    pub(super) fn says_size(&mut self, client: ClientId, size: Size) {
        self.people.resized(client, size);
        let Self { lease, people, .. } = self;
        let driver = lease.driver();
        if !lease.sizes(Instant::now(), client, |client| people.has(client)) {
            return;
        }
        if driver == Some(client) {
            self.resize(size);
        } else {
            self.driver_changed(client);
        }
    }

    fn driver_changed(&mut self, client: ClientId) {
        self.people.changed(Instant::now());
        if let Some(size) = self.people.size(client) {
            self.resize(size);
        }
    }

    /// Keys with this number are in the terminal.
    pub(super) fn typed(&mut self, client: ClientId, seq: u64) {
        self.echoes.written(Instant::now(), client, seq);
    }

    /// When something is to be said or looked at. What waits for the end of a string waits for no moment: it is said in the
    /// turn that reads that end, and a moment that is past would keep the turn from being read.
    pub(super) fn audience_at(&self) -> Option<Instant> {
        let tell_at = self.people.tell_at().filter(|_| self.source.takes_marks());
        [tell_at, self.echoes.next_at(), self.look_at].into_iter().flatten().min()
    }

    /// Says and looks at what is due.
    pub(super) fn tend_audience(&mut self) {
        let now = Instant::now();
        if self.look_at.take_if(|at| now >= *at).is_some() {
            self.look();
        }
        self.tell_people(now);
        for (client, seq) in self.echoes.take(now) {
            self.owner.echoed(client, seq);
        }
    }

    /// Something was read or written: the terminal's settings may follow.
    pub(super) fn look_soon(&mut self) {
        self.look_at.get_or_insert_with(|| Instant::now() + LOOK_AFTER);
    }

    /// Says in the Log whether what is typed is hidden, if that has changed.
    pub(super) fn look(&mut self) {
        let Program::Running(pty) = &self.program else { return };
        let hides = pty.hides_typing();
        if hides != self.source.screen().is_secret() && !self.say(&Mark::Secret(hides)) {
            self.look_soon();
        }
    }

    fn tell_people(&mut self, now: Instant) {
        if let Some(people) = self.people.due(now, self.lease.driver()) {
            if !self.say(&Mark::People(people.clone())) {
                return;
            }
            self.people.told(people);
        }
        self.people.settle(now);
    }

    /// Whether the mark is in the Log. Whoever wants every byte of a program wants no marks, and behind the end of a Log
    /// stands nothing: there it counts as said.
    pub(super) fn say(&mut self, mark: &Mark) -> bool {
        if self.spec.every_byte || matches!(self.program, Program::Ended(..)) {
            return true;
        }
        let Some(bytes) = self.source.mark(mark) else { return false };
        self.append(&bytes);
        true
    }
}
