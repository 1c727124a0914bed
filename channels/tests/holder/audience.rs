//! Who drives, who is told of whom, and what a device that predicts is told.

use std::time::{Duration, Instant};

use devtail_channels::dock::Note;
use devtail_channels::terminal::limits::FRAME_WITHIN;
use devtail_channels::terminal::{Input, Person, Role, Size};
use devtail_protocol::ClientId;
use devtail_protocol::wire::Outcome;

use super::reader::{Reader, name};
use super::{ANN, BEN, Host};

const SMALL: (u32, u32) = (50, 20);
const LARGE: (u32, u32) = (120, 40);

fn size((cols, rows): (u32, u32)) -> Size {
    Size::new(cols, rows).unwrap()
}

async fn says_size(reader: &mut Reader, grid: (u32, u32)) {
    let seq = reader.send(&Input::Resize(size(grid)));
    assert_eq!(reader.settled(seq).await, Outcome::Applied);
}

#[tokio::test]
async fn the_grid_is_that_of_the_device_that_drives() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "while read x; do stty size; done"]).await;
    let (mut ann, mut ben) = (Reader::attach(&dock, ANN).await, Reader::attach(&dock, BEN).await);
    says_size(&mut ann, SMALL).await;
    says_size(&mut ben, LARGE).await;
    ann.keys("\r");
    ann.shows("20 50").await;

    let seq = ben.keys("\r");
    let Outcome::Refused(why) = ben.settled(seq).await else { panic!("Ann drives") };
    assert_eq!(why, "Ann's phone drives this terminal; nothing was typed. Take over first.");

    ben.send(&Input::Drive);
    let seq = ben.keys("\r");
    assert_eq!(ben.settled(seq).await, Outcome::Applied);
    ben.shows("40 120").await;
    let seq = ann.keys("\r");
    assert!(matches!(ann.settled(seq).await, Outcome::Refused(_)), "Ben has taken over");
}

#[tokio::test]
async fn two_windows_of_one_device_are_one_persons() {
    let host = Host::new();
    let dock = host.open(1, &["cat"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    let other = ClientId([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    let mut beside = Reader::attach(&dock, other).await;
    let seq = ann.keys("x");
    assert_eq!(ann.settled(seq).await, Outcome::Applied);
    let seq = beside.keys("y");
    assert_eq!(beside.settled(seq).await, Outcome::Applied);
}

#[tokio::test]
async fn everybody_sees_who_is_here_and_who_drives() {
    let host = Host::new();
    let dock = host.open(1, &["sh"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    let ben = Reader::attach(&dock, BEN).await;
    ann.send(&Input::Drive);
    let here = |of, role| Person { id: Person::id_of(of), role, name: name(of).into() };
    let both = [here(ANN, Role::Drives), here(BEN, Role::Views)];
    ann.until("both", |ann| ann.screen.people() == both).await;
    let (_, snapshot) = ann.snapshot().await;
    assert!(snapshot.vt.windows(7).any(|bytes| bytes == b"people="), "whoever comes later sees it");
    drop(ben);
    ann.until("Ann alone", |ann| ann.screen.people() == &both[..1]).await;
}

#[tokio::test]
async fn a_password_prompt_is_marked_before_it_is_seen() {
    let host = Host::new();
    let script = "read -p 'name: ' x; stty -echo; printf 'Password: '; read x; stty echo; echo; echo over; read x";
    let dock = host.open(1, &["bash", "-c", script]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows("name:").await;
    assert!(!ann.screen.is_secret());
    ann.keys("ann\r");
    ann.shows("Password:").await;
    assert!(ann.screen.is_secret(), "not a moment later than its prompt");
    let log = ann.log.escape_ascii().to_string();
    assert!(log.find("secret=1") < log.find("Password"), "{log}");
    ann.keys("opensesame\r");
    ann.shows("over").await;
    ann.until("the end of the secret", |ann| !ann.screen.is_secret()).await;
    assert!(!ann.screen.contents().contains("open"));
}

#[tokio::test]
async fn a_program_that_hides_typing_after_its_prompt_is_noticed_in_a_moment() {
    let host = Host::new();
    let dock = host.open(1, &["bash", "-c", "read -rsp 'PIN: ' x; echo; echo over; read x"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.until("the secret", |ann| ann.screen.is_secret()).await;
    ann.keys("1234\r");
    ann.shows("over").await;
    ann.until("the end of the secret", |ann| !ann.screen.is_secret()).await;
}

#[tokio::test]
async fn a_device_that_predicts_is_told_when_its_keys_have_shown_what_they_do() {
    let host = Host::new();
    let dock = host.open(1, &["cat"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    let seq = ann.send(&Input::Predicted("x".into()));
    let told = async {
        loop {
            while let Some(note) = ann.bell.take() {
                if let Note::Echoed(_, of, at) = note {
                    return (of, at);
                }
            }
            ann.bell.rung().await;
        }
    };
    let (of, at) = tokio::time::timeout(Duration::from_secs(20), told).await.expect("an echo");
    assert_eq!(of, seq);
    ann.until("what stands before", |ann| ann.screen.offset() >= at).await;
    assert_eq!(ann.screen.contents(), "x", "it is there by then");
}

#[tokio::test]
async fn a_snapshot_is_not_taken_in_the_middle_of_a_frame() {
    let host = Host::new();
    let script = "printf '\\033[?2026h\\033[Hhalf'; read x; printf ' whole\\033[?2026l'; read x";
    let dock = host.open(1, &["sh", "-c", script]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.until("the frame's beginning", |ann| ann.screen.is_synchronizing()).await;
    let asked = Instant::now();
    assert!(dock.snapshot().is_none());
    ann.keys("\r");
    let (_, snapshot) = ann.snapshot().await;
    let drawn = snapshot.vt.windows(5).any(|bytes| bytes == b"whole");
    assert!(drawn || asked.elapsed() >= FRAME_WITHIN, "it waits for the frame's end, for a while");
}

#[tokio::test]
async fn a_frame_that_lasted_long_does_not_show_the_next_one_half_drawn() {
    let host = Host::new();
    let script = "printf '\\033[?2026hlong'; read x; printf '\\033[?2026l\\033[?2026hhalf'; read x; printf ' whole\\033[?2026l'; read x";
    let dock = host.open(1, &["sh", "-c", script]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows("long").await;
    ann.snapshot().await;
    ann.keys("\r");
    ann.shows("half").await;
    let asked = Instant::now();
    assert!(dock.snapshot().is_none());
    ann.keys("\r");
    let (_, snapshot) = ann.snapshot().await;
    let drawn = snapshot.vt.windows(5).any(|bytes| bytes == b"whole");
    assert!(drawn || asked.elapsed() >= FRAME_WITHIN, "it waits for the frame's end, for a while");
}

#[tokio::test]
async fn a_frame_that_never_ends_is_shown_all_the_same() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "printf '\\033[?2026h\\033[Hhalf'; read x"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.until("the frame's beginning", |ann| ann.screen.is_synchronizing()).await;
    let (_, snapshot) = ann.snapshot().await;
    assert!(snapshot.vt.windows(4).any(|bytes| bytes == b"half"));
}

#[tokio::test]
async fn what_cannot_be_said_within_a_string_keeps_nothing_of_the_program_back() {
    let host = Host::new();
    let script = "stty raw -echo; printf '\\033]0;half'; dd bs=1 count=1 >/dev/null 2>&1; printf ' a title\\007over'; sleep 60";
    let dock = host.open(1, &["sh", "-c", script]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.until("half a title", |ann| ann.log.ends_with(b"half")).await;
    let mut ben = Reader::attach(&dock, BEN).await;
    ben.keys("x");
    ann.shows("over").await;
    assert_eq!(ann.screen.title(), "half a title");
    ann.until("both", |ann| ann.screen.people().len() == 2).await;
}
