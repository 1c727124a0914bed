//! One process that is to suffer: stopped, limited, killed.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};
use tokio::time::{Instant, sleep};

/// How long what ended may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// A process, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    /// The process of this id.
    pub(crate) const fn of(id: u32) -> Self {
        Self(id)
    }

    /// Stops it, until [`Self::go_on`].
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn freeze(self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn go_on(self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Kills it with -9.
    ///
    /// # Errors
    /// It is gone already.
    pub(crate) fn kill(self) -> Result<()> {
        self.signal(Signal::KILL)
    }

    /// Lets it use so much of a resource from now on, `None` being any amount; returns what it could before. It is a
    /// child of ours and keeps the maximum that it has from us.
    ///
    /// # Errors
    /// It is gone, or is another user's.
    pub(crate) fn limit(self, resource: Resource, current: Option<u64>) -> Result<Option<u64>> {
        let limit = Rlimit { current, maximum: getrlimit(resource).maximum };
        let had = prlimit(Some(self.pid()?), resource, limit).context("cannot limit a process")?;
        Ok(had.current)
    }

    /// Bytes of memory of its own that it may write to.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn memory(self) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let size = text.lines().find_map(|line| line.strip_prefix("VmData:"));
        let size = size.and_then(|size| size.trim().strip_suffix(" kB"));
        Ok(size.context("a process has a size")?.parse::<u64>()? << 10)
    }

    /// The processes it started.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn children(self) -> Result<Vec<Self>> {
        let text = fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.0))?;
        text.split_whitespace().map(|id| Ok(Self(id.parse()?))).collect()
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// It goes on for 10 s.
    pub(crate) async fn gone(self) -> Result<()> {
        let until = Instant::now() + GONE_WITHIN;
        while self.runs() {
            ensure!(Instant::now() < until, "process {} did not end", self.0);
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// One that has ended and that nobody has asked for yet runs no more.
    fn runs(self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap_or_default();
        // The name before it stands in brackets and may hold anything.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    }

    fn signal(self, signal: Signal) -> Result<()> {
        kill_process(self.pid()?, signal).with_context(|| format!("process {} is gone", self.0))
    }

    fn pid(self) -> Result<Pid> {
        i32::try_from(self.0).ok().and_then(Pid::from_raw).context("a process has an id above 0")
    }
}
