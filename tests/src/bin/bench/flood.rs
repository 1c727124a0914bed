//! How fast a flood passes, and what it costs.

use std::time::{Duration, Instant};

use anyhow::Result;
use devtail_channels::terminal::{Screen, Size};
use devtail_tests::gateway::Gateway;
use rustix::time::{ClockId, clock_gettime};

use crate::figure::Rounds;
use crate::inside::{self, END_MARK, READY};
use crate::process;
use crate::raw::RawPty;
use crate::stage::Stage;

const BYTES: usize = 100_000_000;
/// What a PTY's reader folds at once.
const PIECE: usize = 64 << 10;
/// What a flood needed for a moment is given back by then.
const SETTLES: Duration = Duration::from_secs(1);

/// What one flood was like.
struct Flood {
    /// MB/s.
    rate: f64,
    /// Processor time of gateway and holders, in s.
    cpu: f64,
    /// Own memory that gateway and holders have more than before, in kB; and what another flood adds to it.
    growth: f64,
    again: f64,
}

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let alone = raw()?;
    let usual = through(stage, false).await?;
    let every_byte = through(stage, true).await?;
    rounds.take("flood.raw", alone);
    rounds.take("flood.devtail", usual.rate);
    rounds.take("flood.ratio", usual.rate / alone);
    rounds.take("flood.every_byte", every_byte.rate);
    rounds.take("flood.cpu.whole", usual.cpu);
    // A fold that the compiler did not optimise says nothing of the holder's.
    if !cfg!(debug_assertions) {
        let fold = fold();
        rounds.take("flood.cpu.fold", fold);
        rounds.take("flood.cpu", usual.cpu - fold);
    }
    rounds.take("flood.cpu.every_byte", every_byte.cpu);
    rounds.take("flood.growth", usual.growth);
    rounds.take("flood.growth.again", usual.again);
    Ok(())
}

fn arguments() -> [String; 4] {
    ["--inside", "flood", "--bytes", &BYTES.to_string()].map(str::to_owned)
}

fn raw() -> Result<f64> {
    let mut raw = RawPty::start(&arguments())?;
    raw.read_until(READY)?;
    let began = Instant::now();
    raw.write(b"g")?;
    raw.read_until(END_MARK)?;
    Ok(rate(began))
}

async fn through(stage: &mut Stage, every_byte: bool) -> Result<Flood> {
    let mut view = stage.open(&arguments(), every_byte).await?;
    let cpu = sum(&stage.gateway, process::cpu_seconds)?;
    let own = sum(&stage.gateway, process::own)?;
    let began = Instant::now();
    view.device.type_keys("g")?;
    view.until(END_MARK).await?;
    let rate = rate(began);
    let cpu = sum(&stage.gateway, process::cpu_seconds)? - cpu;
    view.watch_for(SETTLES).await?;
    let after = sum(&stage.gateway, process::own)?;
    view.device.type_keys("g")?;
    view.until(END_MARK).await?;
    view.watch_for(SETTLES).await?;
    let again = sum(&stage.gateway, process::own)? - after;
    view.end().await?;
    Ok(Flood { rate, cpu, growth: after - own, again })
}

/// Over a gateway and its holders.
fn sum(gateway: &Gateway, count: fn(u32) -> Result<f64>) -> Result<f64> {
    let pids = process::holders(gateway)?.into_iter().chain([gateway.pid()]);
    // A holder of an earlier part of the round may end just now.
    Ok(pids.filter_map(|pid| count(pid).ok()).sum())
}

/// Processor time that it takes to fold the same flood into a screen, and nothing else, in s.
fn fold() -> f64 {
    let text = inside::text(PIECE);
    let mut screen = Screen::new(Size::default());
    let began = cpu_time();
    for _ in 0..BYTES / PIECE {
        screen.feed(&text);
    }
    (cpu_time() - began).as_secs_f64()
}

/// Of this thread.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// MB/s since then.
fn rate(began: Instant) -> f64 {
    BYTES as f64 / 1e6 / began.elapsed().as_secs_f64()
}
