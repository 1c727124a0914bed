//! One gateway with all its links: what they cost at rest, and what becomes of them when it is killed.

use std::time::{Duration, Instant};

use anyhow::Result;
use devtail_client::Credential;
use devtail_tests::chance::Chance;
use devtail_tests::gateway::Gateway;
use devtail_tests::load::{Crowd, Storm, cpu_time, enrolled, own_kb};
use tokio::time::sleep;

use crate::figure::Rounds;
use crate::{Args, Part, typing};

/// How long coming live may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// After this long nothing is left of the links' beginning: threads that proved tokens, compression contexts.
const CALM: Duration = Duration::from_secs(15);

/// How a port is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    Plain,
    Encrypted,
}

/// A gateway, its crowd, and who else comes.
pub(crate) struct Scene {
    port: Port,
    gateway: Gateway,
    crowd: Crowd,
    /// For those who type; nobody dials with them yet.
    others: Vec<Credential>,
    chance: Chance,
    /// The gateway's memory with one link, and this program's, in kB.
    before: (f64, f64),
    /// How long the links took to be made.
    made_in: Duration,
}

impl Port {
    const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Plain => &["--log", "warn", "--pending-per-address", "65535"],
            Self::Encrypted => {
                &["--log", "warn", "--pending-per-address", "65535", "--tls", "self-signed"]
            }
        }
    }

    const fn names(self) -> Names {
        match self {
            Self::Plain => Names {
                handshakes: "load.handshakes",
                idle: "load.idle.plain",
                cpu: "load.idle.cpu",
                back: "load.storm.back",
                lost: "load.storm.lost",
                typed: "load.storm.typed",
            },
            Self::Encrypted => Names {
                handshakes: "load.handshakes.tls",
                idle: "load.idle.tls",
                cpu: "load.idle.cpu.tls",
                back: "load.storm.back.tls",
                lost: "load.storm.lost.tls",
                typed: "load.storm.typed.tls",
            },
        }
    }
}

/// What a port's figures are called.
struct Names {
    handshakes: &'static str,
    idle: &'static str,
    cpu: &'static str,
    back: &'static str,
    lost: &'static str,
    typed: &'static str,
}

impl Scene {
    /// Starts a gateway and all idle links, and waits until they are live.
    pub(crate) async fn set(port: Port, args: &Args) -> Result<Self> {
        let gateway = Gateway::start_at("127.0.0.1:0", port.flags())?;
        let others = args.writers + args.typists + args.floods;
        let mut credentials = enrolled(&gateway, args.links + others)?;
        let others = credentials.split_off(args.links);
        // The first link pays for what all share.
        let first = Crowd::gather(credentials.split_off(args.links - 1));
        first.all_live(PATIENCE).await?;
        let before = (own_kb(gateway.pid())?, own_kb(std::process::id())?);
        eprintln!("load: {port:?}, {} links at {}", args.links, gateway.listen());
        let began = Instant::now();
        let crowd = Crowd::gather(credentials);
        crowd.all_live(PATIENCE).await?;
        let made_in = began.elapsed();
        eprintln!("load: live after {made_in:.2?}: {:?}", crowd.census());
        let seed = std::time::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_nanos() as u64);
        Ok(Self { port, gateway, crowd, others, chance: Chance::new(seed), before, made_in })
    }

    /// Measures the parts that are wanted.
    pub(crate) async fn play(mut self, args: &Args, rounds: &mut Rounds) -> Result<()> {
        let names = self.port.names();
        rounds.take("load.links", self.crowd.len() as f64);
        rounds.take(names.handshakes, self.crowd.len() as f64 / self.made_in.as_secs_f64());
        sleep(CALM).await;
        if args.wants(Part::Idle) {
            self.idle(args.quiet(), rounds).await?;
        }
        if args.wants(Part::Typists) && self.port == Port::Plain {
            let (gateway, others) = (&self.gateway, self.others.split_off(args.writers));
            typing::measure(gateway, others, args, &mut self.chance, rounds).await?;
        }
        if args.wants(Part::Storm) {
            self.storm(args.writers, rounds).await?;
        }
        Ok(())
    }

    async fn idle(&self, quiet: Duration, rounds: &mut Rounds) -> Result<()> {
        let (names, pid) = (self.port.names(), self.gateway.pid());
        let links = self.crowd.len() as f64;
        rounds.take(names.idle, (own_kb(pid)? - self.before.0) / links);
        if self.port == Port::Plain {
            rounds.take("load.client", (own_kb(std::process::id())? - self.before.1) / links);
        }
        let before = cpu_time(pid)?;
        sleep(quiet).await;
        let spent = cpu_time(pid)?.saturating_sub(before);
        rounds.take(names.cpu, 100.0 * spent.as_secs_f64() / quiet.as_secs_f64());
        Ok(())
    }

    async fn storm(&mut self, writers: usize, rounds: &mut Rounds) -> Result<()> {
        let names = self.port.names();
        let writers = self.others.drain(..writers).collect();
        let storm = Storm::over(&mut self.gateway, &self.crowd, writers, &mut self.chance).await?;
        let Storm { served, back, lost, typed, damaged, snapshots, complaints } = storm;
        complaints.iter().for_each(|complaint| eprintln!("load: {complaint}"));
        eprintln!(
            "load: killed, serving after {served:.2?}, all back after {back:.2?}; {typed} lines typed, {damaged} damaged; \
             {snapshots} snapshots; {:?}",
            self.crowd.census()
        );
        rounds.take(names.back, back.as_secs_f64());
        rounds.take(names.lost, lost as f64);
        rounds.take(names.typed, damaged as f64);
        Ok(())
    }
}
