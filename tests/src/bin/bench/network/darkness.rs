//! Ten seconds in which nothing passes, while a program prints ten lines a second.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use devtail_channels::terminal::Spec;
use devtail_tests::device::{Device, PATIENCE, Seen};
use devtail_tests::netlab::Change;
use tokio::time::timeout;

use super::{World, inside};
use crate::figure::Rounds;
use crate::lines::lost;

const BEFORE: Duration = Duration::from_secs(3);
const DARK: Duration = Duration::from_secs(10);
const AFTER: Duration = Duration::from_secs(2);

pub(super) fn blackout(rounds: &mut Rounds) -> Result<()> {
    let (took, lost) = dark(false)?;
    rounds.take("network.blackout", took);
    rounds.take("network.blackout.lost", lost);
    Ok(())
}

/// The phone has another address behind it.
pub(super) fn roam(rounds: &mut Rounds) -> Result<()> {
    let (took, lost) = dark(true)?;
    rounds.take("network.roam", took);
    rounds.take("network.roam.lost", lost);
    Ok(())
}

/// Milliseconds from the light to fresh output, and the bytes that never came.
fn dark(roams: bool) -> Result<(f64, f64)> {
    let world = World::make("lte", 31)?;
    world.on_phone(|| async {
        let spec = Spec { command: inside("tick")?, ..Spec::default() };
        let mut device = Device::start(world.pair().await?, world.fresh_id(), Some(&spec))?;
        let mut seen = Vec::new();
        watch(&mut device, &mut seen, BEFORE).await?;
        world.lab.happen(Change::Dark)?;
        watch(&mut device, &mut seen, DARK).await?;
        if roams {
            world.lab.happen(Change::Roam)?;
        }
        world.lab.happen(Change::Light)?;
        let light = Instant::now();
        if roams {
            // The phone's system tells the app of a new network once it has one.
            device.client().network_changed();
        }
        let fresh = async {
            loop {
                if take(&mut device, &mut seen).await? {
                    return anyhow::Ok(());
                }
            }
        };
        timeout(PATIENCE, fresh).await.context("nothing came after the dark")??;
        let took = light.elapsed().as_secs_f64() * 1000.0;
        watch(&mut device, &mut seen, AFTER).await?;
        device.end_program().await?;
        Ok((took, lost(&seen)))
    })
}

async fn watch(device: &mut Device, seen: &mut Vec<u8>, time: Duration) -> Result<()> {
    let watch = async {
        loop {
            take(device, seen).await?;
        }
    };
    timeout(time, watch).await.unwrap_or(Ok(()))
}

/// Takes what comes next; whether it was output.
async fn take(device: &mut Device, seen: &mut Vec<u8>) -> Result<bool> {
    Ok(match device.next().await? {
        Seen::Bytes(bytes) => {
            seen.extend_from_slice(&bytes);
            true
        }
        Seen::Screen(_) => true,
        Seen::End | Seen::Other => false,
    })
}
