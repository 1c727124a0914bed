//! A coding agent's storm of redraws over a slow link: what of it goes over the wire, and whether the screen is right.

use std::time::Duration;

use anyhow::{Result, ensure};
use devtail_channels::terminal::Spec;
use devtail_tests::device::Device;

use super::{SLOWER, narrow};
use crate::figure::Rounds;
use crate::inside::{END_MARK, READY, storm};
use crate::stage::{Stage, View};

pub(crate) async fn round(stage: &mut Stage, rounds: &mut Rounds) -> Result<()> {
    let (narrow, credential) = narrow(stage, SLOWER).await?;
    let id = stage.fresh_id();
    let program = std::env::current_exe()?.display().to_string();
    let command = [&program, "--inside", "storm"].map(str::to_owned).to_vec();
    let size = devtail_channels::terminal::Size::new(120, 40)?;
    let spec = Spec { command, size, ..Spec::default() };
    let mut slow = View::new(Device::start(credential, id, Some(&spec))?);
    slow.until(READY).await?;
    // One beside it that is given everything: what the slow one's screen is held to.
    let mut fast = View::new(Device::start(stage.credential.clone(), id, None)?);
    fast.until(READY).await?;
    slow.watch_for(Duration::from_secs(1)).await?;
    let before = narrow.received_bytes();
    slow.device.type_keys("g")?;
    let (shown, whole) = tokio::join!(slow.until(END_MARK), fast.until(END_MARK));
    shown.and(whole)?;
    slow.watch_for(Duration::from_millis(500)).await?;
    fast.watch_for(Duration::from_millis(100)).await?;
    ensure!(slow.screen() == fast.screen(), "the slow device's screen is not the program's");
    let sent = (narrow.received_bytes() - before) as f64;
    rounds.take("terminal.storm", 100.0 * sent / storm::bytes() as f64);
    slow.end().await
}
