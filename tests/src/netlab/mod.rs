//! A network laboratory: a phone and a host in namespaces of their own, and between them a link as good or as bad as one says.
//!
//! ```text
//! phone's namespace                                              host's namespace
//!   10.77.0.2  lab0 (TUN) ─► queue · rate · loss · delay ─► (TUN) lab0  10.77.0.1
//!                         ◄─ delay · loss · rate · queue ◄─
//! ```
//!
//! Whole IP packets cross it, so TCP and UDP see real loss, real queues and real addresses. What it decides is in
//! [`Lane`], which knows no clock; how exact the rest is says `cargo xtask bench netlab`.

mod condition;
mod lane;
mod pump;
mod space;
mod trace;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result};
use tun_rs::{DeviceBuilder, SyncDevice};

pub use condition::{Change, Condition, Event, LADDER, Way, named};
pub use lane::{Counts, Lane, Loss};
use pump::Pump;
pub use space::Space;
pub use trace::read_trace;

/// The host's address.
pub const HOST: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
/// The phone's first address; each time it roams it has the next one.
pub const PHONE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
/// Bytes of an IP packet.
const MTU: u16 = 1500;

/// A link between two namespaces; it ends when dropped.
#[derive(Debug)]
pub struct Lab {
    up: Pump,
    down: Pump,
    phone: Space,
    host: Space,
    address: Mutex<Ipv4Addr>,
}

impl Lab {
    /// Makes both ends and a link like this between them.
    ///
    /// # Errors
    /// The process may make no namespaces or TUN devices (it needs root), or `ip` is missing.
    pub fn start(condition: &Condition, seed: u64) -> Result<Self> {
        let (phone, host) = (Space::make()?, Space::make()?);
        let (near, far) = (device(&phone, PHONE)?, device(&host, HOST)?);
        let began = Instant::now();
        let (up, down) = (Lane::new(condition.up, seed), Lane::new(condition.down, seed ^ 1));
        Ok(Self {
            up: Pump::start(began, up, Arc::clone(&near), Arc::clone(&far))?,
            down: Pump::start(began, down, far, near)?,
            phone,
            host,
            address: Mutex::new(PHONE),
        })
    }

    /// Where the phone's programs and sockets are.
    pub const fn phone(&self) -> &Space {
        &self.phone
    }

    /// Where the host's are.
    pub const fn host(&self) -> &Space {
        &self.host
    }

    /// The link is like this from now on.
    pub fn set(&self, condition: &Condition) {
        self.up.lane(|lane| lane.change(condition.up));
        self.down.lane(|lane| lane.change(condition.down));
    }

    /// Something happens to the link.
    ///
    /// # Errors
    /// The phone's address cannot be changed.
    pub fn happen(&self, change: Change) -> Result<()> {
        match change {
            Change::Dark => self.darken(true, true),
            Change::UpDark => self.darken(true, false),
            Change::Light => self.darken(false, false),
            Change::Roam => return self.roam(),
            Change::Like(condition) => self.set(condition),
        }
        Ok(())
    }

    /// Lets these happen, each at its time from now on, and returns once the last has: a condition's own, or a trace's.
    ///
    /// # Errors
    /// As [`Self::happen`].
    pub fn play(&self, events: &[Event]) -> Result<()> {
        let began = Instant::now();
        for event in events {
            std::thread::sleep(event.at.saturating_sub(began.elapsed()));
            self.happen(event.change)?;
        }
        Ok(())
    }

    /// What became of the packets so far, up and down.
    pub fn counts(&self) -> (Counts, Counts) {
        (self.up.lane(|lane| lane.counts()), self.down.lane(|lane| lane.counts()))
    }

    fn darken(&self, up: bool, down: bool) {
        self.up.lane(|lane| lane.darken(up));
        self.down.lane(|lane| lane.darken(down));
    }

    fn roam(&self) -> Result<()> {
        let mut address = self.address.lock().unwrap_or_else(PoisonError::into_inner);
        let [a, b, c, last] = address.octets();
        let next = Ipv4Addr::new(a, b, c, last.checked_add(1).context("no address is left")?);
        self.phone.ip(&format!("addr del {address}/24 dev lab0"))?;
        self.phone.ip(&format!("addr add {next}/24 dev lab0"))?;
        self.up.pass_only(next);
        *address = next;
        Ok(())
    }
}

/// The TUN device of one end, up and with its address.
fn device(space: &Space, address: Ipv4Addr) -> Result<Arc<SyncDevice>> {
    let device = space
        .inside(|| DeviceBuilder::new().name("lab0").mtu(MTU).build_sync())?
        .context("cannot make a TUN device: root and /dev/net/tun are needed")?;
    space.ip(&format!("addr add {address}/24 dev lab0"))?;
    space.ip(&format!("link set lab0 up mtu {MTU}"))?;
    Ok(Arc::new(device))
}
