//! From ^C to the next prompt, while `base64 /dev/zero` runs over a slow link.

use std::time::{Duration, Instant};

use anyhow::Result;
use devtail_channels::terminal::Spec;
use devtail_tests::device::Device;

use super::{SLOW, narrow};
use crate::figure::Rounds;
use crate::stage::{Stage, View};
use crate::stats::percentile;

/// A round's interrupts.
const TIMES: usize = 20;
/// The flood has filled every buffer on the way by then.
const FLOODS_FOR: Duration = Duration::from_millis(1500);

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let (_narrow, credential) = narrow(stage, SLOW).await?;
    let command = ["bash", "--norc", "--noprofile", "-i"].map(str::to_owned).to_vec();
    let spec = Spec { command, ..Spec::default() };
    let mut view = View::new(Device::start(credential, stage.fresh_id(), Some(&spec))?);
    // Quotes, so that the line itself does not look like the prompt.
    view.device.type_keys("PS1='prom''pt-\\#> '\r")?;
    view.until(b"prompt-2> ").await?;
    let mut took = Vec::new();
    for number in 2..2 + TIMES {
        view.device.type_keys("base64 /dev/zero\r")?;
        view.watch_for(FLOODS_FOR).await?;
        let began = Instant::now();
        view.device.interrupt()?;
        view.until(format!("prompt-{}> ", number + 1).as_bytes()).await?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    view.end().await?;
    rounds.take("terminal.interrupt.p50", percentile(&took, 50));
    rounds.take("terminal.interrupt.p95", percentile(&took, 95));
    Ok(())
}
