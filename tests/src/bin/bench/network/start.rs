//! From the start of a client to the first byte of a new shell.

use std::time::Instant;

use anyhow::Result;
use devtail_channels::terminal::Spec;
use devtail_tests::device::Device;

use super::{World, inside};
use crate::figure::Rounds;
use crate::inside::READY;
use crate::stage::View;
use crate::stats::median;

/// A round's starts.
const STARTS: usize = 10;

pub(super) fn round(rounds: &mut Rounds) -> Result<()> {
    let world = World::make("lte", 21)?;
    let took = world.on_phone(|| async {
        let credential = world.pair().await?;
        let spec = Spec { command: inside("echo")?, ..Spec::default() };
        let mut took = Vec::new();
        for _ in 0..STARTS {
            let began = Instant::now();
            let device = Device::start(credential.clone(), world.fresh_id(), Some(&spec))?;
            let mut view = View::new(device);
            view.until(READY).await?;
            took.push(began.elapsed().as_secs_f64() * 1000.0);
            view.end().await?;
        }
        Ok(took)
    })?;
    rounds.take("network.start", median(&took));
    Ok(())
}
