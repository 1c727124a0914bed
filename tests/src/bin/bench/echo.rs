//! How long a key takes to come back: on the floor, through us, and through others, in turn.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::figure::Rounds;
use crate::figures;
use crate::hop::Hop;
use crate::inside::READY;
use crate::peer::{Adapter, Line, Peer, Web};
use crate::raw::RawPty;
use crate::stage::{Stage, View};
use crate::stats::percentile;

/// Keys a round: enough for a percentile of 99.
const KEYS: usize = 500;
/// Between two keys, so that nothing is measured back to back.
const THINK: Duration = Duration::from_millis(1);

/// Somebody else, and what the keys took.
struct Other {
    peer: String,
    line: Line,
    took: Vec<f64>,
    _runs: Peer,
}

/// What the keys took, in ms.
#[derive(Default)]
struct Took {
    raw: Vec<f64>,
    hop: Vec<f64>,
    unix: Vec<f64>,
    devtail: Vec<f64>,
}

pub(crate) async fn round(
    stage: &mut Stage,
    against: &[Adapter],
    rounds: &mut Rounds,
) -> Result<()> {
    let arguments = ["--inside", "echo"].map(str::to_owned);
    let mut raw = RawPty::start(&arguments)?;
    raw.read_until(READY)?;
    let hop = Hop::start()?;
    let mut web = Line::Web(Box::new(Web::bare(&hop.url).await?));
    let mut unix = UnixStream::connect(&hop.socket).await?;
    let mut view = stage.open(&arguments, false).await?;
    let mut others = Vec::new();
    for adapter in against {
        others.push(Other::start(adapter, &arguments).await?);
    }
    let mut took = Took::default();
    // Key by key in turn: all see the same machine.
    for letter in letters().take(KEYS) {
        tokio::time::sleep(THINK).await;
        took.raw.push(on_raw(&mut raw, letter)?);
        tokio::time::sleep(THINK).await;
        took.hop.push(on_line(&mut web, letter).await?);
        tokio::time::sleep(THINK).await;
        took.unix.push(on_unix(&mut unix, letter).await?);
        tokio::time::sleep(THINK).await;
        took.devtail.push(on_view(&mut view, letter).await?);
        for other in &mut others {
            tokio::time::sleep(THINK).await;
            let took = on_line(&mut other.line, letter).await;
            other.took.push(took.with_context(|| format!("peer {}", other.peer))?);
        }
    }
    view.end().await?;
    took.tell(rounds);
    beside(&took.devtail, &others, rounds);
    Ok(())
}

impl Other {
    async fn start(adapter: &Adapter, arguments: &[String]) -> Result<Self> {
        let own = std::env::current_exe()?.display().to_string();
        let program: Vec<String> = std::iter::once(own).chain(arguments.to_vec()).collect();
        let runs = Peer::start(adapter, Ipv4Addr::LOCALHOST, &program)?;
        let mut line = runs.open().await?;
        let began = line.until(READY).await;
        began.with_context(|| format!("peer {}: its program does not begin", adapter.name))?;
        Ok(Self { peer: adapter.name.clone(), line, took: Vec::new(), _runs: runs })
    }
}

impl Took {
    fn tell(&self, rounds: &mut Rounds) {
        let Self { raw, hop, unix, devtail } = self;
        // Nobody who has a terminal behind a WebSocket can be quicker than both one after the other.
        let floor: Vec<f64> = raw.iter().zip(hop).map(|(raw, hop)| raw + hop).collect();
        // Nor can anybody whose terminal outlives the server, and so has a process of its own, be quicker than all three.
        let processes: Vec<f64> =
            floor.iter().zip(unix).map(|(floor, unix)| floor + unix).collect();
        for (p50, p99, took) in [
            ("echo.raw.p50", "echo.raw.p99", raw),
            ("echo.hop.p50", "echo.hop.p99", hop),
            ("echo.floor.p50", "echo.floor.p99", &floor),
            ("echo.unix.p50", "echo.unix.p99", unix),
            ("echo.processes.p50", "echo.processes.p99", &processes),
            ("echo.devtail.p50", "echo.devtail.p99", devtail),
        ] {
            rounds.take(p50, percentile(took, 50));
            rounds.take(p99, percentile(took, 99));
        }
        rounds.take("echo.ratio.p50", percentile(devtail, 50) / percentile(&floor, 50));
        let processes = percentile(&processes, 50);
        rounds.take("echo.processes.ratio", percentile(devtail, 50) / processes);
        // Both to the floor's middle: its own 99 of 100 is the machine's noise, and would excuse ours.
        rounds.take("echo.ratio.p99", percentile(devtail, 99) / percentile(&floor, 50));
        rounds.sampled("echo", "floor", &floor);
        rounds.sampled("echo", "devtail", devtail);
    }
}

fn beside(devtail: &[f64], others: &[Other], rounds: &mut Rounds) {
    for Other { peer, took, .. } in others {
        for (end, percent) in [("p50", 50), ("p99", 99)] {
            let value = percentile(took, percent);
            let ours = if percent == 50 { "echo.devtail.p50" } else { "echo.devtail.p99" };
            rounds.beside(ours, peer, value);
            // Those that ship with the bench have figures of their own.
            let own = format!("echo.{peer}.{end}");
            if let Some(figure) = figures::all().find(|figure| figure.id == own) {
                rounds.take(figure.id, value);
            }
        }
        rounds.sampled("echo", peer, took);
    }
    let quickest = others.iter().map(|other| percentile(&other.took, 50)).fold(f64::MAX, f64::min);
    if quickest < f64::MAX {
        rounds.take("echo.peers.p50", percentile(devtail, 50) / quickest);
    }
}

/// A letter that differs from the one before, so that a late echo is not taken for the next.
fn letters() -> impl Iterator<Item = u8> {
    (b'a'..=b'z').cycle()
}

fn on_raw(raw: &mut RawPty, letter: u8) -> Result<f64> {
    let began = Instant::now();
    raw.write(&[letter])?;
    raw.read_until(&[letter])?;
    Ok(millis(began))
}

async fn on_view(view: &mut View, letter: u8) -> Result<f64> {
    let began = Instant::now();
    view.device.type_keys(vec![letter])?;
    view.until(&[letter]).await?;
    Ok(millis(began))
}

async fn on_unix(unix: &mut UnixStream, letter: u8) -> Result<f64> {
    let (began, mut echo) = (Instant::now(), [0]);
    unix.write_all(&[letter]).await?;
    unix.read_exact(&mut echo).await?;
    Ok(millis(began))
}

async fn on_line(line: &mut Line, letter: u8) -> Result<f64> {
    let began = Instant::now();
    line.types(&[letter]).await?;
    line.until(&[letter]).await?;
    Ok(millis(began))
}

fn millis(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}
