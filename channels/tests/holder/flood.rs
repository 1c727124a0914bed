//! What a program, or who types, can make a holder hold: bounded, and everything else is heard meanwhile.

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
