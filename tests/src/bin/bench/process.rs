//! What processes cost, as the kernel counts it.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use devtail_tests::gateway::Gateway;

/// The kernel's ticks a second in /proc, on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// The holders of a gateway: its processes that are neither it nor a terminal's program.
pub(crate) fn holders(gateway: &Gateway) -> Result<Vec<u32>> {
    let pids = gateway.processes().into_iter().filter(|pid| *pid != gateway.pid());
    let pids: Vec<u32> = pids.collect();
    ensure!(!pids.is_empty(), "no holder names the state folder in its arguments");
    Ok(pids)
}

/// Proportional set size, in kB.
pub(crate) fn pss(pid: u32) -> Result<f64> {
    counted(pid, "Pss:")
}

/// Pages that no file backs, in kB.
pub(crate) fn own(pid: u32) -> Result<f64> {
    counted(pid, "Pss_Anon:")
}

/// Seconds of processor time so far, of the process and of the kernel for it.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets may hold anything; what follows it is numbers.
    let (_, numbers) = stat.rsplit_once(')').context("the kernel's line has a name")?;
    let ticks = numbers.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
}

fn counted(pid: u32, name: &str) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let line = line.with_context(|| format!("the kernel says no {name}"))?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_takes_time() {
        let pid = std::process::id();
        let before = cpu_seconds(pid).expect("it is counted");
        while cpu_seconds(pid).expect("it is counted") < before + 0.02 {}
        assert!(own(pid).expect("it has memory") <= pss(pid).expect("it has memory"));
    }
}
