//! A gateway is killed under all its links, some of which are typed into: who comes back, when, and with what.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use devtail_client::Credential;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{Crowd, Writer, Written};
use crate::chance::Chance;
use crate::gateway::Gateway;

/// How long coming back may take before a link counts as lost.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long lines are typed before the gateway is killed, and after all are back.
const TYPED_AROUND: Duration = Duration::from_secs(2);

/// What became of the links and of what was typed.
#[derive(Debug)]
pub struct Storm {
    /// From the kill until the gateway served again.
    pub served: Duration,
    /// From the kill until every link was live again.
    pub back: Duration,
    /// Idle links that did not come back, and writers whose session failed.
    pub lost: usize,
    /// Lines typed.
    pub typed: usize,
    /// Lines lost, doubled, out of order or torn.
    pub damaged: usize,
    /// Snapshots that the writers were shown instead of what they missed.
    pub snapshots: u64,
    /// Why writers failed, for a person.
    pub complaints: Vec<String>,
}

impl Storm {
    /// Opens a terminal with each of the writers' credentials, has them type, kills the gateway with -9, starts it again on
    /// the same port, and waits until all links are back and all that was typed is settled.
    ///
    /// # Errors
    /// A terminal cannot be opened, or the gateway does not start again. A link that does not come back is counted.
    pub async fn over(
        gateway: &mut Gateway,
        crowd: &Crowd,
        writers: Vec<Credential>,
        chance: &mut Chance,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (say_enough, enough) = watch::channel(false);
        let mut writing = JoinSet::new();
        for writer in begin(writers, folder.path(), chance).await? {
            writing.spawn(writer.write(enough.clone()));
        }
        sleep(TYPED_AROUND).await;
        crowd.mark();
        gateway.kill()?;
        let killed = Instant::now();
        gateway.restart()?;
        let served = killed.elapsed();
        // Who is not back by then is counted below.
        let _late = crowd.all_back(PATIENCE).await;
        let crowd_back = killed.elapsed();
        sleep(TYPED_AROUND).await;
        say_enough.send_replace(true);
        let (written, complaints) = sorted(writing.join_all().await);
        let last = written.iter().filter_map(|one| one.back_at).max();
        Ok(Self {
            served,
            back: last.map_or(crowd_back, |last| crowd_back.max(last.duration_since(killed))),
            lost: crowd.len() - crowd.census().live + complaints.len(),
            typed: written.iter().map(|one| one.verdict.typed).sum(),
            damaged: written.iter().map(Written::damaged).sum(),
            snapshots: written.iter().map(|one| one.snapshots).sum(),
            complaints,
        })
    }
}

/// All at once, each with a terminal of its own.
async fn begin(
    credentials: Vec<Credential>,
    folder: &Path,
    chance: &mut Chance,
) -> Result<Vec<Writer>> {
    let mut beginning = JoinSet::new();
    for credential in credentials {
        let (folder, chance) = (folder.to_owned(), Chance::new(chance.number()));
        beginning.spawn(async move { Writer::begin(credential, &folder, chance).await });
    }
    beginning.join_all().await.into_iter().collect()
}

fn sorted(ended: Vec<Result<Written>>) -> (Vec<Written>, Vec<String>) {
    let (mut written, mut complaints) = (Vec::new(), Vec::new());
    for one in ended {
        match one {
            Ok(one) => written.push(one),
            Err(error) => complaints.push(format!("{error:#}")),
        }
    }
    (written, complaints)
}
