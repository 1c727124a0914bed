//! How fast a host takes a terminal's output in: `cargo run --release -p devtail-channels --example fold [FILE …]`.
//!
//! Without a file it folds plain lines and the recordings of the tests, repeated to 64 MiB.

use std::io::Write as _;
use std::time::Instant;

use devtail_channels::terminal::history::History;
use devtail_channels::terminal::{Scanner, Screen, Size, Source};

const BYTES: usize = 64 << 20;

fn main() -> std::io::Result<()> {
    let mut samples = vec![(
        "lines".to_owned(),
        (0..20_000)
            .flat_map(|n| {
                format!("{n:>7} the quick brown fox jumps over the lazy dog\r\n").into_bytes()
            })
            .collect(),
    )];
    let named: Vec<String> = std::env::args().skip(1).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");
    let files = match named.is_empty() {
        true => std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect(),
        false => named.iter().map(Into::into).collect::<Vec<std::path::PathBuf>>(),
    };
    for path in files {
        samples.push((path.display().to_string(), std::fs::read(path)?));
    }
    for (name, sample) in samples {
        report(&name, &sample.repeat(BYTES / sample.len().max(1)))?;
    }
    Ok(())
}

fn report(name: &str, all: &[u8]) -> std::io::Result<()> {
    let size = Size::clamped(120, 40);
    let mut scanner = Scanner::new();
    let scan = rate(all, |part| scanner.scan(part, |_| {}));
    let mut screen = Screen::new(size);
    let fold = rate(all, |part| screen.feed(part));
    let mut source = Source::new(size);
    let both = rate(all, |part| drop(source.take(part)));
    let (mut keeping, mut history) = (Source::new(size), History::default());
    keeping.collect_rows();
    let kept = rate(all, |part| {
        drop(keeping.take(part));
        keeping.take_left(|left| history.add(left));
    });
    let started = Instant::now();
    let snapshots = 200;
    let bytes = (0..snapshots).map(|_| source.snapshot("").1.vt.len()).max().unwrap_or(0);
    let snapshot_us = started.elapsed().as_micros() / snapshots;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{name}: scan {scan:.0} MB/s, fold {fold:.0} MB/s, both {both:.0} MB/s, with rows kept {kept:.0} MB/s ({} rows in {} B); snapshot {bytes} B in {snapshot_us} µs",
        history.next() - history.base(),
        history.bytes(),
    )
}

fn rate(all: &[u8], mut take: impl FnMut(&[u8])) -> f64 {
    let started = Instant::now();
    all.chunks(16 << 10).for_each(&mut take);
    all.len() as f64 / started.elapsed().as_secs_f64() / 1e6
}
