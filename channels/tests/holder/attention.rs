//! What a holder says to people who look elsewhere.

use std::time::{Duration, Instant};

use devtail_channels::registry::{Kind, Registry};
use devtail_channels::terminal::{Happening, Spec};
use devtail_protocol::ChannelId;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::reader::Reader;
use super::{ANN, Host};

const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal whose notices come here, in words.
async fn heard(host: &Host, spec: &Spec) -> (Reader, mpsc::Receiver<(ChannelId, bytes::Bytes)>) {
    let (notices, heard) = mpsc::channel(16);
    let program = env!("CARGO_BIN_EXE_hold").into();
    let registry = Registry::new(host.state.path().to_owned(), program).announcing_to(notices);
    let id = ChannelId([1; 16]);
    let dock = registry.create(Kind::Terminal, id, &spec.encode()).await.unwrap();
    (Reader::attach(&dock, ANN).await, heard)
}

async fn next(heard: &mut mpsc::Receiver<(ChannelId, bytes::Bytes)>) -> (String, String) {
    let (id, notice) = timeout(PATIENCE, heard.recv()).await.expect("a notice").unwrap();
    assert_eq!(id, ChannelId([1; 16]));
    let said = Kind::Terminal.notification(&notice).unwrap();
    (said.want.to_owned(), format!("{}: {}", said.title, said.body))
}

#[tokio::test]
async fn a_bell_is_told_with_the_name_of_the_terminal_and_many_at_once_are_one() {
    let host = Host::new();
    let command = ["sh", "-c", "while read x; do printf \"$x\"; done"].map(str::to_owned).to_vec();
    let spec = Spec { command, name: "build".into(), ..Spec::default() };
    let (mut ann, mut heard) = heard(&host, &spec).await;
    ann.keys("\\\\a\\\\a\\\\a\r");
    assert_eq!(next(&mut heard).await, ("bell".into(), "build: It rings the bell.".into()));
    ann.keys("\\\\athen\r");
    ann.shows("then").await;
    assert!(heard.try_recv().is_err(), "within a second they are one");
}

#[tokio::test]
async fn a_command_that_took_ten_seconds_is_told_when_it_is_over_and_stands_in_the_log() {
    let host = Host::new();
    let spec = Spec { command: vec!["bash".into(), "--norc".into()], ..Spec::default() };
    let (mut ann, mut heard) = heard(&host, &spec).await;
    ann.keys("sleep 1.5; echo sho''rt\r");
    ann.shows("short").await;
    let began = Instant::now();
    ann.keys("sleep 4; sleep 7; echo lo''ng\r");
    let (want, said) = next(&mut heard).await;
    assert_eq!(want, "finished");
    let took = began.elapsed().as_secs();
    assert!((10..=13).contains(&took), "{took} s");
    assert!(said.starts_with("bash: sleep finished after 1") && said.ends_with(" s."), "{said}");
    ann.shows("long").await;
    let is_finished = |what: &Happening| matches!(what, Happening::Finished { command, .. } if command == "sleep");
    ann.until("the mark", |ann| ann.screen.events_after(0).any(|event| is_finished(&event.what)))
        .await;
    let (_, snapshot) = ann.snapshot().await;
    assert!(
        snapshot.events.iter().any(|event| is_finished(&event.what)),
        "a Snapshot tells it too"
    );
    assert!(heard.try_recv().is_err(), "the short one was not told");
}
