//! Darkness of five seconds, again and again at random: a client that gave up its link for that gave it up too early.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::Result;
use devtail_channels::terminal::Spec;
use devtail_tests::chance::Chance;
use devtail_tests::device::Device;
use devtail_tests::netlab::Change;

use super::{World, inside};
use crate::inside::READY;
use crate::stage::View;

const DARK: Duration = Duration::from_secs(5);
/// Light lasts this long at least, so that every retransmission has passed and every dial has ended.
const LIGHT: Duration = Duration::from_secs(5);
/// And up to this much longer.
const LONGER: u64 = 8000;
/// Between two keys of somebody who types in the dark as well.
const PACE: Duration = Duration::from_secs(1);
/// An established connection, in the kernel's words.
const ESTABLISHED: &str = "01";

/// What somebody does meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// Looks at what is printed.
    Looks,
    /// Types all along.
    Types,
}

/// How often the link was made anew within so long.
pub(super) fn reconnects(time: Duration, does: Does) -> Result<f64> {
    let world = World::make("lte", 81)?;
    world.on_phone(|| async {
        let program = match does {
            Does::Looks => "tick",
            Does::Types => "echo",
        };
        let spec = Spec { command: inside(program)?, ..Spec::default() };
        let device = Device::start(world.pair().await?, world.fresh_id(), Some(&spec))?;
        let mut view = View::new(device);
        view.until(READY).await?;
        let (mut chance, began) = (Chance::new(81), Instant::now());
        pass(&mut view, LIGHT, does).await?;
        let mut links = connections(&world)?;
        let mut reconnects = 0.0;
        while began.elapsed() < time {
            world.lab.happen(Change::Dark)?;
            pass(&mut view, DARK, does).await?;
            world.lab.happen(Change::Light)?;
            pass(&mut view, LIGHT + chance.millis_below(LONGER), does).await?;
            let now = connections(&world)?;
            reconnects += f64::from(u8::from(now.is_disjoint(&links)));
            links = now;
        }
        view.end().await?;
        Ok(reconnects)
    })
}

async fn pass(view: &mut View, time: Duration, does: Does) -> Result<()> {
    let until = Instant::now() + time;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        if does == Does::Types {
            view.device.type_keys("k")?;
        }
        view.watch_for(left.min(PACE)).await?;
    }
}

/// The phone's own ports that are connected to the gateway. To be asked for on the phone.
fn connections(world: &World) -> Result<BTreeSet<String>> {
    let gateway = format!(":{:04X}", world.gateway.listen().port());
    let table = fs::read_to_string("/proc/thread-self/net/tcp")?;
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ours = rows.filter(|row| {
        row.get(2).is_some_and(|remote| remote.ends_with(&gateway))
            && row.get(3) == Some(&ESTABLISHED)
    });
    Ok(ours.map(|row| row[1].to_owned()).collect())
}
