//! How long a key takes to come back.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::figure::Rounds;
use crate::inside::READY;
use crate::raw::RawPty;
use crate::stage::{Stage, View};
use crate::stats::percentile;

/// Keys a round: enough for a percentile of 99.
const KEYS: usize = 500;
/// Between two keys, so that nothing is measured back to back.
const THINK: Duration = Duration::from_millis(1);

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let arguments = ["--inside", "echo"].map(str::to_owned);
    let mut raw = RawPty::start(&arguments)?;
    raw.read_until(READY)?;
    let mut view = stage.open(&arguments, false).await?;
    let (mut alone, mut through) = (Vec::new(), Vec::new());
    // Key by key in turn: both see the same machine.
    for letter in letters().take(KEYS) {
        tokio::time::sleep(THINK).await;
        alone.push(on_raw(&mut raw, letter)?);
        tokio::time::sleep(THINK).await;
        through.push(on_view(&mut view, letter).await?);
    }
    view.end().await?;
    rounds.take("echo.raw.p50", percentile(&alone, 50));
    rounds.take("echo.raw.p99", percentile(&alone, 99));
    rounds.take("echo.devtail.p50", percentile(&through, 50));
    rounds.take("echo.devtail.p99", percentile(&through, 99));
    rounds.take("echo.ratio.p50", percentile(&through, 50) / percentile(&alone, 50));
    Ok(())
}

/// A letter that differs from the one before, so that a late echo is not taken for the next.
fn letters() -> impl Iterator<Item = u8> {
    (b'a'..=b'z').cycle()
}

fn on_raw(raw: &mut RawPty, letter: u8) -> Result<f64> {
    let began = Instant::now();
    raw.write(&[letter])?;
    raw.read_until(&[letter])?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

async fn on_view(view: &mut View, letter: u8) -> Result<f64> {
    let began = Instant::now();
    view.device.type_keys(vec![letter])?;
    view.until(&[letter]).await?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}
