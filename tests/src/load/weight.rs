//! What a process costs, as the kernel counts it.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Pages of a process that no file backs, in kB: what it shares with others by its program alone is left out.
///
/// # Errors
/// There is no such process, or it is another user's.
pub fn own_kb(pid: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss_Anon:"));
    Ok(line.context("the kernel says no Pss_Anon")?.trim().trim_end_matches(" kB").parse()?)
}

/// Processor time a process has taken, in user mode and in the kernel for it.
///
/// # Errors
/// There is no such process.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // A program's name may hold anything; what follows its last bracket does not.
    let (_, fields) = text.rsplit_once(')').context("a stat line has a name")?;
    let ticks = |nth| fields.split_whitespace().nth(nth).and_then(|text| text.parse::<u64>().ok());
    let (user, kernel) = ticks(11).zip(ticks(12)).context("a stat line has times")?;
    Ok(Duration::from_secs_f64(
        (user + kernel) as f64 / rustix::param::clock_ticks_per_second() as f64,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_weighs_something_and_its_time_goes_on() {
        let own = std::process::id();
        assert!(own_kb(own).expect("it is ours") > 100.0);
        let before = cpu_time(own).expect("it is ours");
        while cpu_time(own).expect("it is ours") == before {
            std::hint::black_box(own_kb(own).expect("it is ours"));
        }
    }
}
