//! What left a real terminal's screen: read and searched by number, while the terminal goes on.

use std::sync::Arc;

use devtail_channels::dock::Dock;
use devtail_channels::terminal::{Answer, Found, Query, Rows, RowsWanted, Search};
use devtail_protocol::wire::Outcome;
use devtail_protocol::{ChannelId, Code};

use super::{ANN, Host, Reader};

const ID: ChannelId = ChannelId([1; 16]);

async fn rows(host: &Host, docks: &[Arc<Dock>], first: u64, count: u32) -> Rows {
    let query = Query::Rows(RowsWanted { id: ID, first, count });
    match host.ask(&query, docks).await.unwrap() {
        Answer::Rows(rows) => rows,
        other @ (Answer::List(_)
        | Answer::Found(_)
        | Answer::Tmux(_)
        | Answer::Capture(_)
        | Answer::Record(_)) => panic!("{other:?}"),
    }
}

async fn search(host: &Host, docks: &[Arc<Dock>], text: &str, before: Option<u64>) -> Found {
    let text = text.to_owned();
    let query = Query::Search(Search { id: ID, text, case_sensitive: true, before, limit: 10 });
    match host.ask(&query, docks).await.unwrap() {
        Answer::Found(found) => found,
        other @ (Answer::List(_)
        | Answer::Rows(_)
        | Answer::Tmux(_)
        | Answer::Capture(_)
        | Answer::Record(_)) => panic!("{other:?}"),
    }
}

fn texts(rows: &Rows) -> Vec<String> {
    rows.rows.iter().map(devtail_channels::terminal::Row::text).collect()
}

#[tokio::test]
async fn after_a_flood_the_newest_rows_are_read_and_searched_by_number() {
    let host = Host::new();
    let script = "seq -f 'row %.0f of many' 0 199999; echo done; cat";
    let docks = [host.open(1, &["sh", "-c", script]).await];
    let mut ann = Reader::attach(&docks[0], ANN).await;
    ann.shows("done").await;
    let newest = rows(&host, &docks, u64::MAX, 1000).await;
    // The screen has its 24 rows, the last one empty but for the cursor.
    assert_eq!((newest.top, newest.base), (200_002 - 24, 200_002 - 24 - 10_000));
    assert_eq!(ann.screen.rows_above(), newest.top);
    let oldest = rows(&host, &docks, 0, 3).await;
    let wanted: Vec<_> = (0..3).map(|n| format!("row {} of many", newest.base + n)).collect();
    assert_eq!((oldest.first, texts(&oldest)), (newest.base, wanted));
    let last = rows(&host, &docks, newest.top, 1000).await;
    assert_eq!(texts(&last).last().unwrap(), "done");
    let found = search(&host, &docks, "row 195000 of", None).await;
    let mut asked = 1;
    let mut answer = found;
    while answer.matches.is_empty() && answer.more {
        answer = search(&host, &docks, "row 195000 of", Some(answer.reached)).await;
        asked += 1;
    }
    assert_eq!(answer.matches[0].row, 195_000, "after {asked} questions");
    let seq = ann.keys("still here\r");
    assert_eq!(ann.settled(seq).await, Outcome::Applied);
    ann.shows("still here").await;
    assert!(host.peak_kb(1) < 32 << 10, "{} kB", host.peak_kb(1));
}

#[tokio::test]
async fn a_gateway_that_is_new_reads_what_left_before_it_came() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "seq 1 100; echo done; cat"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows("done").await;
    drop((ann, dock));
    // Neither does it have to know the terminal: a question finds its holder.
    assert_eq!(texts(&rows(&host, &[], 41, 2).await), ["42", "43"]);
    let (_, snapshot) = Reader::attach(&host.open(1, &["sh"]).await, ANN).await.snapshot().await;
    assert_eq!(snapshot.rows_above, rows(&host, &[], 0, 1).await.top);
}

#[tokio::test]
async fn rows_of_a_terminal_that_is_over_are_gone() {
    let host = Host::new();
    let query = Query::Rows(RowsWanted { id: ID, first: 0, count: 1 });
    assert_eq!(host.ask(&query, &[]).await.unwrap_err().code, Code::Gone);
}
