//! The one list of checks, cheap ones first: what `cargo xtask test` runs on a laptop, CI runs too.
//!
//! Every cargo line takes the whole workspace, so that features are unified in one way and nothing is built twice.
//! The page is built before anything compiles the gateway, which embeds it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::{run, tools};

/// One check: command lines in a folder, all of which must end well.
struct Stage {
    name: &'static str,
    folder: &'static str,
    lines: &'static [&'static str],
}

/// What one line may take. The longest takes 6 min on two cores with nothing built; one that hangs must not take the whole run.
const LINE_WITHIN: Duration = Duration::from_mins(25);

const STAGES: &[Stage] = &[
    Stage { name: "fmt", folder: "", lines: &["cargo fmt --all --check"] },
    Stage {
        name: "web",
        folder: "web",
        lines: &["npm run --silent check", "npm test", "npm run --silent build"],
    },
    Stage {
        name: "tidy",
        folder: "",
        lines: &["cargo test --workspace --test tidy --test generated"],
    },
    Stage {
        name: "clippy",
        folder: "",
        lines: &["cargo clippy --workspace --all-targets -- -D warnings"],
    },
    Stage {
        name: "unit",
        folder: "",
        lines: &["cargo test --workspace --lib --bins --examples", "cargo test --workspace --doc"],
    },
    // What each crate's own door promises. A new program here is named here: a tidy test looks.
    Stage {
        name: "crates",
        folder: "",
        lines: &[
            "cargo test --workspace --test hostile --test screens --test agents --test holder --test authority",
            "cargo test --workspace --test bounds --test cuts --test trust",
            "cargo test --workspace --test descriptors --test edge --test secrets",
            "cargo test --workspace --test scripts --test windows --test tmux",
            "cargo test --workspace --test netlab",
        ],
    },
    Stage {
        name: "vectors",
        folder: "",
        lines: &["cargo test --workspace --test conformance --test prediction"],
    },
    Stage { name: "simulation", folder: "", lines: &["cargo test --workspace --test simulation"] },
    Stage {
        name: "corpora",
        folder: "",
        lines: &[
            "cargo test --workspace --test corpora",
            "cargo check --locked --manifest-path tests/fuzz/Cargo.toml --target-dir target/fuzz",
        ],
    },
    Stage {
        name: "e2e",
        folder: "",
        lines: &["cargo build --workspace --bins", "cargo test --workspace --test e2e"],
    },
    Stage {
        name: "soak",
        folder: "",
        lines: &[
            "cargo build --workspace --bins",
            "target/debug/soak --cuts 400 --kills 20 --faults 14 --seed 1",
        ],
    },
    // Counted in the program as it ships: so only that one is built so, alone. An incremental build is another program.
    Stage {
        name: "ratchet",
        folder: "",
        lines: &[
            "env CARGO_INCREMENTAL=0 cargo build --release --package devtail-hot",
            "cargo test --workspace --test ratchet -- --nocapture",
        ],
    },
    Stage {
        name: "browser",
        folder: "tests/browser",
        lines: &["npm test", "npm run --silent screenshot ../../target/pictures"],
    },
    Stage { name: "docs", folder: "", lines: &["cargo doc --workspace --no-deps"] },
];

/// Which of the checks to run. Default: all of them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these, by name.
    only: Vec<String>,
    /// Print the names and command lines, and run nothing.
    #[arg(long)]
    list: bool,
}

/// Installs what is missing and runs the checks, up to the first that fails.
///
/// # Errors
/// A tool is missing and cannot be installed, a check failed, or `args` names a check that is none.
pub(crate) fn run(args: &Args) -> Result<()> {
    let stages = chosen(&args.only)?;
    if args.list {
        for stage in stages {
            println!("{}\t{}", stage.name, stage.lines.join(" && "));
        }
        return Ok(());
    }
    let began = Instant::now();
    timed("tools", tools::install)?;
    for (done, stage) in stages.iter().enumerate() {
        if let Err(error) = timed(stage.name, || stage.run()) {
            println!("\n{done} passed, 1 failed");
            bail!("{}: {error:#}. Alone: cargo xtask test {}", stage.name, stage.name);
        }
    }
    println!("\n== all in {}", shown(began.elapsed()));
    println!("{} passed, 0 failed", stages.len());
    Ok(())
}

impl Stage {
    fn run(&self) -> Result<()> {
        for line in self.lines {
            // Warnings of rustdoc are failures too; the variable says nothing to the other programs.
            let mut command = run::words(self.folder, line);
            run::run_within(LINE_WITHIN, command.env("RUSTDOCFLAGS", "-D warnings"))?;
        }
        Ok(())
    }
}

fn chosen(only: &[String]) -> Result<Vec<&'static Stage>> {
    let is_stage = |name: &String| STAGES.iter().any(|stage| stage.name == name);
    if let Some(unknown) = only.iter().find(|name| !is_stage(name)) {
        bail!("no check is called {unknown}; `cargo xtask test --list` names them");
    }
    let wanted = |stage: &&Stage| only.is_empty() || only.iter().any(|name| name == stage.name);
    let stages: Vec<&Stage> = STAGES.iter().filter(wanted).collect();
    ensure!(!stages.is_empty(), "there is nothing to run");
    Ok(stages)
}

fn timed(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("\n== {name}");
    let began = Instant::now();
    let done = work();
    println!(
        "== {name}: {} after {}",
        if done.is_ok() { "ok" } else { "FAILED" },
        shown(began.elapsed())
    );
    done
}

fn shown(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_can_be_run_alone_by_its_name() {
        let names: Vec<&str> =
            chosen(&["fmt".to_owned()]).expect("fmt is a check").iter().map(|s| s.name).collect();
        assert_eq!(names, ["fmt"]);
        assert!(chosen(&["no-such-check".to_owned()]).is_err());
    }

    #[test]
    fn the_page_is_built_before_the_gateway_embeds_it() {
        let at =
            |name: &str| STAGES.iter().position(|stage| stage.name == name).expect("it is a check");
        let first_build = STAGES
            .iter()
            .position(|stage| stage.lines.iter().any(|line| line.contains("--workspace")));
        assert!(at("web") < first_build.expect("something builds the workspace"));
    }
}
