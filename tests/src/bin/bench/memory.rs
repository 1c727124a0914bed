//! What stands idle costs: proportional set size, as the kernel counts it.

use std::fs;

use anyhow::{Context as _, Result};
use devtail_client::{Client, Config, Event, LinkState};

use crate::figure::Rounds;
use crate::stage::Stage;
use devtail_tests::device::{self, PATIENCE};

/// Idle terminals, and idle links: enough that one page more or less is nothing.
const TERMINALS: usize = 16;
const LINKS: usize = 40;
/// Links that one device may have.
const LINKS_A_DEVICE: usize = 8;

pub(crate) async fn round(rounds: &mut Rounds) -> Result<()> {
    let mut stage = Stage::set().await?;
    // The first of each pays for what all share.
    let first = stage.open(&idle(), false).await?;
    let gateway = stage.gateway.pid();
    let before = pss(gateway)?;
    let mut views = Vec::new();
    for _ in 0..TERMINALS {
        views.push(stage.open(&idle(), false).await?);
    }
    let with_terminals = pss(gateway)?;
    rounds.take("memory.terminal", holders(&stage)?);
    drop((first, views));
    let mut stage = Stage::set().await?;
    let gateway = stage.gateway.pid();
    let _first = links(&mut stage, 1).await?;
    let before_links = pss(gateway)?;
    let _links = links(&mut stage, LINKS).await?;
    let a_link = (pss(gateway)? - before_links) / LINKS as f64;
    // Each view above had a Link of its own.
    rounds.take("memory.terminal.gateway", (with_terminals - before) / TERMINALS as f64 - a_link);
    rounds.take("memory.link", a_link);
    Ok(())
}

fn idle() -> [String; 2] {
    ["--inside", "idle"].map(str::to_owned)
}

/// Live links with nothing open.
async fn links(stage: &mut Stage, count: usize) -> Result<Vec<(Client, devtail_client::Events)>> {
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
        tokio::time::timeout(PATIENCE, live).await.context("a link did not become live")?;
        links.push((client, events));
    }
    Ok(links)
}

/// The mean of the holders, in kB: the processes of the gateway that are neither it nor a terminal's program.
fn holders(stage: &Stage) -> Result<f64> {
    let processes = stage.gateway.processes();
    let holders: Vec<u32> =
        processes.into_iter().filter(|pid| *pid != stage.gateway.pid()).collect();
    let sizes: Vec<f64> = holders.iter().map(|pid| pss(*pid)).collect::<Result<_>>()?;
    anyhow::ensure!(!sizes.is_empty(), "no holder names the state folder in its arguments");
    Ok(sizes.iter().sum::<f64>() / sizes.len() as f64)
}

/// In kB.
fn pss(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .context("the kernel says no PSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
