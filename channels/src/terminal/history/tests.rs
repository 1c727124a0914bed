//! What is kept, under which number, within which bounds.

use devtail_protocol::ChannelId;

use super::*;
use crate::terminal::limits::{LEAVING_BYTES_MAX, ROW_BYTES_MAX, SEARCH_MATCHES_MAX};
use crate::terminal::message::{Match, Size};
use crate::terminal::{Mark, Source};

/// A terminal and what left it, as a holder has them.
struct Kept {
    source: Source,
    history: History,
}

impl Kept {
    fn new(cols: u32, rows: u32) -> Self {
        let mut source = Source::new(Size::new(cols, rows).unwrap());
        source.collect_rows();
        Self { source, history: History::default() }
    }

    fn after(cols: u32, rows: u32, output: &[u8]) -> Self {
        let mut kept = Self::new(cols, rows);
        kept.takes(output);
        kept
    }

    fn takes(&mut self, mut output: &[u8]) {
        while !output.is_empty() {
            let used = self.source.take(&output[..output.len().min(64 << 10)]).used;
            output = &output[used..];
            self.source.take_left(|left| self.history.add(left));
        }
    }

    fn resizes(&mut self, cols: u32, rows: u32) {
        self.source.resize(Size::new(cols, rows).unwrap());
        self.source.take_left(|left| self.history.add(left));
    }

    fn rows(&self, first: u64, count: u32) -> Rows {
        self.history.rows(self.source.screen(), first, count)
    }

    fn texts(&self, first: u64, count: u32) -> Vec<String> {
        self.rows(first, count).rows.iter().map(Row::text).collect()
    }

    fn finds(&self, text: &str, before: Option<u64>) -> Found {
        let id = ChannelId([0; 16]);
        let search = Search { id, text: text.into(), case_sensitive: false, before, limit: 100 };
        self.history.search(self.source.screen(), &search)
    }

    fn numbers(&self) -> (u64, u64) {
        let rows = self.rows(0, 1);
        (rows.base, rows.top)
    }
}

fn lines(range: std::ops::Range<u32>) -> Vec<u8> {
    range.flat_map(|n| format!("line {n}\r\n").into_bytes()).collect()
}

#[test]
fn rows_are_read_by_number_and_the_screens_follow_them() {
    let kept = Kept::after(20, 4, &lines(0..10));
    assert_eq!(kept.numbers(), (0, 7));
    assert_eq!(kept.texts(5, 100), ["line 5", "line 6", "line 7", "line 8", "line 9"]);
    assert_eq!(kept.texts(6, 2), ["line 6", "line 7"]);
    assert_eq!(kept.rows(99, 5).first, 10, "behind the last row there is none");
    assert!(kept.texts(99, 5).is_empty());
}

#[test]
fn a_row_keeps_its_looks_and_says_whether_it_runs_on() {
    let kept =
        Kept::after(6, 2, "\x1b[1;31mred\x1b[m x日本語\r\n\x1b[44m\x1b[K\r\n\r\n\r\n".as_bytes());
    let rows = kept.rows(0, 3).rows;
    assert_eq!(rows[0].vt, "\x1b[0;1;31mred\x1b[0m x");
    assert!(rows[0].wraps, "a wide character found one column only");
    assert_eq!((rows[1].text().as_str(), rows[1].wraps), ("日本語", false));
    assert_eq!(rows[2].vt, "\x1b[0;44m      \x1b[0m");
}

#[test]
fn numbers_stay_when_the_grid_changes_and_are_never_given_again() {
    let mut kept = Kept::after(20, 4, &lines(0..10));
    // Three rows are written and the cursor stands in the fourth: two must go.
    kept.resizes(20, 2);
    assert_eq!(kept.numbers(), (0, 9));
    assert_eq!(kept.texts(6, 4), ["line 6", "line 7", "line 8", "line 9"]);
    kept.resizes(9, 6);
    assert_eq!(kept.numbers(), (0, 9), "new rows come below");
    kept.takes(b"\x1b[3J");
    assert_eq!(kept.numbers(), (9, 9));
    kept.takes(&lines(10..20));
    assert_eq!(
        (kept.numbers(), kept.texts(0, 2)),
        ((9, 15), vec!["line 9".into(), "line 10".into()])
    );
    kept.takes(b"\x1bc");
    assert_eq!(kept.numbers(), (15, 15));
}

#[test]
fn only_the_primary_screens_rows_leave_it_at_the_top() {
    let mut kept = Kept::after(20, 4, &lines(0..5));
    let before = kept.numbers();
    kept.takes(b"\x1b[?1049h");
    kept.takes(&lines(100..200));
    kept.takes(b"\x1b[3J\x1b[?1049l");
    assert_eq!(kept.numbers(), before);
    // A region below the top scrolls within itself; one at the top lets its rows leave, as in xterm.js.
    kept.takes(b"\x1b[2;3r\x1b[3;1H\n\n\n\x1b[S\x1b[M");
    assert_eq!(kept.numbers(), before);
    kept.takes(b"\x1b[1;3r\x1b[3;1H\n\n");
    assert_eq!(kept.numbers(), (0, before.1 + 2));
}

#[test]
fn a_grid_that_shrinks_behind_the_alternate_screen_loses_rows_as_from_its_own_cursor() {
    let mut kept = Kept::after(20, 6, b"a\r\nb\r\nc\r\nd\x1b[?1049h\x1b[6;1H");
    kept.resizes(20, 3);
    assert_eq!(kept.numbers(), (0, 1));
    kept.takes(b"\x1b[?1049l");
    assert_eq!(kept.source.screen().contents(), "b\nc\nd");
    assert_eq!(kept.texts(0, 1), ["a"]);
}

#[test]
fn a_screen_that_was_restored_counts_on() {
    let kept = Kept::after(20, 4, &lines(0..10));
    let (at, snapshot) = kept.source.snapshot("");
    let mut screen = Screen::new(Size::new(9, 9).unwrap());
    screen.restore(&snapshot, at);
    assert_eq!(screen.rows_above(), 7);
    screen.feed(b"\x1b[4;1H\n\n");
    screen.feed(&Mark::Size(Size::new(20, 2).unwrap()).encode());
    assert_eq!(screen.rows_above(), 11);
}

#[test]
fn the_newest_ten_thousand_rows_are_kept_packed_or_not() {
    let mut kept = Kept::new(100, 24);
    for thousand in 0..40 {
        kept.takes(&lines(thousand * 1000..(thousand + 1) * 1000));
        if thousand % 3 == 0 {
            (0..20).for_each(|_| kept.history.pack());
        }
    }
    let (base, top) = kept.numbers();
    assert_eq!((base, top), (top - 10_000, 40_000 - 23));
    for first in [base, base + 4321, top - 1] {
        assert_eq!(kept.texts(first, 1), [format!("line {first}")]);
    }
    let all = kept.rows(base, 1000);
    assert!(all.rows.iter().map(Row::text).eq((base..base + 1000).map(|n| format!("line {n}"))));
}

#[test]
fn what_takes_too_many_bytes_is_packed_and_then_dropped_oldest_first() {
    let mut kept = Kept::new(200, 24);
    let mut noise = 1u64;
    let mut row = || -> String {
        let mut next = || {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + (noise >> 40) as u8 % 90)
        };
        (0..190).map(|_| next()).collect()
    };
    for n in 0..9_000u32 {
        kept.takes(format!("{n} {}\r\n", row()).as_bytes());
        assert!(kept.history.bytes() <= HISTORY_BYTES_MAX, "{n}: {}", kept.history.bytes());
    }
    let (base, top) = kept.numbers();
    assert!((4_000..9_000).contains(&(top - base)), "{base} {top}");
    assert!(kept.texts(base, 1)[0].starts_with(&format!("{base} ")));
}

#[test]
fn a_row_of_much_is_kept_without_its_looks() {
    let mut kept = Kept::new(1000, 1);
    for n in 0..1000 {
        kept.takes(format!("\x1b[38;2;{};{};{}m日", n % 256, n % 7, n % 9).as_bytes());
    }
    kept.takes(b"\r\n");
    let rows = kept.rows(0, 2).rows;
    assert!(
        rows.iter().all(|row| row.vt.len() <= ROW_BYTES_MAX && row.text().starts_with("日日日"))
    );
}

#[test]
fn a_grid_full_of_colours_that_leaves_at_once_costs_what_left_before_and_no_more() {
    let mut kept = Kept::after(250, 1000, &lines(0..2000));
    for n in 0..250_000u32 {
        kept.takes(format!("\x1b[38;5;{}m{}", n % 256, n % 10).as_bytes());
    }
    kept.resizes(250, 1);
    assert!(kept.history.bytes() <= LEAVING_BYTES_MAX);
    let (base, top) = kept.numbers();
    assert!(base > 1000 && top > base);
    assert_eq!(kept.rows(base, 1).first, base);
}

#[test]
fn a_text_is_found_upwards_from_the_newest() {
    let mut kept = Kept::after(20, 4, &lines(0..3000));
    for _ in 0..5 {
        kept.history.pack();
    }
    let found = kept.finds("LINE 29", None);
    assert_eq!(found.matches.len(), SEARCH_MATCHES_MAX);
    assert_eq!(found.matches[0], Match { row: 2999, col: 0, len: 7 });
    assert_eq!((found.reached, found.more), (2900, true));
    let found = kept.finds("line 29", Some(found.reached));
    let rows: Vec<u64> = found.matches.iter().map(|found| found.row).collect();
    // 290 to 299, and 29.
    assert_eq!((rows.len(), rows[0], rows[10], found.more), (11, 299, 29, false));
    assert!(kept.finds("line 29", Some(29)).matches.is_empty());
}

#[test]
fn a_text_is_found_across_rows_that_run_on_and_behind_wide_characters() {
    let kept =
        Kept::after(10, 2, "日本 needle-in-two-rows\r\nplain\x1b[31mred\x1b[m\r\n\r\n".as_bytes());
    assert_eq!(kept.finds("needle", None).matches, [Match { row: 0, col: 5, len: 6 }]);
    assert_eq!(kept.finds("two-rows", None).matches, [Match { row: 1, col: 5, len: 8 }]);
    assert_eq!(kept.finds("本", None).matches, [Match { row: 0, col: 2, len: 2 }]);
    assert_eq!(kept.finds("plainred", None).matches.len(), 1, "looks are no letters");
}

#[test]
fn a_search_ends_after_some_work_and_says_how_far_it_came() {
    let kept = Kept::after(100, 24, &lines(0..60_000).repeat(1));
    let (base, top) = kept.numbers();
    let (mut before, mut asked) = (None, 0);
    loop {
        let found = kept.finds("nowhere", before);
        asked += 1;
        assert!(found.matches.is_empty());
        if !found.more {
            assert_eq!(found.reached, base);
            break;
        }
        assert!(found.reached < before.unwrap_or(u64::MAX));
        before = Some(found.reached);
    }
    let bytes: usize = (base..top).map(|n| format!("line {n}\n").len()).sum();
    assert_eq!(asked, bytes / crate::terminal::limits::SEARCH_BYTES_MAX + 1);
}

#[test]
fn letters_fold_one_for_one_unless_capitals_count() {
    let kept = Kept::after(20, 4, "GRÖSSE İx\r\n".as_bytes());
    assert_eq!(kept.finds("größ", None).matches.len(), 0);
    assert_eq!(kept.finds("grö", None).matches, [Match { row: 0, col: 0, len: 3 }]);
    assert_eq!(kept.finds("x", None).matches, [Match { row: 0, col: 8, len: 1 }]);
}
