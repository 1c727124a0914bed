//! Ten megabytes missed, and the screen got back over LTE.

use std::time::Instant;

use anyhow::Result;
use devtail_channels::terminal::Spec;
use devtail_tests::device::Device;

use super::{World, inside};
use crate::figure::Rounds;
use crate::inside::{END_MARK, READY};
use crate::stage::View;

const BYTES: usize = 10_000_000;

pub(super) fn round(rounds: &mut Rounds) -> Result<()> {
    let world = World::make("lte", 71)?;
    let (whole, behind, bytes) = world.on_phone(|| async {
        let mut command = inside("flood")?;
        command.extend(["--bytes".to_owned(), BYTES.to_string()]);
        let (id, spec) = (world.fresh_id(), Spec { command, ..Spec::default() });
        let credential = world.pair().await?;
        let mut phone = View::new(Device::start(credential, id, Some(&spec))?);
        phone.until(READY).await?;
        phone.device.client().sleep();
        phone.device.until("the phone sleeps", |phone| !phone.is_live()).await?;
        // Somebody at the host itself lets it flood, and sees it end.
        world.on_host(|| async {
            let mut there = View::new(Device::start(world.pair().await?, id, None)?);
            there.until(READY).await?;
            there.device.type_keys("g")?;
            there.until(END_MARK).await
        })?;
        let (before, began) = (world.down(), Instant::now());
        phone.device.client().nudge();
        phone.device.until("the link is up", Device::is_live).await?;
        let up = Instant::now();
        phone.until(END_MARK).await?;
        let (whole, behind) = (began.elapsed(), up.elapsed());
        let bytes = world.down() - before;
        phone.end().await?;
        Ok((whole, behind, bytes))
    })?;
    rounds.take("network.gap.whole", whole.as_secs_f64() * 1000.0);
    rounds.take("network.gap", behind.as_secs_f64() * 1000.0);
    rounds.take("network.gap.bytes", bytes as f64 / 1000.0);
    Ok(())
}
