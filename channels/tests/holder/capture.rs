//! Output kept in files: by a real holder, on real disks, one of them full.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use devtail_channels::dock::Dock;
use devtail_channels::registry::{Kind, Registry};
use devtail_channels::terminal::{
    Answer, Capture, CaptureAsk, CaptureOf, CaptureQuery, CaptureStart, CaptureState, End, Input,
    Query, Screen, Size, Spec,
};
use devtail_protocol::{ChannelId, Code, Fault};

use super::{ANN, Host, Reader};

type Sorted = fn(CaptureQuery) -> Query;

async fn ask(
    host: &Host,
    dock: &Arc<Dock>,
    sorted: Sorted,
    ask: CaptureAsk,
) -> Result<Capture, Fault> {
    let of = Some(CaptureOf::Terminal(dock.id()));
    let query = sorted(CaptureQuery { of, ask }).encode();
    let answer = host.registry.answer(Kind::Terminal, &query, &[Arc::clone(dock)]).await?;
    match Answer::decode(&answer).unwrap() {
        Answer::Capture(all) | Answer::Record(all) => Ok(all.into_iter().next().unwrap()),
        other @ (Answer::List(_) | Answer::Tmux(_)) => panic!("{other:?}"),
    }
}

fn into(file: &Path) -> CaptureAsk {
    let file = file.display().to_string();
    CaptureAsk::Start(CaptureStart { key: [7; 16], file, max_bytes: 0, keep: 0 })
}

/// A shell without a prompt, that runs what is typed.
async fn shell(host: &Host) -> (Arc<Dock>, Reader) {
    let dock = host
        .open(1, &["sh", "-c", "stty -echo; echo up; while read -r x; do eval \"$x\"; done"])
        .await;
    let mut ann = Reader::attach(&dock, ANN).await;
    ann.shows("up").await;
    (dock, ann)
}

#[tokio::test]
async fn a_capture_holds_what_was_printed_while_it_ran_and_no_mark_of_the_host() {
    let (host, folder) = (Host::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("out.log");
    let (dock, mut ann) = shell(&host).await;
    let started = ask(&host, &dock, Query::Capture, into(&file)).await.unwrap();
    assert_eq!((started.state, started.name.as_str()), (CaptureState::Running, "sh"));
    ann.send(&Input::Resize(Size::new(100, 30).unwrap()));
    ann.keys("printf 'one \\033[6n\\033[1mtwo\\033[m\\n'\r");
    ann.shows("two").await;
    let again = ask(&host, &dock, Query::Capture, into(&file)).await.unwrap();
    assert_eq!(again.state, CaptureState::Running, "asked again, it goes on");
    let other = CaptureStart { key: [8; 16], ..CaptureStart::default() };
    let refused = ask(&host, &dock, Query::Capture, CaptureAsk::Start(other)).await.unwrap_err();
    assert!(
        refused.code == Code::BadSpec && refused.message.contains("stop it first"),
        "{refused}"
    );
    let stopped = ask(&host, &dock, Query::Capture, CaptureAsk::Stop).await.unwrap();
    assert_eq!((stopped.state, stopped.files), (CaptureState::Stopped, 1));
    // The shell reads the answer to the question first, and knows no such command.
    ann.keys("\recho three\r");
    ann.shows("three").await;
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, "one \x1b[1mtwo\x1b[m\r\n");
    assert_eq!(stopped.bytes, text.len() as u64);
}

#[tokio::test]
async fn a_capture_goes_into_the_state_directory_if_nobody_says_where() {
    let host = Host::new();
    let (dock, mut ann) = shell(&host).await;
    let start = CaptureAsk::Start(CaptureStart { key: [7; 16], ..CaptureStart::default() });
    let started = ask(&host, &dock, Query::Capture, start).await.unwrap();
    let file = PathBuf::from(&started.file);
    assert_eq!(file.parent(), Some(host.state.path().join("captures").as_path()));
    let name = file.file_name().unwrap().to_str().unwrap();
    let stamp = name.strip_prefix("sh-").and_then(|rest| rest.strip_suffix(".log")).unwrap();
    assert_eq!(stamp.len(), "20260101-120000".len(), "{name}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    ann.send(&Input::Kill);
    ann.end().await;
}

#[tokio::test]
async fn a_flood_is_captured_in_files_of_a_size_and_the_newest_are_kept() {
    let (host, folder) = (Host::new(), tempfile::tempdir().unwrap());
    let (dock, mut ann) = shell(&host).await;
    let file = folder.path().join("out.log").display().to_string();
    let start = CaptureStart { key: [7; 16], file, max_bytes: 64 << 10, keep: 2 };
    ask(&host, &dock, Query::Capture, CaptureAsk::Start(start)).await.unwrap();
    ann.keys("seq 1 100000; echo don''e\r");
    ann.shows("done").await;
    let stopped = ask(&host, &dock, Query::Capture, CaptureAsk::Stop).await.unwrap();
    assert_eq!(
        (stopped.state, stopped.files, stopped.reason.as_str()),
        (CaptureState::Stopped, 3, "")
    );
    assert!(stopped.bytes > 600_000, "{}", stopped.bytes);
    let newest: u32 = stopped.file.rsplit('.').next().unwrap().parse().unwrap();
    let mut text = String::new();
    for number in newest - 2..=newest {
        let part = std::fs::read(folder.path().join(format!("out.log.{number}"))).unwrap();
        assert!(part.len() <= 64 << 10);
        text += std::str::from_utf8(&part).unwrap();
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    let lines: Vec<&str> = text.lines().collect();
    let (end, numbers) = lines.split_last().unwrap();
    let first: u32 = numbers[0].parse().unwrap();
    assert!(numbers.iter().map(|line| line.parse::<u32>().unwrap()).eq(first..=100_000));
    assert_eq!(*end, "done");
}

#[tokio::test]
async fn a_recording_begins_with_the_screen_and_plays_to_the_same_one() {
    let (host, folder) = (Host::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("out.cast");
    let (dock, mut ann) = shell(&host).await;
    ann.keys("printf 'before\\n\\033[32mgreen '\r");
    ann.shows("green").await;
    let started = ask(&host, &dock, Query::Record, into(&file)).await.unwrap();
    assert_eq!(started.state, CaptureState::Running);
    ann.send(&Input::Resize(Size::new(60, 10).unwrap()));
    ann.keys("printf 'h\\303\\251 \\360\\237\\232\\200 \\377\\n'; stty size\r");
    ann.shows("10 60").await;
    let stopped = ask(&host, &dock, Query::Record, CaptureAsk::Stop).await.unwrap();
    assert_eq!(stopped.state, CaptureState::Stopped);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    let header: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!((&header["version"], &header["width"]), (&2.into(), &80.into()));
    assert_eq!(header["env"]["TERM"], "xterm-256color");
    assert!(!text.contains("8377"), "no mark of the host: {text}");
    let mut screen = Screen::new(Size::default());
    let mut last = 0.0;
    let (_, _, first): (f64, String, String) =
        serde_json::from_str(lines.clone().next().unwrap()).unwrap();
    screen.feed(first.as_bytes());
    assert_eq!(screen.contents().trim_end(), "up\nbefore\ngreen", "the screen as it was");
    for line in lines {
        let (at, code, data): (f64, String, String) = serde_json::from_str(line).unwrap();
        assert!(at >= last);
        last = at;
        match code.as_str() {
            "o" => screen.feed(data.as_bytes()),
            "r" => {
                let (cols, rows) = data.split_once('x').unwrap();
                screen.resize(Size::new(cols.parse().unwrap(), rows.parse().unwrap()).unwrap());
            }
            other => panic!("no event of asciicast: {other}"),
        }
    }
    assert_eq!(screen.contents(), ann.screen.contents());
    assert!(
        screen.contents().starts_with("up\nbefore\ngreen h\u{e9} 🚀 \u{fffd}"),
        "{}",
        screen.contents()
    );

    // asciinema itself, in a terminal as it wants one.
    let player = host.open(2, &["asciinema", "cat", file.to_str().unwrap()]).await;
    let mut viewer = Reader::attach(&player, ANN).await;
    assert_eq!(viewer.end().await, End::Code(0), "{}", viewer.screen.contents());
    assert!(viewer.screen.contents().contains("green h\u{e9} 🚀"), "{}", viewer.screen.contents());
}

#[tokio::test]
async fn a_recording_that_is_as_long_as_it_may_be_ends_and_the_terminal_goes_on() {
    let (host, folder) = (Host::new(), tempfile::tempdir().unwrap());
    let (dock, mut ann) = shell(&host).await;
    let file = folder.path().join("out.cast").display().to_string();
    let start = CaptureStart { key: [7; 16], file: file.clone(), max_bytes: 64 << 10, keep: 0 };
    ask(&host, &dock, Query::Record, CaptureAsk::Start(start)).await.unwrap();
    ann.keys("seq 1 100000; echo don''e\r");
    ann.shows("done").await;
    let ended = ask(&host, &dock, Query::Record, CaptureAsk::Status).await.unwrap();
    assert_eq!(ended.state, CaptureState::Failed);
    assert!(ended.reason.contains("65536 bytes"), "{}", ended.reason);
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[tokio::test]
async fn what_was_printed_last_is_in_the_file_when_the_terminal_is_over() {
    let (host, folder) = (Host::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("out.log");
    let (dock, mut ann) = shell(&host).await;
    ask(&host, &dock, Query::Capture, into(&file)).await.unwrap();
    ann.keys("echo last words; exit\r");
    ann.end().await;
    let over = ask(&host, &dock, Query::Capture, CaptureAsk::Status).await.unwrap();
    assert_eq!(over.state, CaptureState::Stopped);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "last words\r\n");
    let start = CaptureAsk::Start(CaptureStart { key: [9; 16], ..CaptureStart::default() });
    let late = ask(&host, &dock, Query::Capture, start).await.unwrap_err();
    assert!(late.message.contains("has ended"), "{late}");
}

#[tokio::test]
async fn a_full_disk_ends_the_capture_with_its_reason_and_the_terminal_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    // A disk of its own for the holder, with room for little.
    let script = folder.path().join("on-a-small-disk");
    let small = folder.path().join("small");
    std::fs::create_dir(&small).unwrap();
    let lines = format!(
        "#!/bin/sh\nexec unshare -rm sh -c 'mount -t tmpfs -o size=256k none {} && exec {} \"$@\"' sh \"$@\"\n",
        small.display(),
        env!("CARGO_BIN_EXE_hold")
    );
    std::fs::write(&script, lines).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut host = Host::new();
    host.registry = Registry::new(host.state.path().to_owned(), script);
    let (dock, mut ann) = shell(&host).await;
    let file = small.join("out.log");
    ask(&host, &dock, Query::Capture, into(&file)).await.unwrap();
    ann.keys("seq 1 100000; echo don''e\r");
    ann.shows("done").await;
    let ended = ask(&host, &dock, Query::Capture, CaptureAsk::Status).await.unwrap();
    assert_eq!(ended.state, CaptureState::Failed);
    assert!(ended.reason.contains("No space left"), "{}", ended.reason);
    ann.keys("echo still here\r");
    ann.shows("still here").await;
    let spec = Spec { command: vec!["true".into()], ..Spec::default() };
    assert!(host.registry.create(Kind::Terminal, ChannelId([2; 16]), &spec.encode()).await.is_ok());
}
