//! ^C in a flood over a slow link.

use anyhow::Result;
use devtail_tests::device::Device;

use super::{SLOW, narrow};
use crate::figure::Rounds;
use crate::interrupt;
use crate::stage::{Stage, View};
use crate::stats::percentile;

/// A round's interrupts.
const TIMES: usize = 20;

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let (_narrow, credential) = narrow(stage, SLOW).await?;
    let device = Device::start(credential, stage.fresh_id(), Some(&interrupt::shell()))?;
    let took = interrupt::times(View::new(device), TIMES).await?;
    rounds.take("terminal.interrupt.p50", percentile(&took, 50));
    rounds.take("terminal.interrupt.p95", percentile(&took, 95));
    Ok(())
}
