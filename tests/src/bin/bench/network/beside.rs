//! A key's echo beside a download on the same socket, and how much of the link that download still gets.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use devtail_channels::terminal::Spec;
use devtail_tests::netlab::named;

use super::{World, inside};
use crate::figure::{Rounds, Wanted};
use crate::stats::percentile;
use crate::two::Two;

/// What the download needs to fill the link and every queue on it.
const FILLS: Duration = Duration::from_secs(8);

/// A link and its figures.
struct On {
    condition: &'static str,
    /// Keys typed alone, and beside.
    keys: usize,
    idle: &'static str,
    beside: &'static str,
    p99: &'static str,
    ratio: &'static str,
    share: &'static str,
}

const LTE: On = On {
    condition: "lte",
    keys: 100,
    idle: "network.beside.lte.idle",
    beside: "network.beside.lte.p50",
    p99: "network.beside.lte.p99",
    ratio: "network.beside.lte.ratio",
    share: "network.beside.lte.share",
};
const THREE_G: On = On {
    condition: "3g",
    keys: 50,
    idle: "network.beside.3g.idle",
    beside: "network.beside.3g.p50",
    p99: "network.beside.3g.p99",
    ratio: "network.beside.3g.ratio",
    share: "network.beside.3g.share",
};

pub(super) fn round(wanted: &Wanted<'_>, rounds: &mut Rounds) -> Result<()> {
    for on in [LTE, THREE_G] {
        if wanted.any(on.idle.trim_end_matches(".idle")) {
            on.measure(rounds)?;
        }
    }
    Ok(())
}

impl On {
    fn measure(&self, rounds: &mut Rounds) -> Result<()> {
        let rate = named(self.condition).and_then(|condition| condition.down.rate);
        let rate = rate.context("the condition has a rate")? as f64;
        let world = World::make(self.condition, 61)?;
        let (alone, beside, share) = world.on_phone(|| async {
            let mut two = Two::start(world.pair().await?, world.fresh_id()).await?;
            let alone = two.keys(self.keys).await?;
            // Every byte of it comes, and none of it can be made shorter: it takes what the link has.
            let spec = Spec { command: inside("noise")?, every_byte: true, ..Spec::default() };
            two.flood(world.fresh_id(), &spec)?;
            two.watch_for(FILLS).await?;
            let (before, began) = (world.down(), Instant::now());
            let beside = two.keys(self.keys).await?;
            let bits = (world.down() - before) as f64 * 8.0;
            let share = 100.0 * bits / began.elapsed().as_secs_f64() / rate;
            two.end().await?;
            Ok((alone, beside, share))
        })?;
        rounds.take(self.idle, percentile(&alone, 50));
        rounds.take(self.beside, percentile(&beside, 50));
        rounds.take(self.p99, percentile(&beside, 99));
        rounds.take(self.ratio, percentile(&beside, 50) / percentile(&alone, 50));
        rounds.take(self.share, share);
        Ok(())
    }
}
