//! The laboratory's links: typing beside ssh, a start, darkness, another address, idling.

mod darkness;
mod idle;
mod start;
mod typing;

use std::sync::Mutex;
use std::thread;

use anyhow::{Context as _, Result};
use devtail_client::Credential;
use devtail_protocol::ChannelId;
use devtail_tests::chance::Chance;
use devtail_tests::device;
use devtail_tests::gateway::Gateway;
use devtail_tests::netlab::{HOST, Lab, named};

use crate::figure::Rounds;

/// A phone and a host with a gateway, and a link of the ladder between them.
struct World {
    gateway: Gateway,
    lab: Lab,
    chance: Mutex<Chance>,
}

pub(crate) fn round(rounds: &mut Rounds) -> Result<()> {
    // It counts bytes for two minutes and takes no time of the others.
    let idle = thread::spawn(idle::bytes_a_minute);
    for condition in ["lte", "3g"] {
        typing::round(condition, rounds)?;
    }
    darkness::round(rounds)?;
    let idle = idle.join().ok().context("the idle link's thread panicked")??;
    rounds.take("network.idle", idle);
    start::round(rounds)
}

impl World {
    /// The link follows from the seed; so does that of another world with the same.
    fn make(condition: &str, seed: u64) -> Result<Self> {
        let lab = Lab::start(&named(condition).context("a condition of the ladder")?, seed)?;
        let listen = format!("{HOST}:0");
        let gateway =
            lab.host().inside(|| Gateway::start_at(&listen, &["--tls", "self-signed"]))??;
        Ok(Self { gateway, lab, chance: Mutex::new(Chance::new(seed)) })
    }

    /// Runs this on the phone, and waits for it.
    fn on_phone<T: Send, F: Future<Output = Result<T>>>(
        &self,
        act: impl FnOnce() -> F + Send,
    ) -> Result<T> {
        self.lab.phone().inside(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(act())
        })?
    }

    /// A new device of the phone's. To be asked for on the phone.
    async fn pair(&self) -> Result<Credential> {
        device::pair(&self.gateway.pair()?, self.gateway.listen()).await
    }

    fn fresh_id(&self) -> ChannelId {
        let mut chance = self.chance.lock().expect("nobody panics with it");
        let number = u128::from(chance.number()) << 64 | u128::from(chance.number());
        ChannelId(number.to_le_bytes())
    }
}

/// The bench's own program, told what to be.
fn inside(program: &str) -> Result<Vec<String>> {
    let own = std::env::current_exe()?.display().to_string();
    Ok([own.as_str(), "--inside", program].map(str::to_owned).to_vec())
}
