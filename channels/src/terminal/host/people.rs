//! The devices that read a terminal: their names and grids, and when the others are told of a change.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use devtail_protocol::ClientId;
use tokio::time::Instant;

use crate::terminal::limits::{GRIDS_KEPT, PEOPLE_MAX};
use crate::terminal::message::{Person, Role, Size};

/// One that leaves may only change its link: the others are told after this long.
const LEAVES_AFTER: Duration = Duration::from_secs(3);

/// Who reads.
#[derive(Debug, Default)]
pub(super) struct People {
    all: BTreeMap<ClientId, Device>,
    /// Grids of those that left, the newest last.
    left: VecDeque<(ClientId, Size)>,
    tell_at: Option<Instant>,
    told: Vec<Person>,
}

#[derive(Debug)]
struct Device {
    name: String,
    size: Option<Size>,
}

impl People {
    /// A device begins to read, or reads by another gateway.
    pub(super) fn enter(&mut self, now: Instant, client: ClientId, name: String) {
        let size =
            self.all.remove(&client).map_or_else(|| self.grid_kept(client), |device| device.size);
        self.all.insert(client, Device { name, size });
        self.changed(now);
    }

    /// A device reads no more.
    pub(super) fn leave(&mut self, now: Instant, client: ClientId) {
        if let Some(device) = self.all.remove(&client) {
            self.left.extend(device.size.map(|size| (client, size)));
            if self.left.len() > GRIDS_KEPT {
                self.left.pop_front();
            }
            self.tell_at.get_or_insert(now + LEAVES_AFTER);
        }
    }

    fn grid_kept(&mut self, client: ClientId) -> Option<Size> {
        let at = self.left.iter().position(|(left, _)| *left == client)?;
        self.left.remove(at).map(|(_, size)| size)
    }

    /// Another drives, or someone came: the others are told at once.
    pub(super) fn changed(&mut self, now: Instant) {
        self.tell_at = Some(now);
    }

    /// Whether this device reads.
    pub(super) fn has(&self, client: ClientId) -> bool {
        self.all.contains_key(&client)
    }

    /// A device says its grid.
    pub(super) fn resized(&mut self, client: ClientId, size: Size) {
        if let Some(device) = self.all.get_mut(&client) {
            device.size = Some(size);
        }
    }

    /// A device's grid; `None` if it never said one.
    pub(super) fn size(&self, client: ClientId) -> Option<Size> {
        self.all.get(&client)?.size
    }

    /// What people call a device; `None` if it is not here.
    pub(super) fn name(&self, client: ClientId) -> Option<&str> {
        self.all.get(&client).map(|device| device.name.as_str())
    }

    /// Whether two clients run on one device, as far as its name tells.
    pub(super) fn are_one_device(&self, one: ClientId, other: ClientId) -> bool {
        self.name(one).is_some_and(|name| !name.is_empty() && self.name(other) == Some(name))
    }

    /// When the others are to be told.
    pub(super) const fn tell_at(&self) -> Option<Instant> {
        self.tell_at
    }

    /// Who is here, if that is due and other than what was told last. Whoever drives comes first.
    pub(super) fn due(&self, now: Instant, driver: Option<ClientId>) -> Option<Vec<Person>> {
        self.tell_at.filter(|at| now >= *at)?;
        let people = self.list(driver);
        (people != self.told).then_some(people)
    }

    /// They were told this.
    pub(super) fn told(&mut self, people: Vec<Person>) {
        self.told = people;
    }

    /// Nothing is due any more.
    pub(super) fn settle(&mut self, now: Instant) {
        self.tell_at.take_if(|at| now >= *at);
    }

    fn list(&self, driver: Option<ClientId>) -> Vec<Person> {
        let role = |client| if driver == Some(client) { Role::Drives } else { Role::Views };
        let mut people: Vec<Person> = self
            .all
            .iter()
            .map(|(client, device)| Person {
                id: Person::id_of(*client),
                role: role(*client),
                name: device.name.clone(),
            })
            .collect();
        people.sort_by_key(|person| person.role != Role::Drives);
        people.truncate(PEOPLE_MAX);
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ClientId = ClientId([1; 16]);
    const BEN: ClientId = ClientId([2; 16]);

    #[test]
    fn one_who_comes_is_told_at_once_and_one_who_is_back_soon_never_left() {
        let (mut people, start) = (People::default(), Instant::now());
        people.enter(start, ANN, "Ann's phone".into());
        people.enter(start, BEN, "Ben".into());
        let both = people.due(start, Some(BEN)).unwrap();
        assert_eq!(
            both.iter().map(|person| &*person.name).collect::<Vec<_>>(),
            ["Ben", "Ann's phone"]
        );
        people.told(both);
        people.settle(start);
        people.leave(start, ANN);
        assert_eq!(people.due(start, Some(BEN)), None);
        people.enter(start + Duration::from_secs(1), ANN, "Ann's phone".into());
        assert_eq!(people.due(start + LEAVES_AFTER, Some(BEN)), None, "nothing has changed");
    }

    #[test]
    fn one_who_stays_away_is_told() {
        let (mut people, start) = (People::default(), Instant::now());
        people.enter(start, ANN, "Ann's phone".into());
        people.told(people.due(start, None).unwrap());
        people.settle(start);
        people.leave(start, ANN);
        assert_eq!(people.tell_at(), Some(start + LEAVES_AFTER));
        assert_eq!(people.due(start + LEAVES_AFTER, None), Some(vec![]));
    }
}
