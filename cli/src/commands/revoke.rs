//! `devtail revoke`: a device is shut out, and its live links end at once.

use anyhow::Result;
use devtail_control::{Actor, Device, DeviceId, Revocation};
use devtail_gateway::RingError;

use crate::exit::Failure;
use crate::host::{Host, State, now};
use crate::say::say;

#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The device, by its id or its name
    #[arg(value_name = "DEVICE")]
    device: String,
    #[command(flatten)]
    state: State,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let host = Host::new(&args.state)?;
    let control = host.control()?;
    let devices = control.devices()?;
    let device = find(&devices, &args.device)?;
    let done = control.revoke(now(), device.id, Actor::Host)?;
    match host.address() {
        // No gateway: no live links.
        Ok(_) | Err(RingError::NotRunning { .. }) => {}
        Err(error @ RingError::Io { .. }) => return Err(error.into()),
    }
    match done {
        Revocation::Done => say(format!("{} is shut out.", device.name))?,
        Revocation::Already => say(format!("{} was shut out before.", device.name))?,
    }
    Ok(())
}

fn find<'a>(devices: &'a [Device], named: &str) -> Result<&'a Device> {
    let id = named.parse::<DeviceId>().ok();
    let all: Vec<_> = devices
        .iter()
        .filter(|device| Some(device.id) == id || device.name.as_str() == named)
        .collect();
    // Of several with one name, the one that is still let in is meant.
    let live: Vec<_> = all.iter().copied().filter(|device| device.revoked.is_none()).collect();
    match (live.as_slice(), all.as_slice()) {
        ([one], _) | ([], [one]) => Ok(one),
        ([], []) => {
            Err(Failure::usage(format!("there is no device {named}; `devtail devices` lists them"))
                .into())
        }
        _ => Err(Failure::usage(format!(
            "several devices are called {named}; use the id that `devtail devices` shows"
        ))
        .into()),
    }
}
