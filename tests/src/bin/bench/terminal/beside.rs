//! A key's echo while another terminal of the same device floods the link.

use std::time::Duration;

use anyhow::Result;
use devtail_channels::terminal::Spec;

use super::{SLOW, narrow};
use crate::figure::Rounds;
use crate::stage::Stage;
use crate::stats::percentile;
use crate::two::Two;

/// A round's keys: enough for a percentile of 99.
const KEYS: usize = 100;

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let (_narrow, credential) = narrow(stage, SLOW).await?;
    let mut two = Two::start(credential, stage.fresh_id()).await?;
    let command = ["base64", "/dev/zero"].map(str::to_owned).to_vec();
    two.flood(stage.fresh_id(), &Spec { command, ..Spec::default() })?;
    two.watch_for(Duration::from_secs(2)).await?;
    let took = two.keys(KEYS).await?;
    two.end().await?;
    rounds.take("terminal.beside.p50", percentile(&took, 50));
    rounds.take("terminal.beside.p99", percentile(&took, 99));
    Ok(())
}
