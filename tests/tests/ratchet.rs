//! The ratchet: no hot path takes 5 % more instructions than it did, unless somebody looked and said `cargo xtask bless`.
//!
//! Counted by callgrind, so a busy machine does not matter. `cargo xtask test ratchet` builds what it counts.
#![allow(clippy::print_stdout, reason = "the numbers are of interest when all is well, too")]

use std::env::consts::ARCH;

use anyhow::{Result, ensure};
use devtail_tests::hot::Hot;
use devtail_tests::hot::ratchet::{self, Baselines, Counts, Held};
use devtail_tests::repo;

#[test]
fn no_hot_path_takes_five_percent_more_instructions_than_it_did() -> Result<()> {
    let counted = count()?;
    let mut baselines = ratchet::read()?;
    if repo::blesses() {
        let held = Held { rustc: ratchet::rustc()?, instructions: counted };
        baselines.insert(ARCH.to_owned(), held);
        return repo::same_as(&ratchet::file(), &ratchet::written(&baselines)?);
    }
    print(&counted, &baselines);
    let none = Counts::new();
    let held = baselines.get(ARCH).map_or(&none, |held| &held.instructions);
    let complaints = ratchet::complaints(held, &counted);
    ensure!(complaints.is_empty(), "\n{}\n{}", complaints.join("\n"), remedy(&baselines)?);
    Ok(())
}

fn count() -> Result<Counts> {
    let hot = Hot::find()?;
    let paths = hot.paths()?;
    paths.iter().map(|path| Ok((path.name.clone(), hot.instructions(path)?))).collect()
}

fn print(counted: &Counts, baselines: &Baselines) {
    for (path, now) in counted {
        let before = baselines.get(ARCH).and_then(|held| held.instructions.get(path));
        let growth = before.map(|before| ratchet::growth_percent(*before, *now));
        let growth = growth.map_or_else(|| "new".to_owned(), |growth| format!("{growth:+.2} %"));
        println!("{path:14} {now:>12} instructions, {growth}");
    }
}

fn remedy(baselines: &Baselines) -> Result<String> {
    let rustc = ratchet::rustc()?;
    Ok(match baselines.get(ARCH) {
        None => format!("Nothing was counted on {ARCH} yet: `cargo xtask bless` does."),
        Some(held) if held.rustc != rustc => format!(
            "They were counted with rustc {}, and this is {rustc}. If nothing else changed: `cargo xtask bless`.",
            held.rustc
        ),
        Some(_) => {
            "`cargo xtask profile` shows where they go. If they are worth it: `cargo xtask bless`."
                .to_owned()
        }
    })
}
