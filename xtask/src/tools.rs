//! What the checks need beside cargo, and how it is installed where it is missing.
//!
//! On Debian and its kin what is missing comes through apt-get, as root or by `sudo -n`. Anywhere else the exact
//! commands are printed and the run fails: nothing is skipped for want of a tool.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::run;

/// A program that a check starts.
struct Tool {
    program: &'static str,
    /// Where it comes from.
    source: Source,
}

enum Source {
    /// A package of Debian's.
    Debian(&'static str),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
}

const TOOLS: &[Tool] = &[
    Tool { program: "cargo-fmt", source: Source::Rustup("rustfmt") },
    Tool { program: "cargo-clippy", source: Source::Rustup("clippy") },
    Tool { program: "cc", source: Source::Debian("build-essential") },
    Tool { program: "git", source: Source::Debian("git") },
    Tool { program: "node", source: Source::Debian("nodejs") },
    Tool { program: "npm", source: Source::Debian("npm") },
    Tool { program: "tmux", source: Source::Debian("tmux") },
    Tool { program: "asciinema", source: Source::Debian("asciinema") },
    Tool { program: "ip", source: Source::Debian("iproute2") },
    Tool { program: "pgrep", source: Source::Debian("procps") },
    Tool { program: "faketime", source: Source::Debian("faketime") },
    Tool { program: "mount", source: Source::Debian("mount") },
    Tool { program: "valgrind", source: Source::Debian("valgrind") },
    Tool { program: "vim", source: Source::Debian("vim") },
    Tool { program: "chromium", source: Source::Debian("chromium") },
];

/// The oldest Node.js the page's build tools run on.
const NODE_MAJOR_MIN: u32 = 20;

/// Installs what is missing: programs, then the npm packages of the lock files.
///
/// # Errors
/// Something is missing and cannot be installed here; the message holds the commands that install it.
pub(crate) fn install() -> Result<()> {
    install_programs(|_| true)?;
    ensure_node_is_new_enough()?;
    for folder in ["web", "tests/browser"] {
        install_npm(folder)?;
    }
    Ok(())
}

/// Installs those of the programs that are wanted and missing.
///
/// # Errors
/// As [`install`].
pub(crate) fn install_programs(is_wanted: impl Fn(&str) -> bool) -> Result<()> {
    let wanted = TOOLS.iter().filter(|tool| is_wanted(tool.program));
    let missing: Vec<&Tool> = wanted.filter(|tool| !is_there(tool.program)).collect();
    install_components(&missing)?;
    install_packages(&missing)
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn install_components(missing: &[&Tool]) -> Result<()> {
    let components = missing.iter().filter_map(|tool| match tool.source {
        Source::Rustup(component) => Some(component),
        Source::Debian(_) => None,
    });
    let components: Vec<&str> = components.collect();
    if components.is_empty() {
        return Ok(());
    }
    let remedy = format!("rustup component add {}", components.join(" "));
    ensure!(is_there("rustup"), "missing: {}. Run:\n  {remedy}", components.join(", "));
    run::run(&mut run::words("", &remedy))
}

fn install_packages(missing: &[&Tool]) -> Result<()> {
    let packages = missing.iter().filter_map(|tool| match tool.source {
        Source::Debian(package) => Some(package),
        Source::Rustup(_) => None,
    });
    let packages: Vec<&str> = packages.collect();
    if packages.is_empty() {
        return Ok(());
    }
    let update = "apt-get update";
    let install = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    let Some(prefix) = privilege() else {
        bail!("missing: {}. Run:\n  sudo {update}\n  sudo {install}", packages.join(", "));
    };
    for line in [update, &install] {
        run::run(
            run::words("", &format!("{prefix}{line}")).env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    Ok(())
}

/// What to put before apt-get: nothing for root, `sudo -n` where that asks for no password; None where neither works.
fn privilege() -> Option<&'static str> {
    if !is_there("apt-get") {
        return None;
    }
    let id = Command::new("id").arg("-u").output().ok()?;
    if id.stdout.trim_ascii() == b"0" {
        return Some("");
    }
    run::succeeds(Command::new("sudo").args(["-n", "true"])).then_some("sudo -n ")
}

fn ensure_node_is_new_enough() -> Result<()> {
    let output = Command::new("node").arg("--version").output().context("cannot start node")?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = major_of(&version).with_context(|| format!("`node --version` said {version:?}"))?;
    ensure!(
        major >= NODE_MAJOR_MIN,
        "node is {version}, and {NODE_MAJOR_MIN} or newer is needed: install it from nodejs.org or your distribution"
    );
    Ok(())
}

/// 20 for "v20.1.2".
fn major_of(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Installs a folder's npm packages, unless that was done since its lock file changed.
fn install_npm(folder: &str) -> Result<()> {
    let folder_path = run::root().join(folder);
    let lock = folder_path.join("package-lock.json");
    ensure!(
        lock.is_file(),
        "{folder}/package-lock.json is missing: run `npm install` in {folder} and commit it"
    );
    if is_newer(&folder_path.join("node_modules/.package-lock.json"), &lock) {
        return Ok(());
    }
    run::run(&mut run::words(folder, "npm ci --no-audit --no-fund"))
}

fn is_newer(one: &Path, other: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|found| found.modified()).ok();
    modified(one).is_some_and(|one| modified(other).is_some_and(|other| one >= other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_its_first_number() {
        assert_eq!(major_of("v20.20.2"), Some(20));
        assert_eq!(major_of("20.20.2"), None);
    }

    #[test]
    fn a_program_that_is_nowhere_is_missing() {
        assert!(is_there("cargo"));
        assert!(!is_there("no-program-has-this-name"));
    }
}
