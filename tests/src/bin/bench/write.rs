//! Writes the tables of docs/benchmarks.md; the words around them are a person's.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};
use devtail_tests::repo;

use crate::figure::Measured;

const BEGIN: &str = "<!-- figures: written by `cargo xtask bench --write` -->";
const END: &str = "<!-- end of figures -->";

/// Puts these figures between the marks.
pub(crate) fn benchmarks(figures: &[Measured]) -> Result<()> {
    let path = repo::root().join("docs/benchmarks.md");
    let text = fs::read_to_string(&path).context("docs/benchmarks.md")?;
    let table = format!("{}\n\n{}", machine(), table(figures));
    fs::write(
        path,
        between(&text, &table).context("docs/benchmarks.md lost the marks around its figures")?,
    )?;
    Ok(())
}

fn between(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

fn table(figures: &[Measured]) -> String {
    let head = "| figure | median (min–max) | unit | rounds | target | holds | others |\n|---|---|---|---|---|---|---|\n";
    let rows = figures.iter().map(|measured| {
        let figure = measured.figure;
        let holds = measured.holds().map_or("", |holds| if holds { "yes" } else { "**no**" });
        let target = if figure.target.is_some() { figure.target_text() } else { String::new() };
        format!(
            "| `{}`: {} | {} | {} | {} | {target} | {holds} | {} |\n",
            figure.id,
            figure.what,
            measured.numbers(),
            figure.unit,
            measured.rounds,
            measured.others_text()
        )
    });
    std::iter::once(head.to_owned()).chain(rows).collect()
}

/// What the figures were measured on, in one line.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let memory = read("/proc/meminfo");
    let kilobytes: f64 =
        memory.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0.0);
    let kernel = read("/proc/sys/kernel/osrelease");
    let rustc = Command::new("rustc")
        .arg("--version")
        .output()
        .map(|output| output.stdout)
        .unwrap_or_default();
    format!(
        "Measured on {} × {}, {:.0} GB, Linux {}, {}.",
        std::thread::available_parallelism().map_or(0, usize::from),
        model.unwrap_or("an unnamed processor"),
        kilobytes / 1e6,
        kernel.trim(),
        String::from_utf8_lossy(&rustc).trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = format!("a\n{BEGIN}\nold\n{END}\nz\n");
        assert_eq!(
            between(&text, "new").expect("it has marks"),
            format!("a\n{BEGIN}\n\nnew\n{END}\nz\n")
        );
        assert!(between("no marks", "new").is_none());
    }
}
