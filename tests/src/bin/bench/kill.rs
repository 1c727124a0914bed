//! A gateway that is killed under fifty busy terminals.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use devtail_channels::terminal::{KIND, Screen, Size, Snapshot, Spec};
use devtail_client::{ChannelEvent, Client, Config, Event, Events, LinkState};
use devtail_protocol::wire::Priority;
use devtail_protocol::{Ch, ChannelId};
use devtail_tests::chance::Chance;
use devtail_tests::device::{self, PATIENCE};
use devtail_tests::gateway::Gateway;
use futures_util::future::try_join_all;
use tokio::time::timeout;

use crate::figure::Rounds;
use crate::lines;

const DEVICES: usize = 5;
/// Terminals that each device looks at.
const TERMINALS: usize = 10;
/// Everybody has seen a few lines by then.
const BUSY: Duration = Duration::from_secs(2);

/// A device that looks at several terminals over one link.
struct Watcher {
    client: Client,
    events: Events,
    terminals: BTreeMap<Ch, Terminal>,
    /// Its link was lost since the gateway was killed.
    was_lost: bool,
    is_live: bool,
}

/// What came of a terminal.
#[derive(Default)]
struct Terminal {
    seen: Vec<u8>,
    /// Where the next byte is due.
    position: Option<u64>,
    snapshots: u64,
    /// Something came since that was asked last.
    is_fresh: bool,
}

pub(crate) async fn round(rounds: &mut Rounds) -> Result<()> {
    let gateway = Gateway::start()?;
    let mut watchers = open(&gateway).await?;
    all(&mut watchers, Watcher::all_fresh).await?;
    all(&mut watchers, |watcher| watcher.watch_for(BUSY)).await?;
    watchers.iter_mut().for_each(Watcher::forget);
    let began = Instant::now();
    let restarted = tokio::task::spawn_blocking(move || restart(gateway));
    let lived = all(&mut watchers, Watcher::live_again);
    let (gateway, lived) = tokio::join!(restarted, lived);
    let (_gateway, took) = (gateway??, lived.map(|()| began.elapsed())?);
    all(&mut watchers, |watcher| watcher.watch_for(BUSY)).await?;
    let terminals: Vec<&Terminal> =
        watchers.iter().flat_map(|watcher| watcher.terminals.values()).collect();
    let kept = terminals.iter().filter(|terminal| terminal.snapshots == 0).count();
    let lost = terminals.iter().map(|terminal| lines::lost(&terminal.seen)).sum();
    rounds.take("network.kill", took.as_secs_f64());
    rounds.take("network.kill.lost", lost);
    rounds.take("network.kill.kept", 100.0 * kept as f64 / terminals.len() as f64);
    Ok(())
}

fn restart(mut gateway: Gateway) -> Result<Gateway> {
    gateway.kill()?;
    gateway.restart()?;
    Ok(gateway)
}

async fn open(gateway: &Gateway) -> Result<Vec<Watcher>> {
    let own = std::env::current_exe()?.display().to_string();
    let command = [own.as_str(), "--inside", "tick"].map(str::to_owned).to_vec();
    let spec = Spec { command, ..Spec::default() }.encode();
    let mut chance = Chance::new(u64::from(gateway.pid()));
    let mut watchers = Vec::new();
    for _ in 0..DEVICES {
        let credential = device::pair(&gateway.pair()?, gateway.listen()).await?;
        let (client, events) = Client::start(Config { credential, agent: "bench".to_owned() });
        let mut terminals = BTreeMap::new();
        for _ in 0..TERMINALS {
            let id = u128::from(chance.number()) << 64 | u128::from(chance.number());
            let (id, spec) = (ChannelId(id.to_le_bytes()), Some(spec.clone()));
            let ch = client.open(id, KIND, spec, None, Priority::Visible)?;
            terminals.insert(ch, Terminal::default());
        }
        watchers.push(Watcher { client, events, terminals, was_lost: false, is_live: false });
    }
    Ok(watchers)
}

/// Does it for all at once.
async fn all<'a, F: Future<Output = Result<()>>>(
    watchers: &'a mut [Watcher],
    act: impl Fn(&'a mut Watcher) -> F,
) -> Result<()> {
    let all = try_join_all(watchers.iter_mut().map(act));
    timeout(PATIENCE, all).await.context("not all terminals are live")?.map(drop)
}

impl Watcher {
    async fn watch_for(&mut self, time: Duration) -> Result<()> {
        let watch = async {
            loop {
                self.take().await?;
            }
        };
        timeout(time, watch).await.unwrap_or(Ok(()))
    }

    /// From here on is counted.
    fn forget(&mut self) {
        self.was_lost = false;
        self.terminals.values_mut().for_each(|terminal| terminal.snapshots = 0);
    }

    /// Until its link was lost, is live again, and every terminal printed something on it.
    async fn live_again(&mut self) -> Result<()> {
        while !(self.was_lost && self.is_live) {
            self.take().await?;
        }
        self.all_fresh().await
    }

    async fn all_fresh(&mut self) -> Result<()> {
        self.terminals.values_mut().for_each(|terminal| terminal.is_fresh = false);
        while !self.terminals.values().all(|terminal| terminal.is_fresh) {
            self.take().await?;
        }
        Ok(())
    }

    async fn take(&mut self) -> Result<()> {
        match self.events.next().await.context("the session is over")? {
            Event::State(state) => {
                self.is_live = state == LinkState::Live;
                self.was_lost |= !self.is_live;
            }
            Event::Channel(ch, event) => {
                let terminal = self.terminals.get_mut(&ch).context("nobody opened it")?;
                terminal.take(event)?;
                if let Some(position) = terminal.position {
                    self.client.consume(ch, position);
                }
            }
            Event::DialFailed(_) | Event::Fetched { .. } => {}
        }
        Ok(())
    }
}

impl Terminal {
    fn take(&mut self, event: ChannelEvent) -> Result<()> {
        match event {
            ChannelEvent::Data { off, bytes } => {
                let is_due = self.position.is_none_or(|position| position == off);
                ensure!(is_due, "Data at {off} came where {:?} was due", self.position);
                self.seen.extend_from_slice(&bytes);
                self.position = Some(off + bytes.len() as u64);
                self.is_fresh = true;
            }
            ChannelEvent::Snapshot { at, state, .. } => {
                let mut screen = Screen::new(Size::default());
                screen.restore(&Snapshot::decode(&state)?, 0);
                // Its rows are lines that came, too.
                self.seen.extend_from_slice(screen.contents().as_bytes());
                self.position = Some(at);
                self.snapshots += 1;
                self.is_fresh = true;
            }
            ChannelEvent::Refused(fault) => bail!("a terminal was refused: {fault}"),
            ChannelEvent::End { .. } => bail!("a program ended"),
            ChannelEvent::Opened(_)
            | ChannelEvent::Applied(_)
            | ChannelEvent::Echoed { .. }
            | ChannelEvent::InputRefused { .. }
            | ChannelEvent::InputsUnknown { .. }
            | ChannelEvent::Unavailable(_) => {}
        }
        Ok(())
    }
}
