//! How a device that missed ten megabytes gets its screen back.

use std::time::Instant;

use anyhow::Result;

use crate::figure::Rounds;
use crate::inside::{END_MARK, READY};
use crate::stage::{Stage, View};
use devtail_channels::terminal::Spec;
use devtail_tests::device::{self, Device};
use devtail_tests::proxy::Cut;

const BYTES: usize = 10_000_000;

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let id = stage.fresh_id();
    let program = std::env::current_exe()?.display().to_string();
    let command =
        [&program, "--inside", "flood", "--bytes", &BYTES.to_string()].map(str::to_owned).to_vec();
    let spec = Spec { command, ..Spec::default() };
    // The one that leaves comes through the proxy; the one that stays watches the flood end.
    let credential = device::pair(&stage.gateway.pair()?, stage.proxy.address()).await?;
    let mut leaves = View::new(Device::start(credential, id, Some(&spec))?);
    leaves.until(READY).await?;
    let mut stays = View::new(Device::start(stage.credential.clone(), id, None)?);
    stays.until(READY).await?;
    leaves.device.client().sleep();
    stage.proxy.cut(Cut::Reset);
    stays.device.type_keys("g")?;
    stays.until(END_MARK).await?;
    let before = stage.proxy.received_bytes();
    let began = Instant::now();
    leaves.device.client().nudge();
    leaves.until(END_MARK).await?;
    rounds.take("gap.time", began.elapsed().as_secs_f64() * 1000.0);
    rounds.take("gap.bytes", (stage.proxy.received_bytes() - before) as f64 / 1000.0);
    stays.end().await
}
