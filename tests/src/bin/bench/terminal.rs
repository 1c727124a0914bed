//! What a terminal is like to live in over a slow link: ^C in a flood, a key beside one, a storm of redraws, and the bytes
//! that everyday programs take.

mod beside;
mod interrupt;
mod prediction;
mod storm;
mod wire;

use std::time::Duration;

use anyhow::Result;
use devtail_tests::device;
use devtail_tests::narrow::{Narrow, Path};

use crate::figure::Rounds;
use crate::stage::Stage;

/// A phone's link on a bad day: 100 kB/s, 100 ms there and back.
const SLOW: Path = Path { delay: Duration::from_millis(50), rate: 100_000 };
/// Half of that.
const SLOWER: Path = Path { delay: Duration::from_millis(50), rate: 50_000 };

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    interrupt::round(stage, rounds).await?;
    beside::round(stage, rounds).await?;
    storm::round(stage, rounds).await?;
    wire::round(stage, rounds).await?;
    prediction::round(rounds)
}

/// A relay before the stage's gateway, and a device that is paired through it.
async fn narrow(stage: &Stage, path: Path) -> Result<(Narrow, devtail_client::Credential)> {
    let narrow = Narrow::start(stage.gateway.listen(), path).await?;
    let credential = device::pair(&stage.gateway.pair()?, narrow.address()).await?;
    Ok((narrow, credential))
}
