//! File descriptors: a link takes one at each end.

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Resource, getrlimit, setrlimit};

/// What a process has open beside its links.
const BESIDE: u64 = 512;

/// Lets this process, and the gateway it starts, have a socket for each of so many links.
///
/// # Errors
/// The system allows fewer; the message says how many links are possible.
pub fn raise(links: usize) -> Result<()> {
    let needed = links as u64 + BESIDE;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if limit.maximum.is_some_and(|most| most < needed) {
        limit.maximum = Some(needed);
    }
    limit.current = Some(needed);
    let raised = setrlimit(Resource::Nofile, limit);
    let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    ensure!(
        raised.is_ok(),
        "{needed} file descriptors are needed and {most} allowed: raise `ulimit -Hn`, or take --links {}",
        most.saturating_sub(BESIDE)
    );
    raised.context("cannot raise the limit of file descriptors")
}
