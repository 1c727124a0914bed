//! How fast a flood passes.

use std::time::Instant;

use anyhow::Result;

use crate::figure::Rounds;
use crate::inside::{END_MARK, READY};
use crate::raw::RawPty;
use crate::stage::Stage;

const BYTES: usize = 100_000_000;

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let alone = raw()?;
    let usual = through(stage, false).await?;
    let every_byte = through(stage, true).await?;
    rounds.take("flood.raw", alone);
    rounds.take("flood.devtail", usual);
    rounds.take("flood.ratio", usual / alone);
    rounds.take("flood.every_byte", every_byte);
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

async fn through(stage: &mut Stage, every_byte: bool) -> Result<f64> {
    let mut view = stage.open(&arguments(), every_byte).await?;
    let began = Instant::now();
    view.device.type_keys("g")?;
    view.until(END_MARK).await?;
    let rate = rate(began);
    view.end().await?;
    Ok(rate)
}

/// MB/s since then.
fn rate(began: Instant) -> f64 {
    BYTES as f64 / 1e6 / began.elapsed().as_secs_f64()
}
