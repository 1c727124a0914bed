//! Writes the tables of docs/benchmarks.md; the words around them are a person's.

use std::fs;
use std::ops::Range;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use devtail_tests::repo;

use crate::figure::Measured;

const BEGIN: &str = "<!-- figures: written by `cargo xtask bench --write` -->";
const END: &str = "<!-- end of figures -->";
const HEAD: &str = "| figure | median (min–max) | unit | rounds | target | holds | others |\n|---|---|---|---|---|---|---|\n";

/// Puts these figures between the marks, in place of all that stand there.
pub(crate) fn whole(figures: &[Measured]) -> Result<()> {
    let rows: String = figures.iter().map(row).collect();
    rewrite(|_| Ok(format!("{}\n\n{HEAD}{rows}", machine())))
}

/// Puts these figures in the place of the same ones, of a run on the same machine.
pub(crate) fn some(figures: &[Measured]) -> Result<()> {
    let machine = machine();
    rewrite(|table| {
        ensure!(
            table.trim_start().starts_with(&machine),
            "docs/benchmarks.md has figures of another machine or compiler; measure all of them again, without a NAME"
        );
        for Measured { figure, .. } in figures {
            let known = table.contains(&format!("| `{}`:", figure.id));
            ensure!(known, "{} is new in docs/benchmarks.md: measure all figures again", figure.id);
        }
        Ok(replaced(table, figures.iter().map(|measured| (measured.figure.id, row(measured)))))
    })
}

fn rewrite(table: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let path = repo::root().join("docs/benchmarks.md");
    let text = fs::read_to_string(&path).context("docs/benchmarks.md")?;
    let old = between(&text).context("docs/benchmarks.md lost the marks around its figures")?;
    let new = table(&text[old.clone()])?;
    let (before, after) = (&text[..old.start], &text[old.end..]);
    Ok(fs::write(path, format!("{before}\n\n{}\n\n{after}", new.trim()))?)
}

fn between(text: &str) -> Option<Range<usize>> {
    let begin = text.find(BEGIN)? + BEGIN.len();
    Some(begin..begin + text[begin..].find(END)?)
}

/// The table with each of these rows in the place of the one of the same figure.
fn replaced(table: &str, rows: impl Iterator<Item = (&'static str, String)>) -> String {
    let rows: Vec<(String, String)> = rows.map(|(id, row)| (format!("| `{id}`:"), row)).collect();
    let line = |line: &str| match rows.iter().find(|(begin, _)| line.starts_with(begin)) {
        Some((_, row)) => row.clone(),
        None => format!("{line}\n"),
    };
    table.trim().lines().map(line).collect()
}

fn row(measured: &Measured) -> String {
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
    fn only_what_stands_between_the_marks_is_found() {
        let text = format!("a\n{BEGIN}\nold\n{END}\nz\n");
        assert_eq!(&text[between(&text).expect("it has marks")], "\nold\n");
        assert!(between("no marks").is_none());
    }

    #[test]
    fn a_row_takes_the_place_of_its_figures_and_of_no_other() {
        let table = "Measured on it.\n\n| `a.b`: old | 1 |\n| `a.b.c`: stays | 2 |\n";
        let rows = [("a.b", "| `a.b`: new | 3 |\n".to_owned())];
        let expected = "Measured on it.\n\n| `a.b`: new | 3 |\n| `a.b.c`: stays | 2 |\n";
        assert_eq!(replaced(table, rows.into_iter()), expected);
    }
}
