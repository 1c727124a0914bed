//! What a link costs on which nothing happens.

use std::time::Duration;

use anyhow::Result;
use devtail_channels::terminal::Spec;
use devtail_tests::device::Device;

use super::{World, inside};
use crate::inside::READY;
use crate::stage::View;

/// What opening has begun is over by then.
const SETTLES: Duration = Duration::from_secs(5);
/// Two minutes, so that what happens once a minute is counted twice.
const WATCHED: Duration = Duration::from_secs(120);

pub(super) fn bytes_a_minute() -> Result<f64> {
    let world = World::make("lte", 41)?;
    let bytes = world.on_phone(|| async {
        let spec = Spec { command: inside("echo")?, ..Spec::default() };
        let device = Device::start(world.pair().await?, world.fresh_id(), Some(&spec))?;
        let mut view = View::new(device);
        view.until(READY).await?;
        view.watch_for(SETTLES).await?;
        let before = moved(&world);
        view.watch_for(WATCHED).await?;
        let bytes = moved(&world) - before;
        view.end().await?;
        Ok(bytes)
    })?;
    Ok(bytes as f64 * 60.0 / WATCHED.as_secs_f64())
}

/// The same of a device in the background, of one minute.
pub(super) fn bytes_in_background() -> Result<f64> {
    let world = World::make("lte", 42)?;
    let bytes = world.on_phone(|| async {
        let spec = Spec { command: inside("tick")?, ..Spec::default() };
        let device = Device::start(world.pair().await?, world.fresh_id(), Some(&spec))?;
        let mut view = View::new(device);
        view.until(READY).await?;
        view.device.client().sleep();
        view.watch_for(SETTLES).await?;
        let before = moved(&world);
        view.watch_for(Duration::from_secs(60)).await?;
        let bytes = moved(&world) - before;
        view.device.client().nudge();
        view.end().await?;
        Ok(bytes)
    })?;
    Ok(bytes as f64)
}

fn moved(world: &World) -> u64 {
    let (up, down) = world.lab.counts();
    up.bytes + down.bytes
}
