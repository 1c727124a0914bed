//! ^C in a flood over LTE.

use anyhow::Result;
use devtail_tests::device::Device;

use super::World;
use crate::figure::Rounds;
use crate::interrupt;
use crate::stage::View;
use crate::stats::percentile;

/// A round's interrupts.
const TIMES: usize = 15;

pub(super) fn round(rounds: &mut Rounds) -> Result<()> {
    let world = World::make("lte", 51)?;
    let took = world.on_phone(|| async {
        let spec = interrupt::shell();
        let device = Device::start(world.pair().await?, world.fresh_id(), Some(&spec))?;
        interrupt::times(View::new(device), TIMES).await
    })?;
    rounds.take("network.interrupt", percentile(&took, 50));
    rounds.take("network.interrupt.p95", percentile(&took, 95));
    Ok(())
}
