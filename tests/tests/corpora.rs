//! Replays the fuzzer's corpora on stable: what was found once stays found. `cargo xtask bless` writes the seeds, which
//! are made of the vectors and of what programs print; finds are added by hand, small.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use devtail_tests::chance::Chance;
use devtail_tests::fuzzing::{self, TARGETS};
use devtail_tests::{repo, vectors};

/// Bytes of all corpora together: they are read at every run and kept for ever.
const BYTES_MAX: u64 = 1 << 20;
/// Mutants a target in a run.
const MUTANTS: u64 = 3000;
/// Bytes of a mutant.
const MUTANT_BYTES_MAX: usize = 8192;

#[test]
fn every_corpus_is_replayed_without_a_panic() -> Result<()> {
    let mut bytes = 0;
    for (target, entry) in TARGETS {
        let inputs = files(target)?;
        ensure!(inputs.len() >= 5, "the corpus of {target} is empty: run `cargo xtask bless`");
        for input in inputs {
            let data = fs::read(&input)?;
            bytes += data.len() as u64;
            let replayed = std::panic::catch_unwind(|| entry(&data));
            ensure!(replayed.is_ok(), "{target} fails on {}", input.display());
        }
    }
    ensure!(bytes <= BYTES_MAX, "the corpora have {bytes} bytes: minimize them (cargo fuzz cmin)");
    Ok(())
}

/// What the fuzzer does, in small and always the same: enough to notice a coarse break where there is no nightly.
#[test]
fn mutants_of_the_corpora_break_no_target() -> Result<()> {
    for (target, entry) in TARGETS {
        let inputs = files(target)?.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
        let mut chance = Chance::new(1);
        for number in 0..MUTANTS {
            let mut mutant = pick(&inputs, &mut chance).clone();
            for _ in 0..=chance.below(4) {
                mutate(&mut mutant, pick(&inputs, &mut chance), &mut chance);
            }
            let replayed = std::panic::catch_unwind(|| entry(&mutant));
            ensure!(replayed.is_ok(), "{target} fails on mutant {number}: {mutant:02x?}");
        }
    }
    Ok(())
}

fn pick<'a>(inputs: &'a [Vec<u8>], chance: &mut Chance) -> &'a Vec<u8> {
    &inputs[chance.below(inputs.len() as u64) as usize]
}

fn mutate(data: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let at = chance.below(data.len() as u64 + 1) as usize;
    match chance.below(5) {
        0 if at < data.len() => data[at] = chance.number() as u8,
        1 if at < data.len() => data[at] ^= 1 << chance.below(8),
        2 => data.insert(at, chance.number() as u8),
        3 => drop(data.drain(at..(at + chance.below(9) as usize).min(data.len()))),
        _ => {
            let from = chance.below(other.len() as u64 + 1) as usize;
            let to = (from + chance.below(33) as usize).min(other.len());
            drop(data.splice(at..at, other[from..to].iter().copied()));
        }
    }
    data.truncate(MUTANT_BYTES_MAX);
}

#[test]
fn the_seeds_are_there_as_they_are_made() -> Result<()> {
    for (target, name, data) in seeds() {
        let path = folder(target).join(name);
        if fs::read(&path).is_ok_and(|found| found == data) {
            continue;
        }
        ensure!(repo::blesses(), "{} is stale: run `cargo xtask bless`", path.display());
        fs::create_dir_all(folder(target))?;
        fs::write(path, data)?;
    }
    Ok(())
}

#[test]
fn every_target_has_a_program_of_the_fuzzer() -> Result<()> {
    let manifest = fs::read_to_string(repo::root().join("tests/fuzz/Cargo.toml"))?;
    for (target, _) in TARGETS {
        ensure!(
            manifest.contains(&format!("name = \"{target}\"")),
            "tests/fuzz/Cargo.toml has no bin {target}"
        );
    }
    Ok(())
}

fn folder(target: &str) -> PathBuf {
    repo::root().join("tests/fuzz/corpus").join(target)
}

fn files(target: &str) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder(target)).with_context(|| format!("the corpus of {target}"))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// Target, file name and bytes of what the fuzzer begins with.
fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for vector in vectors::all() {
        // Compressed bytes differ from release to release of zstd: those are read from the vectors' own files.
        let hex = repo::root().join("tests/vectors/v1").join(vector.name).with_extension("hex");
        let kept = fs::read_to_string(hex).ok().and_then(|text| vectors::packets_of(&text).ok());
        let packets = kept.unwrap_or(vector.packets);
        if packets.iter().map(bytes::Bytes::len).sum::<usize>() > 8192 {
            continue;
        }
        seeds.push(("packet", vector.name.to_owned(), fuzzing::joined(&packets)));
        if let [packet] = packets.as_slice()
            && packet.first() == Some(&0)
        {
            seeds.push(("frame", vector.name.to_owned(), packet[1..].to_vec()));
        }
    }
    seeds.extend(
        screens().map(|(name, output)| {
            ("screen", name.to_owned(), [&[0x5f], output.as_bytes()].concat())
        }),
    );
    seeds.extend(histories().map(|(name, steps)| ("session", name.to_owned(), steps)));
    seeds
}

/// What programs print.
fn screens() -> [(&'static str, &'static str); 9] {
    [
        (
            "prompt",
            "\u{1b}]0;a title\u{7}\u{1b}[01;32muser@host\u{1b}[00m:\u{1b}[01;34m~\u{1b}[00m$ ls\r\n",
        ),
        (
            "colours",
            "\u{1b}[38;5;208mindexed\u{1b}[48;2;1;2;3mtrue\u{1b}[0m\u{1b}[4:3;58:2::9:8:7mcurly\u{1b}[m",
        ),
        (
            "alternate",
            "before\u{1b}[?1049h\u{1b}[2J\u{1b}[1;1Hinside\u{1b}[5;20r\u{1b}[?25l\u{1b}[?1049lafter",
        ),
        (
            "queries",
            "\u{1b}[c\u{1b}[>c\u{1b}[6n\u{1b}[?2026$p\u{1b}]10;?\u{1b}\\\u{1b}P$qm\u{1b}\\\u{1b}[?u\u{1b}[18t",
        ),
        ("forged-mark", "\u{1b}]8377;size=999x999\u{1b}\\\u{1b}]8377;size=0x0\u{7}x"),
        (
            "wide",
            "\u{65e5}\u{672c}\u{1f469}\u{200d}\u{1f4bb}e\u{301}\u{1f1e9}\u{1f1ea}\u{1b}[3D\u{1b}[1P\u{1b}[1@",
        ),
        (
            "scroll",
            "\u{1b}[2;4r\u{1b}[4;1Ha\nb\nc\n\u{1b}M\u{1b}[2L\u{1b}[1M\u{1b}[3S\u{1b}[2T\u{1b}[3g\u{1b}H\tx",
        ),
        (
            "clipboard",
            "\u{1b}]52;c;aGVsbG8=\u{7}\u{7}\u{1b}]52;c;?\u{7}\u{1b}[?2004h\u{1b}[?1006h\u{1b}[>1u\u{1b}[4 q",
        ),
        ("unfinished", "text\u{1b}]0;never ended and then \u{18}cancelled \u{1b}[1;2;3"),
    ]
}

/// Histories of both sessions, a step a line: what it does, then its bytes.
fn histories() -> [(&'static str, Vec<u8>); 6] {
    let step = |kind: u8, bytes: &[u8]| {
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len().next_multiple_of(8), 0);
        [&[kind, (padded.len() / 8) as u8], padded.as_slice()].concat()
    };
    let (up, turn, cut) = (step(2, &[]), step(3, &[]), step(9, &[]));
    let key = step(5, b"ls\r");
    let minute = step(4, &60_000_u64.to_le_bytes());
    let output = step(6, &[b'o'; 800]);
    let flood = step(6, &[b'f'; 2040]).repeat(40);
    [
        ("hello", [&up[..], &turn].concat()),
        ("typed-offline", [&key[..], &key, &up, &turn, &turn].concat()),
        ("cut-and-back", [&up[..], &turn, &key, &output, &cut, &output, &up, &turn].concat()),
        (
            "silence",
            [&up[..], &turn, &minute, &turn, &minute, &minute, &minute, &minute, &turn].concat(),
        ),
        ("flood", [&up[..], &turn, &flood, &turn, &step(8, &[]), &turn].concat()),
        (
            "hostile",
            [&up[..], &step(0, &[0x10]), &up, &step(1, &[0, 4, 0x6a, 2, 8, 7]), &turn].concat(),
        ),
    ]
}
