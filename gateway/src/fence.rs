//! One live Link a client instance: the newest generation wins, and the older one is told to go.

use std::sync::Arc;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use devtail_control::DeviceId;
use devtail_protocol::{ClientId, Code, Fault};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

/// Links one device may have: a phone has one, a laptop's scripts may run `devtail run` side by side.
const LINKS_PER_DEVICE_MAX: usize = 64;

/// The Links that have said Hello.
#[derive(Debug, Default)]
pub(crate) struct Fences {
    newest: DashMap<ClientId, Fence>,
    devices: DashMap<DeviceId, usize>,
}

#[derive(Debug)]
struct Fence {
    generation: u64,
    superseded: Arc<Notify>,
}

/// A Link's place; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Place {
    fences: Arc<Fences>,
    device: DeviceId,
    /// The client instance, scoped to its device: no device can speak for another's.
    pub(crate) client: ClientId,
    pub(crate) generation: u64,
    superseded: Arc<Notify>,
}

impl Fences {
    /// How many client instances have a live Link.
    pub(crate) fn len(&self) -> usize {
        self.newest.len()
    }

    /// Takes the place of an instance's older Link.
    ///
    /// # Errors
    /// [`Code::Superseded`] if a newer one is here already, [`Code::Limit`] if the device has too many.
    pub(crate) fn claim(
        self: &Arc<Self>,
        device: DeviceId,
        instance: ClientId,
        generation: u64,
    ) -> Result<Place, Fault> {
        let client = scoped(device, instance);
        let superseded = Arc::new(Notify::new());
        let fence = Fence { generation, superseded: Arc::clone(&superseded) };
        match self.newest.entry(client) {
            Entry::Occupied(older) if older.get().generation >= generation => {
                return Err(Fault::new(
                    Code::Superseded,
                    "A newer link of this app is in use already.",
                ));
            }
            Entry::Occupied(mut older) => older.insert(fence).superseded.notify_one(),
            Entry::Vacant(place) => drop(place.insert(fence)),
        }
        *self.devices.entry(device).or_default() += 1;
        let place = Place { fences: Arc::clone(self), device, client, generation, superseded };
        if self.devices.get(&device).is_some_and(|links| *links > LINKS_PER_DEVICE_MAX) {
            let message = format!(
                "This device has {LINKS_PER_DEVICE_MAX} links already (links_per_device). Close one first."
            );
            return Err(Fault::new(Code::Limit, message));
        }
        Ok(place)
    }
}

impl Place {
    /// Waits until a newer Link took the place. Cancel safe.
    pub(crate) async fn superseded(&self) {
        self.superseded.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.fences.newest.remove_if(&self.client, |_, fence| fence.generation == self.generation);
        if let Entry::Occupied(mut links) = self.fences.devices.entry(self.device) {
            *links.get_mut() -= 1;
            if *links.get() == 0 {
                links.remove();
            }
        }
    }
}

fn scoped(device: DeviceId, instance: ClientId) -> ClientId {
    let hash = Sha256::new().chain_update(device.to_string()).chain_update(instance.0).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    ClientId(id)
}
