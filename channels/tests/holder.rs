//! A real holder process with a real shell, as a gateway sees it: through a Dock.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "holder/attention.rs"]
mod attention;
#[path = "holder/audience.rs"]
mod audience;
#[path = "holder/capture.rs"]
mod capture;
#[path = "holder/flood.rs"]
mod flood;
#[path = "holder/host.rs"]
mod host;
#[path = "holder/reader.rs"]
mod reader;
#[path = "holder/rows.rs"]
mod rows;
#[path = "holder/start.rs"]
mod start;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use devtail_channels::dock::{Bell, Standing};
use devtail_channels::registry::Kind;
use devtail_channels::terminal::host::socket;
use devtail_channels::terminal::{End, Input, Screen, Size, Spec};
use devtail_protocol::limits::LOG_BYTES_WHOLE;
use devtail_protocol::wire::{Inputs, OutboxRange, Outcome};
use devtail_protocol::{Ch, ChannelId, ClientId, Code};
use rustix::process::Signal;
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixListener;

use host::Host;
use reader::{FIRST, Reader};

const ANN: ClientId = ClientId([1; 16]);
const BEN: ClientId = ClientId([2; 16]);

#[tokio::test]
async fn a_login_shell_runs_what_is_typed_and_says_how_it_ended() {
    let host = Host::new();
    let dock = host.create(1, &Spec::default()).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    let seq =
        ann.keys("echo [$TERM] [$COLORTERM] [$((40+2))]; [ -n \"$HOME\" ] && cd && pwd; exit 7\r");
    assert_eq!(ann.settled(seq).await, Outcome::Applied);
    ann.shows("[xterm-256color] [truecolor] [42]").await;
    assert_eq!(ann.end().await, End::Code(7));
    let seq = ann.keys("too late");
    assert!(matches!(ann.settled(seq).await, Outcome::Refused(_)));
}

#[tokio::test]
async fn a_resize_is_marked_in_the_log_and_seen_by_the_program() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "read x; stty size; read x; stty size; read x"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.keys("\r");
    ann.shows("24 80").await;
    ann.send(&Input::Resize(Size::new(100, 30).unwrap()));
    ann.keys("\r");
    ann.shows("30 100").await;
    assert_eq!(ann.screen.size(), Size::new(100, 30).unwrap());
}

#[tokio::test]
async fn a_question_is_answered_once_and_never_reaches_a_reader() {
    let host = Host::new();
    let script = r#"stty raw -echo; printf 'ab\033[6n'; dd bs=1 count=6 2>/dev/null | od -An -c; printf '\033[c\033]52;c;aGk=\007\033]0;hello\007.done.'; sleep 60"#;
    let dock = host.open(1, &["sh", "-c", script]).await;
    let (mut ann, mut ben) = (Reader::attach(&dock, ANN).await, Reader::attach(&dock, BEN).await);
    ann.shows(".done.").await;
    ben.shows(".done.").await;
    assert!(
        ann.screen.contents().contains(r"033   [   1   ;   3   R"),
        "{}",
        ann.screen.contents()
    );
    for reader in [&ann, &ben] {
        let log = reader.log.escape_ascii().to_string();
        assert!(!log.contains("[6n") && !log.contains("[c"), "{log}");
    }
    assert_eq!(ann.screen.title(), "hello");
    let (_, snapshot) = ben.snapshot().await;
    assert_eq!((snapshot.title.as_str(), snapshot.events.len()), ("hello", 1));
}

#[tokio::test]
async fn the_environment_holds_no_secret_of_the_gateway() {
    let host = Host::new();
    let dock =
        host.open(1, &["sh", "-c", "env; ls -l /proc/self/fd | wc -l; echo .done.; read x"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows(".done.").await;
    let env = String::from_utf8_lossy(&ann.log).into_owned();
    // cargo gives its tests variables that no login has.
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok());
    assert!(!env.contains("CARGO") && env.contains("LOGNAME="), "{env}");
    assert!(
        ann.screen.contents().lines().any(|line| line == "5"),
        "three descriptors, the folder's own, and the heading of ls: {env}"
    );
}

#[tokio::test]
async fn a_terminal_outlives_its_gateway_and_knows_what_was_typed() {
    let host = Host::new();
    let dock = host.open(1, &["sh"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    // Quotes, so that what was typed and echoed does not look like its output.
    let seq = ann.keys("echo fir''st\r");
    assert_eq!(ann.settled(seq).await, Outcome::Applied);
    ann.shows("first\n").await;
    let (at, epoch) = (ann.screen.offset(), dock.extent().unwrap().epoch);
    drop((ann, dock));

    let found = host.registry.recover().await;
    assert_eq!(found.len(), 1);
    let dock = &found[0];
    assert_eq!(dock.extent().unwrap().epoch, epoch);
    let bell = Arc::new(Bell::default());
    let outbox = Some(OutboxRange { first: 1, next: 3 });
    let (attachment, opened) =
        dock.attach(ANN, "Ann".into(), FIRST, Ch(1), Arc::clone(&bell), outbox).await.unwrap();
    assert_eq!((opened.inputs, opened.applied), (Inputs::Known, 1));
    let mut ann = Reader {
        dock: Arc::clone(dock),
        client: ANN,
        bell,
        screen: Screen::at(Size::default(), at),
        seq: 0,
        log: vec![],
        _attachment: attachment,
    };
    ann.keys("echo fir''st\r");
    ann.keys("echo sec''ond\r");
    ann.shows("second\n").await;
    assert!(!String::from_utf8_lossy(&ann.log).contains("first"), "typed twice");
}

#[tokio::test]
async fn a_killed_terminal_is_gone_and_its_readers_are_told() {
    let host = Host::new();
    let dock =
        host.open(1, &["sh", "-c", "trap '' HUP; echo up; sleep 60; sleep 60; sleep 60"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows("up").await;
    ann.send(&Input::Kill);
    assert_eq!(ann.end().await, End::Signal("SIGKILL".into()));
    let gone = async {
        while !dock.is_lost() || host.sockets() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("the holder ends");
    assert_eq!(host.again(1).await.code, Code::Gone, "what is over is not made a second time");
}

#[tokio::test]
async fn a_terminal_whose_holder_was_killed_is_not_made_a_second_time() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "echo up; read x"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows("up").await;
    host.signal("hold", Signal::KILL);
    let gone = async {
        while !dock.is_lost() {
            ann.bell.rung().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("its end is noticed");
    assert_eq!(host.again(1).await.code, Code::Gone);
    assert!(host.registry.recover().await.is_empty());
    assert_eq!((host.again(1).await.code, host.sockets()), (Code::Gone, 0));
}

#[tokio::test]
async fn the_end_is_there_for_those_who_come_late() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "printf 'last words'; kill -TERM $$"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    assert_eq!(ann.end().await, End::Signal("SIGTERM".into()));
    drop((ann, dock));
    let dock = host.open(1, &["never"]).await;
    let mut ben = Reader::attach(&dock, BEN).await;
    ben.shows("last words").await;
    let line = host.list(&[Arc::clone(&dock)]).await.remove(0);
    assert_eq!((line.end, line.pid), (Some(End::Signal("SIGTERM".into())), 0));
}

#[tokio::test]
async fn an_attachment_that_comes_late_does_not_end_the_one_that_overtook_it() {
    let host = Host::new();
    let dock = host.open(1, &["sh"]).await;
    let later = Standing { open: 2, ..FIRST };
    let (_attachment, _) =
        dock.attach(ANN, "Ann".into(), later, Ch(1), Arc::default(), None).await.unwrap();
    let late = dock.attach(ANN, "Ann".into(), FIRST, Ch(2), Arc::default(), None).await;
    assert_eq!(late.unwrap_err().code, Code::Superseded);
    assert_eq!(dock.readers(), 1);
}

#[tokio::test]
async fn terminals_are_listed_with_their_names() {
    let host = Host::new();
    let docks = [host.open(1, &["sh"]).await, host.open(2, &["sh", "-c", "sleep 60"]).await];
    let mut ann = Reader::attach(&docks[1], ANN).await;
    let seq = ann.send(&Input::Rename("build".into()));
    ann.settled(seq).await;
    let lines = host.list(&docks).await;
    let names: Vec<_> = lines.iter().map(|line| (line.name.as_str(), line.viewers)).collect();
    assert_eq!(names, [("sh", 0), ("build", 1)]);
    assert!(lines.iter().all(|line| line.pid > 0 && line.end.is_none() && line.created_ms > 0));
}

#[tokio::test]
async fn a_terminal_whose_holder_does_not_answer_is_listed_as_silent() {
    let host = Host::new();
    let docks = [host.open(1, &["sh"]).await, host.open(2, &["sh"]).await];
    let stopped = ChannelId([1; 16]);
    host.signal(&stopped.to_string(), Signal::STOP);
    for known in [&docks[..], &docks[1..]] {
        let lines = host.list(known).await;
        let silent: Vec<_> = lines.iter().map(|line| (line.id, line.silent)).collect();
        assert_eq!(silent, [(stopped, true), (ChannelId([2; 16]), false)]);
    }
    host.signal(&stopped.to_string(), Signal::CONT);
    assert!(host.list(&docks).await.iter().all(|line| !line.silent));
}

#[tokio::test]
async fn a_script_gets_every_byte_however_slowly_it_reads() {
    let host = Host::new();
    let command = ["sh", "-c", "seq 1 200000"].map(str::to_owned).to_vec();
    let dock = host.create(1, &Spec { command, every_byte: true, ..Spec::default() }).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    // It reads nothing until the Log holds what it can: there the program must wait.
    let full = LOG_BYTES_WHOLE as u64;
    let filled = tokio::time::timeout(Duration::from_secs(60), async {
        while dock.extent().unwrap().head < full {
            ann.bell.rung().await;
        }
    });
    filled.await.expect("the Log fills");
    // The holder has had turns since, and the program has more to say.
    assert!(host.list(&[Arc::clone(&dock)]).await[0].end.is_none(), "the program waits");
    assert_eq!(dock.extent().map(|extent| (extent.base, extent.head)), Some((0, full)));
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while dock.end().is_none() || ann.screen.offset() < dock.extent().unwrap().head {
            if let Some(bytes) =
                dock.read(ann.screen.offset(), 10_000).filter(|bytes| !bytes.is_empty())
            {
                ann.screen.feed(&bytes);
                ann.log.extend_from_slice(&bytes);
                dock.consumed(ANN, ann.screen.offset());
                continue;
            }
            ann.bell.rung().await;
        }
    });
    waited.await.expect("all of it comes");
    let text = String::from_utf8_lossy(&ann.log).into_owned();
    let numbers: Vec<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
    // Before the first stands the size mark.
    assert!(numbers.into_iter().eq(2..=200_000));
    assert_eq!(End::decode(&dock.end().unwrap()), Ok(End::Code(0)));
}

#[tokio::test]
async fn a_resize_after_the_end_changes_nothing_in_the_log() {
    let host = Host::new();
    let dock = host.open(1, &["sh", "-c", "exit 3"]).await;
    let mut ann = Reader::attach(&dock, ANN).await;
    assert_eq!(ann.end().await, End::Code(3));
    let head = dock.extent().unwrap().head;
    let seq = ann.send(&Input::Resize(Size::new(100, 30).unwrap()));
    assert_eq!(ann.settled(seq).await, Outcome::Applied);
    assert!(!host.list(&[Arc::clone(&dock)]).await[0].silent);
    assert_eq!((dock.extent().unwrap().head, dock.is_lost()), (head, false));
}

#[tokio::test]
async fn one_silent_holder_does_not_keep_the_others_from_coming_back() {
    let host = Host::new();
    let silent = ChannelId([1; 16]);
    drop((host.open(1, &["sh"]).await, host.open(2, &["sh"]).await));
    host.signal(&silent.to_string(), Signal::STOP);
    let recovered = tokio::time::timeout(Duration::from_secs(4), host.registry.recover()).await;
    let found: Vec<_> = recovered.expect("soon").iter().map(|dock| dock.id()).collect();
    assert_eq!((found, host.sockets()), (vec![ChannelId([2; 16])], 2));
    host.signal(&silent.to_string(), Signal::CONT);
    assert_eq!(host.registry.find(Kind::Terminal, silent).await.unwrap().id(), silent);
}

#[tokio::test]
async fn a_holder_that_is_waited_for_no_longer_is_let_go() {
    let host = Host::new();
    std::fs::create_dir(host.state.path().join("terminals")).unwrap();
    let mute = UnixListener::bind(socket(host.state.path(), ChannelId([1; 16]))).unwrap();
    let recovering = async { assert!(host.registry.recover().await.is_empty()) };
    let ((), accepted) = tokio::join!(recovering, mute.accept());
    let (mut gateway, _) = accepted.unwrap();
    let mut heard = Vec::new();
    let hung_up = gateway.read_to_end(&mut heard);
    // Well before it would have given up by itself.
    tokio::time::timeout(Duration::from_secs(2), hung_up).await.expect("its socket ends").unwrap();
    assert!(!heard.is_empty(), "a Hello came first");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let host = Host::new();
    let refused = async |spec: Spec| {
        host.registry.create(Kind::Terminal, ChannelId([9; 16]), &spec.encode()).await.unwrap_err()
    };
    let missing =
        refused(Spec { command: vec!["no-such-program".into()], ..Spec::default() }).await;
    assert_eq!(missing.code, Code::Failed);
    assert!(missing.message.contains("no-such-program"), "{}", missing.message);
    let nowhere = refused(Spec { cwd: "/no/such/place".into(), ..Spec::default() }).await;
    assert!(nowhere.message.contains("/no/such/place"), "{}", nowhere.message);
    let bad = host
        .registry
        .create(Kind::Terminal, ChannelId([9; 16]), &Bytes::from_static(b"\xff"))
        .await
        .unwrap_err();
    assert_eq!(bad.code, Code::BadSpec);
    assert_eq!(host.sockets(), 0);
}
