//! The laboratory's links: typing beside ssh and beside a download, ^C, a start, darkness, another address, idling.

mod beside;
mod blackouts;
mod darkness;
mod gap;
mod idle;
mod interrupt;
mod predicted;
mod start;
mod typing;

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use devtail_client::Credential;
use devtail_protocol::ChannelId;
use devtail_tests::chance::Chance;
use devtail_tests::device;
use devtail_tests::gateway::Gateway;
use devtail_tests::netlab::{HOST, Lab, Space, named};

use self::blackouts::{Does, reconnects};
use crate::figure::{Rounds, Wanted};

/// A phone and a host with a gateway, and a link of the ladder between them.
struct World {
    gateway: Gateway,
    lab: Lab,
    chance: Mutex<Chance>,
}

/// What takes minutes and hardly any of the machine, so that it is measured beside the rest: figure, and how.
type Slow = (&'static str, Box<dyn FnOnce() -> Result<f64> + Send>);

/// Measures what is wanted; `blackouts`: for how long darkness comes and goes.
pub(crate) fn round(wanted: &Wanted<'_>, blackouts: Duration, rounds: &mut Rounds) -> Result<()> {
    let slow: [Slow; 4] = [
        ("network.idle", Box::new(idle::bytes_a_minute)),
        ("network.idle.background", Box::new(idle::bytes_in_background)),
        ("network.blackouts", Box::new(move || reconnects(blackouts, Does::Looks))),
        ("network.blackouts.typed", Box::new(move || reconnects(blackouts, Does::Types))),
    ];
    let slow = slow.into_iter().filter(|(id, _)| wanted.one(id));
    let slow: Vec<_> = slow.map(|(id, measure)| (id, thread::spawn(measure))).collect();
    for (condition, prefix) in [("lte", "network.typing.lte"), ("3g", "network.typing.3g")] {
        // What is predicted stands below the same name, and is measured by itself.
        if ["p50", "p99", "ratio"].iter().any(|end| wanted.any(&format!("{prefix}.{end}"))) {
            typing::round(condition, rounds)?;
        }
    }
    type Part = fn(&mut Rounds) -> Result<()>;
    let parts: [(&str, Part); 6] = [
        ("network.typing.3g.predicted", predicted::round),
        ("network.start", start::round),
        ("network.blackout", darkness::blackout),
        ("network.roam", darkness::roam),
        ("network.interrupt", interrupt::round),
        ("network.gap", gap::round),
    ];
    for (prefix, part) in parts {
        if wanted.any(prefix) {
            part(rounds)?;
        }
    }
    beside::round(wanted, rounds)?;
    for (id, slow) in slow {
        rounds.take(id, slow.join().ok().with_context(|| format!("{id} panicked"))??);
    }
    Ok(())
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
        on(self.lab.phone(), act)
    }

    /// The same on the host; whoever asks on the phone stands still meanwhile.
    fn on_host<T: Send, F: Future<Output = Result<T>>>(
        &self,
        act: impl FnOnce() -> F + Send,
    ) -> Result<T> {
        on(self.lab.host(), act)
    }

    /// IP bytes that have come out of the link at the phone.
    fn down(&self) -> u64 {
        self.lab.counts().1.passed_bytes
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

fn on<T: Send, F: Future<Output = Result<T>>>(
    space: &Space,
    act: impl FnOnce() -> F + Send,
) -> Result<T> {
    space.inside(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(act())
    })?
}

/// The bench's own program, told what to be.
fn inside(program: &str) -> Result<Vec<String>> {
    let own = std::env::current_exe()?.display().to_string();
    Ok([own.as_str(), "--inside", program].map(str::to_owned).to_vec())
}
