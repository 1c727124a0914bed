//! The profile: where the instructions and allocations of the hot paths go.
//!
//! Each path of tests/hot runs three times in valgrind, which takes about a minute in all. The flame graphs are of
//! instructions, not of time: they are the same on every machine and show no wait.
#![allow(clippy::print_stdout, reason = "a command line talks to a person")]

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use devtail_tests::hot::{Heap, Hot, HotPath, Stacks};
use inferno::flamegraph::{self, Options};

/// Who allocates most is named, so many of them.
const ASKERS_SHOWN: usize = 3;

/// Counts instructions and allocations of the hot paths, and draws where they come from.
#[derive(Debug, Parser)]
struct Args {
    /// Only these paths. Default: all.
    only: Vec<String>,
    /// Where the flame graphs go.
    #[arg(long, default_value = "target/profile")]
    out: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let hot = Hot::find()?;
    let paths = chosen(hot.paths()?, &args.only)?;
    std::fs::create_dir_all(&args.out)?;
    println!(
        "{:14} {:7} {:>14} {:>12} {:>14}  most asked for by",
        "path", "per", "instructions", "allocations", "bytes"
    );
    for path in paths {
        let (stacks, heap) = (hot.stacks(&path)?, hot.heap(&path)?);
        let instructions = hot.instructions(&path)?;
        println!("{}", row(&path, instructions, heap, &stacks));
        draw(&args.out, &path, &stacks)?;
    }
    println!("Flame graphs: {}/*.svg, to be opened in a browser.", args.out.display());
    Ok(())
}

fn chosen(mut paths: Vec<HotPath>, only: &[String]) -> Result<Vec<HotPath>> {
    let names: Vec<&str> = paths.iter().map(|path| path.name.as_str()).collect();
    for name in only {
        ensure!(names.contains(&name.as_str()), "no path is called {name}: {}", names.join(", "));
    }
    paths.retain(|path| only.is_empty() || only.contains(&path.name));
    Ok(paths)
}

fn row(path: &HotPath, instructions: u64, heap: Heap, stacks: &Stacks) -> String {
    let each = |total: u64| total as f64 / path.steps as f64;
    format!(
        "{:14} {:7} {:>14.0} {:>12.1} {:>14.0}  {}",
        path.name,
        path.unit,
        each(instructions),
        each(heap.blocks),
        each(heap.bytes),
        askers(stacks, path.steps)
    )
}

fn askers(stacks: &Stacks, steps: u64) -> String {
    let mut askers: Vec<(&String, &u64)> = stacks.allocations.iter().collect();
    askers.sort_by_key(|(name, times)| (std::cmp::Reverse(**times), *name));
    let shown = askers.into_iter().take(ASKERS_SHOWN).map(|(name, times)| {
        let short = name.rsplit("::").next().unwrap_or(name);
        format!("{short} {:.1}", *times as f64 / steps as f64)
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn draw(folder: &Path, path: &HotPath, stacks: &Stacks) -> Result<()> {
    let lines: Vec<String> =
        stacks.instructions.iter().map(|(stack, count)| format!("{stack} {count}")).collect();
    let mut options = Options::default();
    options.title = format!("{}: instructions of {} × {}", path.name, path.steps, path.unit);
    options.count_name = "instructions".to_owned();
    let file = folder.join(format!("{}.svg", path.name));
    let svg = File::create(&file).with_context(|| format!("cannot write {}", file.display()))?;
    flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), svg)
        .with_context(|| format!("cannot draw {}", path.name))
}
