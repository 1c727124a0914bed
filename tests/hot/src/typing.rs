//! A person types, and a program prints.

use std::time::Duration;

use devtail_channels::terminal::{Size, Source};
use devtail_protocol::limits::ZSTD_WINDOW_LOG;

use crate::way::Way;
use crate::{hot_path, lines};

/// Keys that are typed before it counts, so that buffers have grown to what they stay at.
const WARM_KEYS: u64 = 100;
/// A quick typist: some eight keys a second.
const BETWEEN_KEYS: Duration = Duration::from_millis(120);
/// Bytes one read of a PTY yields.
const READ: usize = 4 << 10;
/// Between two reads: 40 MB/s, a link so fast that no state replaces the stream.
const BETWEEN_READS: Duration = Duration::from_micros(100);

/// Each key goes from the device to the program, and its echo comes back.
pub(crate) fn echo(keys: u64) {
    let mut way = Way::open(ZSTD_WINDOW_LOG);
    let mut type_keys = |keys| {
        for number in 0..keys {
            let end = if number % 40 == 39 { b"\r" } else { b"k" };
            way.key(end);
            way.pass(BETWEEN_KEYS);
        }
    };
    type_keys(WARM_KEYS);
    hot_path(|| type_keys(keys));
    assert!(way.seen() >= WARM_KEYS + keys, "every key came back: {}", way.seen());
}

/// A program prints so much, and the device's view takes it in. Nothing is compressed: a link this fast does without.
pub(crate) fn flood(mebibytes: u64) {
    let mut way = Way::open(0);
    let text = lines::sample();
    let mut print = |bytes: u64| {
        for read in reads(&text, bytes) {
            way.print(read);
            way.pass(BETWEEN_READS);
        }
    };
    print(text.len() as u64);
    hot_path(|| print(mebibytes << 20));
    way.pass(BETWEEN_KEYS);
    let printed = (mebibytes << 20) + text.len() as u64;
    assert_eq!(way.seen(), printed, "all that was printed came, as a stream");
}

/// What a holder's Source makes of so much: what goes into the Log, and the screen.
pub(crate) fn fold(mebibytes: u64) {
    let mut source = Source::new(Size::clamped(120, 40));
    let text = lines::sample();
    let mut take =
        |bytes: u64| -> usize { reads(&text, bytes).map(|read| source.take(read).log.len()).sum() };
    take(text.len() as u64);
    let taken = hot_path(|| take(mebibytes << 20));
    assert_eq!(taken as u64, mebibytes << 20, "plain lines go into the Log as they are");
}

/// So many bytes of a text that goes on and on, as a PTY is read.
fn reads(text: &[u8], bytes: u64) -> impl Iterator<Item = &[u8]> {
    let reads = usize::try_from(bytes).unwrap_or(0) / READ;
    text.chunks(READ).cycle().take(reads)
}
