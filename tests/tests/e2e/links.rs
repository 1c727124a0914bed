//! Many links at once, as `cargo xtask load` has them by the thousand.

use std::time::Duration;

use anyhow::{Result, ensure};
use devtail_tests::chance::Chance;
use devtail_tests::gateway::Gateway;
use devtail_tests::load::{Crowd, Storm, enrolled, raise};

/// Idle links, and those that are typed into.
const LINKS: usize = 300;
const WRITERS: usize = 8;
/// How long anything may take that has to come.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_links_all_come_back_from_a_kill_with_what_was_typed() -> Result<()> {
    raise(LINKS + WRITERS)?;
    // All come from one address here.
    let mut gateway = Gateway::start_at("127.0.0.1:0", &["--pending-per-address", "512"])?;
    let mut credentials = enrolled(&gateway, LINKS + WRITERS)?;
    let writers = credentials.split_off(LINKS);
    let crowd = Crowd::gather(credentials);
    crowd.all_live(PATIENCE).await?;
    let storm = Storm::over(&mut gateway, &crowd, writers, &mut Chance::new(17)).await?;
    println!("{storm:?}, {:?}", crowd.census());
    ensure!(storm.lost == 0, "{} links were lost: {:?}", storm.lost, storm.complaints);
    ensure!(storm.typed > WRITERS, "nothing was typed");
    ensure!(storm.damaged == 0, "{} of {} lines were damaged", storm.damaged, storm.typed);
    Ok(())
}
