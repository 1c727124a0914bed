//! What a program, or who types, can make a holder hold: bounded, and everything else is heard meanwhile.

use std::sync::Arc;

use devtail_channels::terminal::{End, Input};
use devtail_protocol::wire::Outcome;

use super::{ANN, Host, Reader};

#[tokio::test]
async fn a_flood_that_asks_for_much_more_costs_little_and_hears_keys() {
    let host = Host::new();
    // A character and "999 times more": each line of 11 bytes becomes 4 kB.
    let flood = r#"stty raw -echo; yes "$(printf '\360\237\232\200\033[999b')""#;
    let dock = host.open(1, &["sh", "-c", flood]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    for _ in 0..10 {
        let head = dock.extent().unwrap().head;
        ann.until("the flood", |ann| ann.dock.extent().unwrap().head > head + (1 << 20)).await;
        let seq = ann.keys("x");
        assert_eq!(ann.settled(seq).await, Outcome::Applied);
    }
    assert!(host.peak_kb(1) < 32 << 10, "{} kB", host.peak_kb(1));
    ann.send(&Input::Kill);
    assert!(matches!(ann.end().await, End::Signal(_) | End::Code(_)));
}

#[tokio::test]
async fn a_program_that_reads_nothing_can_still_be_listed_and_killed_however_much_was_typed() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "stty raw -echo; echo up; exec sleep 60"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows("up").await;
    let long = "k".repeat(16_000);
    let seq = (0..200).map(|_| ann.keys(&long)).last().unwrap();
    assert!(!host.list(&[Arc::clone(&dock)]).await[0].silent);
    assert!(host.peak_kb(1) < 32 << 10, "{} kB", host.peak_kb(1));
    ann.send(&Input::Kill);
    let Outcome::Refused(why) = ann.settled(seq).await else { panic!("typed into nothing") };
    assert!(why.contains("does not read"), "{why}");
    assert_eq!(ann.settled(seq + 1).await, Outcome::Applied);
    assert_eq!(ann.end().await, End::Signal("SIGHUP".into()));
}
