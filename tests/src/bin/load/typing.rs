//! Terminals typed into at an even pace, first beside idle links alone, then beside floods as well.

use std::time::Duration;

use anyhow::{Context as _, Result};
use devtail_client::Credential;
use devtail_tests::chance::Chance;
use devtail_tests::gateway::{Gateway, program};
use devtail_tests::load::{Typist, cpu_time};
use hdrhistogram::Histogram;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Args;
use crate::figure::Rounds;

/// Keys of one typist, one each so often: a fast one.
const KEYS: u32 = 100;
const PACE: Duration = Duration::from_millis(150);
/// Bytes of one flood: more than it gets to write.
const FLOOD_BYTES: &str = "100000000000";

pub(crate) async fn measure(
    gateway: &Gateway,
    mut credentials: Vec<Credential>,
    args: &Args,
    chance: &mut Chance,
    rounds: &mut Rounds,
) -> Result<()> {
    let floods = credentials.split_off(args.typists);
    let mut typists = begin(credentials, chance, &["echo"]).await?;
    let before = cpu_time(gateway.pid())?;
    typists = typed(typists, ["load.typing.p50", "load.typing.p99"], rounds).await?;
    let spent = cpu_time(gateway.pid())?.saturating_sub(before);
    eprintln!("load: the gateway took {spent:.2?} for {} keys", args.typists as u32 * KEYS);
    let flooding = begin(floods, chance, &["flood", "--bytes", FLOOD_BYTES]).await?;
    let (say_enough, enough) = watch::channel(false);
    let mut taking = JoinSet::new();
    for mut flood in flooding {
        let mut enough = enough.clone();
        taking.spawn(async move {
            let enough = async { drop(enough.wait_for(|enough| *enough).await) };
            flood.take_flood(enough).await
        });
    }
    let names = ["load.typing.flooded.p50", "load.typing.flooded.p99"];
    let typists = typed(typists, names, rounds).await?;
    say_enough.send_replace(true);
    let taken = taking.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    eprintln!("load: {} floods, {} bytes taken in", taken.len(), taken.iter().sum::<u64>());
    for typist in typists {
        typist.end().await?;
    }
    Ok(())
}

/// Terminals with one of the bench's programs in each.
async fn begin(
    credentials: Vec<Credential>,
    chance: &mut Chance,
    inside: &[&str],
) -> Result<Vec<Typist>> {
    let bench = program("bench")?.to_str().context("a path in UTF-8")?.to_owned();
    let words = [bench.as_str(), "--inside"].into_iter().chain(inside.iter().copied());
    let command = words.map(str::to_owned).collect::<Vec<_>>();
    let mut typists = Vec::new();
    for credential in credentials {
        typists.push(Typist::begin(credential, chance, command.clone()).await?);
    }
    Ok(typists)
}

/// All type at once, each a little after the one before.
async fn typed(
    typists: Vec<Typist>,
    names: [&'static str; 2],
    rounds: &mut Rounds,
) -> Result<Vec<Typist>> {
    let count = u32::try_from(typists.len())?.max(1);
    let mut typing = JoinSet::new();
    for (number, mut typist) in (0..).zip(typists) {
        typing.spawn(async move {
            let micros = typist.type_keys(KEYS, PACE, PACE * number / count).await;
            micros.map(|micros| (typist, micros))
        });
    }
    let mut all = Histogram::<u64>::new(3).context("three digits are possible")?;
    let mut typists = Vec::new();
    for done in typing.join_all().await {
        let (typist, micros) = done?;
        all.add(micros).context("they have one scale")?;
        typists.push(typist);
    }
    rounds.take(names[0], all.value_at_quantile(0.5) as f64 / 1000.0);
    rounds.take(names[1], all.value_at_quantile(0.99) as f64 / 1000.0);
    Ok(typists)
}
