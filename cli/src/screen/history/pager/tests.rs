//! The pager before a host that answers at once, or not.

use devtail_channels::terminal::{Found, Match, Row, Rows};
use devtail_protocol::Code;

use super::*;

const BASE: u64 = 100;
const END: u64 = 1000;

fn pager() -> Pager {
    let mut pager = Pager::new(ChannelId([1; 16]), Size::new(100, 11).unwrap());
    answer(&mut pager);
    pager
}

/// Answers every question, as a host with rows 100 to 999 of which each tenth has an x; returns how many there were.
fn answer(pager: &mut Pager) -> u32 {
    let mut count = 0;
    while let Some(query) = pager.question() {
        count += 1;
        pager.asked(count, &query);
        pager.answered(count, Ok(host(&query)));
    }
    count
}

fn host(query: &Query) -> Answer {
    match query {
        Query::List | Query::Tmux(_) | Query::Capture(_) | Query::Record(_) => {
            panic!("nobody asks that")
        }
        Query::Rows(wanted) => {
            let first = wanted.first.clamp(BASE, END);
            let numbers = first..(first + u64::from(wanted.count)).min(END);
            let row = |n: u64| Row { vt: format!("row {n}").into(), wraps: false };
            Answer::Rows(Rows { first, base: BASE, top: 990, rows: numbers.map(row).collect() })
        }
        Query::Search(search) => {
            let before = search.before.unwrap_or(END).min(END);
            let reached = before.saturating_sub(200).max(BASE);
            let place = |row| Match { row, col: 4, len: 1 };
            let rows = (reached..before).rev().filter(|row| row % 10 == 0).map(place);
            let matches = if search.text == "0" { rows.collect() } else { vec![] };
            Answer::Found(Found { matches, more: reached > BASE, base: BASE, top: 990, reached })
        }
    }
}

#[track_caller]
fn shows(pager: &Pager, first: &str, last: &str) {
    let painted = String::from_utf8(pager.paint()).unwrap();
    let lines: Vec<&str> = painted.split("H\x1b[0m\x1b[2K").skip(1).collect();
    assert!(lines[0].starts_with(first), "{:?}", lines[0]);
    assert!(lines[9].starts_with(last), "{:?}", lines[9]);
}

#[test]
fn it_begins_at_the_end_and_pages_are_fetched_as_they_come_into_sight() {
    let mut pager = pager();
    shows(&pager, "row 990", "row 999");
    assert_eq!(pager.typed(b"\x1b[5~"), None);
    assert_eq!(answer(&mut pager), 0, "what is above is ready");
    shows(&pager, "row 981", "row 990");
    for _ in 0..15 {
        pager.typed(b"\x1b[5~");
        assert!(answer(&mut pager) <= 1);
    }
    pager.typed(b"\x1b[H");
    answer(&mut pager);
    shows(&pager, "row 100", "row 109");
    pager.typed(b"\x1b[A");
    shows(&pager, "row 100", "row 109");
    pager.typed(b"\x1b[F");
    answer(&mut pager);
    shows(&pager, "row 990", "row 999");
    assert_eq!(pager.typed(b"kqls"), Some(2), "what follows is for the program");
}

#[test]
fn a_search_goes_up_and_down_over_what_is_found() {
    let mut pager = pager();
    pager.typed(b"/0\r");
    answer(&mut pager);
    let painted = String::from_utf8(pager.paint()).unwrap();
    assert!(painted.contains("row \x1b[0m\x1b[0;30;43m9\x1b[0m90"), "{painted:?}");
    let at = |pager: &Pager| pager.first;
    assert_eq!(at(&pager), 990);
    pager.typed(b"n");
    answer(&mut pager);
    assert_eq!(at(&pager), 975);
    (0..30).for_each(|_| {
        pager.typed(b"n");
        answer(&mut pager);
    });
    assert_eq!(at(&pager), 675);
    pager.typed(b"N");
    assert!((685..=690).contains(&at(&pager)) || at(&pager) == 675);
    (0..100).for_each(|_| {
        pager.typed(b"n");
        answer(&mut pager);
    });
    assert!(String::from_utf8(pager.paint()).unwrap().contains("no older “0”"));
    pager.typed(b"/nowhere\r");
    answer(&mut pager);
    assert!(String::from_utf8(pager.paint()).unwrap().contains("no older “nowhere”"));
}

#[test]
fn offline_it_says_so_and_shows_what_is_there() {
    let mut pager = pager();
    pager.link(Some("offline".into()));
    pager.typed(b"\x1b[H");
    shows(&pager, "\x1b[2m…", "\x1b[2m…");
    pager.typed(b"\x1b[F");
    let query = pager.question().unwrap();
    pager.asked(7, &query);
    assert!(pager.question().is_none(), "one question at a time");
    assert!(String::from_utf8(pager.paint()).unwrap().contains("offline: only what is here"));
    pager.answered(6, Ok(host(&query)));
    assert!(pager.question().is_none(), "that was somebody else's");
    pager.answered(7, Ok(host(&query)));
    answer(&mut pager);
    shows(&pager, "row 990", "row 999");
}

#[test]
fn a_host_that_cannot_answer_is_not_asked_again_and_again() {
    let mut pager = Pager::new(ChannelId([1; 16]), Size::new(100, 11).unwrap());
    let query = pager.question().unwrap();
    pager.asked(1, &query);
    pager.answered(1, Err(Fault::new(Code::BadSpec, "too old")));
    assert!(pager.question().is_none());
    assert!(String::from_utf8(pager.paint()).unwrap().contains("too old"));
}
