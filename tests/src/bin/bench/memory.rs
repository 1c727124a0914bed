//! What stands idle costs, as the kernel counts it. A holder is weighed whole (PSS); the gateway's growth by its own pages
//! alone, since what it shares with its holders weighs less with each of them.

use anyhow::{Context as _, Result, bail};
use devtail_channels::terminal::{KIND, Spec};
use devtail_client::{ChannelEvent, Client, Config, Event, Events, LinkState};
use devtail_protocol::wire::Priority;
use devtail_tests::device::{self, PATIENCE};
use tokio::time::timeout;

use crate::figure::Rounds;
use crate::process::{self, own, pss};
use crate::stage::Stage;

/// Idle terminals, and idle links: enough that one page more or less is nothing.
const TERMINALS: usize = 16;
const LINKS: usize = 40;
/// Links that one device may have.
const LINKS_A_DEVICE: usize = 8;

pub(crate) async fn round(rounds: &mut Rounds) -> Result<()> {
    terminals(rounds).await?;
    let mut stage = Stage::set().await?;
    // The first of each pays for what all share.
    let _first = links(&mut stage, 1).await?;
    let before = own(stage.gateway.pid())?;
    let _links = links(&mut stage, LINKS).await?;
    rounds.take("memory.link", (own(stage.gateway.pid())? - before) / LINKS as f64);
    Ok(())
}

/// All terminals are read by one link, so that the growth is theirs.
async fn terminals(rounds: &mut Rounds) -> Result<()> {
    let mut stage = Stage::set().await?;
    let config = Config { credential: stage.credential.clone(), agent: "bench".to_owned() };
    let (client, mut events) = Client::start(config);
    let program = std::env::current_exe()?.display().to_string();
    let command = std::iter::once(program).chain(idle()).collect();
    let spec = Spec { command, ..Spec::default() }.encode();
    let mut before = 0.0;
    for number in 0..=TERMINALS {
        client.open(stage.fresh_id(), KIND, Some(spec.clone()), None, Priority::Focused)?;
        ready(&mut events).await?;
        if number == 0 {
            before = own(stage.gateway.pid())?;
        }
    }
    let holder = holders(&stage)?;
    let share = (own(stage.gateway.pid())? - before) / TERMINALS as f64;
    rounds.take("memory.terminal", holder + share);
    rounds.take("memory.terminal.holder", holder);
    rounds.take("memory.terminal.gateway", share);
    Ok(())
}

/// Waits until the program that was just started has said its word, which may be on the first screen already.
async fn ready(events: &mut Events) -> Result<()> {
    let word = async {
        while let Some(event) = events.next().await {
            match event {
                Event::Channel(_, ChannelEvent::Data { .. } | ChannelEvent::Snapshot { .. }) => {
                    return Ok(());
                }
                Event::Channel(_, ChannelEvent::Refused(fault)) => {
                    bail!("a terminal was refused: {fault}")
                }
                Event::Channel(..)
                | Event::State(_)
                | Event::DialFailed(_)
                | Event::Fetched { .. } => {}
            }
        }
        bail!("the session is over")
    };
    timeout(PATIENCE, word).await.context("a terminal said nothing")?
}

fn idle() -> [String; 2] {
    ["--inside", "idle"].map(str::to_owned)
}

/// Live links with nothing open.
async fn links(stage: &mut Stage, count: usize) -> Result<Vec<(Client, Events)>> {
    let mut links = Vec::new();
    let mut credential = stage.credential.clone();
    for number in 0..count {
        if number > 0 && number % LINKS_A_DEVICE == 0 {
            credential = device::pair(&stage.gateway.pair()?, stage.gateway.listen()).await?;
        }
        let (client, mut events) =
            Client::start(Config { credential: credential.clone(), agent: "bench".to_owned() });
        let live = async {
            while let Some(event) = events.next().await {
                if matches!(event, Event::State(LinkState::Live)) {
                    break;
                }
            }
        };
        timeout(PATIENCE, live).await.context("a link did not become live")?;
        links.push((client, events));
    }
    Ok(links)
}

/// The mean of the holders, in kB.
fn holders(stage: &Stage) -> Result<f64> {
    let holders = process::holders(&stage.gateway)?;
    let sizes: Vec<f64> = holders.iter().map(|pid| pss(*pid)).collect::<Result<_>>()?;
    Ok(sizes.iter().sum::<f64>() / sizes.len() as f64)
}
