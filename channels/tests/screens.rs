//! Snapshots of screens: restored anywhere in a stream, into a terminal in any state, they go on as if nothing had been
//! missed. Judged by the Screen itself and by another emulator (alacritty's).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "screens/other.rs"]
mod other;
#[path = "screens/trace.rs"]
mod trace;

use devtail_channels::terminal::{Screen, Size, Source};
use other::Other;
use trace::Trace;

/// A stream as it stands in the Log, and the size it begins with.
struct Stream {
    name: String,
    size: Size,
    log: Vec<u8>,
}

fn recordings() -> Vec<Stream> {
    let recording = |name: &str, raw: &[u8], cols, rows| {
        let size = Size::new(cols, rows).unwrap();
        let mut source = Source::new(size);
        let log = raw.chunks(1000).flat_map(|part| source.take(part).log).collect();
        Stream { name: name.into(), size, log }
    };
    vec![
        recording("bash", include_bytes!("recordings/bash.raw"), 80, 24),
        recording("less", include_bytes!("recordings/less.raw"), 80, 24),
        recording("vim", include_bytes!("recordings/vim.raw"), 80, 24),
        recording("tmux", include_bytes!("recordings/tmux.raw"), 100, 30),
        recording("curses", include_bytes!("recordings/curses.raw"), 90, 28),
        recording("htop", include_bytes!("recordings/htop.raw"), 120, 40),
        recording("cargo", include_bytes!("recordings/cargo.raw"), 120, 40),
        recording("colours", &colour_flood(), 100, 30),
        recording("letters", &letters(), 77, 25),
        recording("screens", &two_screens(), 80, 24),
        recording("storm", &storm(), 120, 40),
    ]
}

/// Places to cut a stream at: more than a hundred, spread over its length.
fn cuts(stream: &Stream) -> impl Iterator<Item = usize> + use<> {
    (0..stream.log.len()).step_by((stream.log.len() / 128).max(1))
}

/// A log in which every word has another colour, looks and ground.
fn colour_flood() -> Vec<u8> {
    let word = |n: u32| {
        let (r, g, b) = (n * 7 % 256, n * 13 % 256, n * 29 % 256);
        let looks = [1, 2, 3, 4, 5, 7, 8, 9, 53][n as usize % 9];
        let text = format!("\x1b[{looks};38;2;{r};{g};{b};48;5;{}mword{n}\x1b[0m ", n % 256);
        if n % 9 == 8 { text + "\r\n" } else { text }
    };
    (0..900).map(word).collect::<String>().into_bytes()
}

/// Emoji, wide letters, marks on letters, and marks on what cannot bear them.
fn letters() -> Vec<u8> {
    let all = [
        "e\u{301}",
        "日本",
        "🚀",
        "👩\u{200d}💻",
        "a\u{302}\u{323}",
        "한",
        "🇩🇪",
        "ü",
        "ﷺ",
        "\u{301}",
        "ก็",
        "x",
    ];
    let line = |n: usize| {
        let text: String = (0..40).map(|k| all[(n * 5 + k * k) % all.len()]).collect();
        text + if n.is_multiple_of(3) { "" } else { "\r\n" }
    };
    (0..120).map(line).collect::<String>().into_bytes()
}

/// A shell and a full-screen program in turn.
fn two_screens() -> Vec<u8> {
    let turn = |n: usize| {
        format!(
            "$ line {n}\r\n\x1b[?1049h\x1b[?25l\x1b[{};{}r\x1b[H\x1b[7mfull {n}\x1b[m\x1b[{};3H~\x1b[?2004h\x1b[r\x1b[?25h\x1b[?1049l",
            2 + n % 5,
            10 + n % 9,
            5 + n % 15,
        )
    };
    (0..60).map(turn).collect::<String>().into_bytes()
}

/// What a coding agent does: now a clear and the whole conversation anew, 94 kB of it, now a spinner.
fn storm() -> Vec<u8> {
    let line =
        |n: usize| format!("\x1b[3{}m●\x1b[39m {}\r\n", n % 8, "and so it goes on ".repeat(5));
    let conversation: String = (0..900).map(line).collect();
    let frame = |n: usize| match n % 8 {
        3 => format!("\x1b[2J\x1b[3J\x1b[H{conversation}✻ Thinking… {n}\r\n"),
        _ => format!("\x1b[2K\x1b[1A\x1b[2K\x1b[G✽ Thinking… {n}\r\n"),
    };
    (0..16).map(frame).collect::<String>().into_bytes()
}

/// A stream of random sequences; the same for the same seed. Below three columns the last cell of a row is its first, and
/// a Snapshot may lose the note that a row runs on, which nothing but a reflow asks for: hence `cols_min`.
fn random(seed: u64, cols_min: u64) -> Stream {
    let mut trace = Trace::new(seed, cols_min);
    let size = trace.size();
    let mut source = Source::new(size);
    let mut log = Vec::new();
    for _ in 0..150 {
        match trace.step() {
            trace::Step::Bytes(bytes) => log.extend(source.take(&bytes).log),
            trace::Step::Resize(size) => log.extend(source.resize(size)),
        }
    }
    Stream { name: format!("seed {seed}"), size, log }
}

/// A terminal in some odd state: on the alternate screen, margins set, in the middle of a sequence.
fn odd(seed: u64) -> Screen {
    let stream = random(seed.wrapping_mul(77) + 5, 3);
    let mut screen = Screen::new(stream.size);
    screen.feed(&stream.log);
    screen.feed(b"\x1b[?1049h\x1b[2;3r\x1b[?6h\x1b[4h\x1b[?7l\x1b(0\x1b[1;7;45m\x1b[?1003h\x1b[>5u\x1b]0;odd\x07\x1b[3");
    screen
}

#[track_caller]
fn goes_on_from(stream: &Stream, cuts: impl Iterator<Item = usize>) {
    let mut whole = Screen::new(stream.size);
    whole.feed(&stream.log);
    let (mut upto, mut at) = (Screen::new(stream.size), 0);
    for cut in cuts {
        upto.feed(&stream.log[at..cut]);
        at = cut;
        let snapshot = upto.snapshot("name");
        let ground = upto.ground_offset();
        let mut restored = odd(cut as u64);
        restored.restore(&snapshot, ground);
        let mut sober = upto.clone();
        sober.feed(b"\x18");
        restored.feed(&stream.log[usize::try_from(ground).unwrap()..cut]);
        let mut now = restored.clone();
        now.feed(b"\x18");
        assert_eq!(
            now.describe(),
            sober.describe(),
            "{}: restored at {cut} of {}",
            stream.name,
            stream.log.len()
        );
        restored.feed(&stream.log[cut..]);
        assert_eq!(
            restored.describe(),
            whole.describe(),
            "{}: gone on from {cut} of {}",
            stream.name,
            stream.log.len()
        );
        assert_eq!(restored.digest(), whole.digest());
    }
}

#[test]
fn a_recording_goes_on_from_a_snapshot_at_any_cut() {
    for stream in recordings() {
        goes_on_from(&stream, cuts(&stream));
    }
}

#[test]
fn a_random_stream_goes_on_from_a_snapshot_at_any_cut() {
    for seed in 0..200 {
        let stream = random(seed, 3);
        goes_on_from(&stream, (0..stream.log.len()).step_by(53));
    }
}

#[test]
fn a_small_stream_goes_on_from_a_snapshot_at_every_byte() {
    for seed in 1000..1020 {
        let mut stream = random(seed, 3);
        stream.log.truncate(400);
        goes_on_from(&stream, 0..stream.log.len());
    }
}

#[test]
fn another_emulator_in_any_state_shows_what_a_snapshot_tells() {
    for seed in 0..200 {
        let stream = random(seed, 2);
        let mut screen = Screen::new(stream.size);
        for (n, part) in stream.log.chunks(150).enumerate() {
            screen.feed(part);
            let mut other = Other::new(stream.size);
            let dirt = random(seed * 31 + n as u64 + 7777, 2);
            other.feed(&dirt.log[..dirt.log.len() / 2]);
            other.feed(b"\x1b[3");
            other.resize(screen.size());
            other.feed(&screen.snapshot("").vt);
            // Within a synchronised update it would show nothing yet.
            other.feed(b"\x1b[?2026l");
            other
                .assert_shows(&screen, &format!("{} after {} bytes", stream.name, screen.offset()));
        }
    }
}

#[test]
fn another_emulator_goes_on_from_a_snapshot_as_from_the_beginning() {
    for stream in recordings() {
        let mut whole = Other::new(stream.size);
        whole.feed(&stream.log);
        let (mut screen, mut at) = (Screen::new(stream.size), 0);
        for cut in cuts(&stream) {
            screen.feed(&stream.log[at..cut]);
            at = cut;
            let mut other = Other::new(stream.size);
            other.feed(&screen.snapshot("").vt);
            other.feed(&stream.log[usize::try_from(screen.ground_offset()).unwrap()..]);
            assert_eq!(other.describe(), whole.describe(), "{} from {cut}", stream.name);
        }
    }
}

#[test]
fn the_screen_shows_what_another_emulator_shows() {
    for stream in recordings() {
        let (mut screen, mut other) = (Screen::new(stream.size), Other::new(stream.size));
        for part in stream.log.chunks(997) {
            screen.feed(part);
            other.feed(part);
            other
                .assert_shows(&screen, &format!("{} after {} bytes", stream.name, screen.offset()));
        }
    }
}

#[test]
fn a_snapshot_scrolls_nothing_and_clears_no_scrollback() {
    for stream in recordings().into_iter().chain((0..50).map(|seed| random(seed, 2))) {
        let mut screen = Screen::new(stream.size);
        screen.feed(&stream.log);
        let mut other = Other::new(screen.size());
        other.feed("row\r\n".repeat(2000).as_bytes());
        let before = other.history();
        other.feed(&screen.snapshot("").vt);
        // The alternate screen has no scrollback to count.
        other.feed(b"\x1b[?1049l");
        assert_eq!(other.history(), before, "{}", stream.name);
        let vt = screen.snapshot("").vt;
        let clears = [&b"\x1bc"[..], b"\x1b[2J", b"\x1b[3J"];
        assert!(!clears.iter().any(|clear| vt.windows(clear.len()).any(|window| window == *clear)));
    }
}

#[test]
fn the_largest_grid_in_all_colours_still_fits_a_packet() {
    let mut screen = Screen::new(Size::new(1000, 250).unwrap());
    for n in 0..250_000u32 {
        let (r, g, b) = (n % 256, n / 7 % 256, n / 3 % 256);
        screen.feed(format!("\x1b[38;2;{r};{g};{b};48;2;{b};{r};{g}m日").as_bytes());
    }
    let snapshot = screen.snapshot("name");
    assert!(snapshot.encode().len() <= devtail_protocol::limits::SNAPSHOT_MAX);
    let mut restored = Screen::default();
    restored.restore(&snapshot, 0);
    assert_eq!(restored.contents(), screen.contents());
}

#[test]
fn the_largest_grids_with_what_takes_most_bytes_still_fit_a_packet() {
    let mut screen = Screen::new(Size::new(1000, 250).unwrap());
    // Both screens, and in every second cell a character of four bytes: neither colours nor gaps can be told.
    for switch in ["\x1b[?1049l", "\x1b[?1049h"] {
        screen.feed(switch.as_bytes());
        for row in 0..250 {
            screen.feed(format!("\x1b[{};1H", row + 1).as_bytes());
            screen.feed("\u{1d538}\x1b[C".repeat(500).as_bytes());
        }
    }
    let snapshot = screen.snapshot("name");
    assert!(snapshot.encode().len() <= devtail_protocol::limits::SNAPSHOT_MAX);
    let mut restored = Screen::default();
    restored.restore(&snapshot, 0);
    assert!(restored.contents().starts_with("? ? ? "), "the places are told still");
}

#[test]
fn bytes_that_mean_no_well_do_no_harm() {
    let alphabet = b"\x1b\x1b\x1b[[[]P_;:?>=<!$ 0123456789999ABCDHJKLMPSTXcghlmnprstu@\x07\x18\x9b\xc2\x9c\xe6\x97\xa5\xcc\x81\\\r\n\tqx";
    for seed in 0..100 {
        let mut trace = Trace::new(seed, 1);
        let (mut source, mut screen) = (Source::new(trace.size()), Screen::new(trace.size()));
        for _ in 0..40 {
            let bytes = trace.bytes(alphabet, 100);
            screen.feed(&bytes);
            let turn = source.take(&bytes);
            assert!(turn.log.len() <= 100 * 4000, "seed {seed}");
            let (at, snapshot) = source.snapshot("");
            let mut restored = odd(seed);
            restored.restore(&snapshot, at);
            assert_eq!(restored.size(), source.screen().size(), "seed {seed}");
            screen.snapshot("");
        }
    }
}
