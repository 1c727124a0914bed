//! The host's own tmux through the gateway: listed, changed, worked in, and left as it was. Each home has a server of its
//! own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod support;

use std::process::Output;

use devtail_channels::terminal::{
    Answer, KIND, NewSession, NewWindow, Query, TmuxAsk, TmuxQuery, TmuxSessions,
};
use devtail_client::{Client, Config, Credential, Event, Events, Store};
use serde_json::Value;
use support::Home;
use support::window::Window;

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A home with a gateway that this device is paired with.
fn home() -> Home {
    let home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    home
}

/// What the user's own tmux says, outside of any gateway.
fn tmux(home: &Home, words: &[&str]) -> String {
    let output =
        home.program("tmux").arg("-u").args(words).output().expect("tmux: apt-get install tmux");
    assert!(output.status.success(), "tmux {words:?}: {}", error(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Waits until tmux says this.
fn until(home: &Home, words: &[&str], said: &str) {
    let within = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let now = tmux(home, words);
        if now == said {
            return;
        }
        assert!(
            std::time::Instant::now() < within,
            "tmux {words:?} says {now:?} and never {said:?}"
        );
        std::thread::yield_now();
    }
}

/// Starts a server whose windows have a plain shell: one that is killed while it reads a person's profile leaves its locks.
fn start_server(home: &Home) {
    let plain = ["set-option", "-g", "default-command", "exec sh"];
    let stays = ["set-option", "-s", "exit-empty", "off"];
    tmux(home, &[&["-f", "/dev/null", "start-server", ";"], &stays[..], &[";"], &plain].concat());
}

fn sessions(home: &Home) -> Vec<Value> {
    home.json(&["tmux", "ls", "--json"])["sessions"].as_array().unwrap().clone()
}

#[test]
fn sessions_and_windows_are_made_listed_named_and_ended() {
    let home = home();
    start_server(&home);
    assert!(sessions(&home).is_empty());
    let first = home.says(&["tmux", "new", "a b: #(touch evil) é", "--cwd", "/"]);
    let name = "a b_ #(touch evil) é";
    let all = sessions(&home);
    let window = &all[0]["windows"][0];
    assert_eq!((&all[0]["name"], &window["cwd"]), (&name.into(), &"/".into()));
    assert_eq!(
        first.trim(),
        format!("{}:{}", all[0]["id"].as_str().unwrap(), window["id"].as_str().unwrap())
    );
    assert_eq!((&all[0]["attached"], &window["active"]), (&0.into(), &true.into()));
    assert!(all[0]["created_ms"].as_u64().unwrap() > 1_700_000_000_000);
    home.says(&["tmux", "new", "w\u{202f}2 {x}", "--window-of", name, "--cwd", "/tmp"]);
    home.says(&["tmux", "rename", "--", &format!("{name}:1"), "-x #{pid}"]);
    home.says(&["tmux", "new", "other"]);
    home.says(&["tmux", "rename", "--", "other", "-y"]);
    let odd = home.path().join("#d;");
    std::fs::create_dir(&odd).unwrap();
    let cwd = odd.to_str().unwrap();
    home.says(&["tmux", "new", "ends;", "--cwd", cwd]);
    let made = ["display-message", "-p", "-t", "=ends;:", "#{session_name}|#{session_path}"];
    assert_eq!(tmux(&home, &made), format!("ends;|{cwd}"));
    home.says(&["tmux", "rename", "ends;", "begins;"]);
    home.says(&["tmux", "kill", "begins;"]);
    let listed = home.says(&["tmux"]);
    assert!(listed.contains("-x #{pid}") && listed.contains("/tmp"), "{listed}");
    assert_eq!(
        tmux(&home, &["list-windows", "-a", "-F", "#{session_name}|#{window_name}"])
            .lines()
            .count(),
        3
    );
    assert_eq!(tmux(&home, &["display-message", "-p", "-t", "=-y:", "#{session_name}"]), "-y");
    home.says(&["tmux", "kill", &format!("{name}:-x #{{pid}}")]);
    assert_eq!(sessions(&home)[0]["windows"].as_array().unwrap().len(), 1);
    home.says(&["tmux", "kill", "$0"]);
    assert_eq!(sessions(&home).len(), 1);
    home.says(&["tmux", "kill", "--", "-y"]);
    assert!(sessions(&home).is_empty());
    assert!(!home.path().join("evil").exists() && !std::path::Path::new("/evil").exists());
}

#[test]
fn a_server_is_started_for_the_first_session_and_ends_with_the_last() {
    let home = home();
    let all = home.json(&["tmux", "--json"]);
    assert_eq!((&all["sessions"], &all["server"]), (&Value::Array(vec![]), &"".into()));
    home.says(&["tmux", "new", "main"]);
    let at = ["display-message", "-p", "-t", "main:", "#{!=:#{cursor_x},0}"];
    until(&home, &at, "1");
    home.says(&["tmux", "kill", "main"]);
    let all = home.json(&["tmux", "--json"]);
    assert_eq!((&all["sessions"], &all["server"]), (&Value::Array(vec![]), &"".into()));
}

#[test]
fn what_cannot_be_done_says_why() {
    let home = home();
    tmux(&home, &["-f", "/dev/null", "new-session", "-d", "-s", "main", "sh"]);
    for (args, status, words) in [
        (vec!["tmux", "new", "main"], 2, "already"),
        (vec!["tmux", "new", "x", "--cwd", "/no/such/place"], 2, "/no/such/place"),
        (vec!["tmux", "rename", "main", ""], 2, "empty"),
        (vec!["tmux", "kill", "nothing"], 2, "devtail tmux ls"),
        (vec!["tmux", "kill", "main:9"], 2, "devtail tmux ls"),
        (vec!["tmux", "attach", "main"], 2, "terminal"),
        (vec!["record", "start", "--tmux", "main"], 2, "devtail tmux attach"),
    ] {
        let output = home.run(&args);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", error(&output));
        assert!(error(&output).contains(words), "{args:?}: {}", error(&output));
    }
}

#[test]
fn a_host_without_tmux_says_what_to_install() {
    let home = Home::without_tmux();
    home.says(&["ls", &home.link]);
    let output = home.run(&["tmux", "ls"]);
    assert!(error(&output).contains("tmux is not installed"), "{}", error(&output));
}

#[test]
fn a_session_that_is_worked_in_and_left_is_as_it_was() {
    let home = home();
    tmux(
        &home,
        &["-f", "/dev/null", "new-session", "-d", "-s", "main", "-x", "120", "-y", "40", "sh"],
    );
    // Whoever is there over ssh.
    let mut at_desk =
        Window::open_program(&home, "tmux", &["-u", "attach-session", "-t", "main"], 120, 40);
    let size = ["display-message", "-p", "-t", "main:", "#{window_width}x#{window_height}"];
    until(&home, &size, "120x39");
    tmux(&home, &["set-environment", "-t", "main", "SSH_AUTH_SOCK", "/kept"]);

    let mut phone = Window::open_sized(&home, &["tmux", "attach", "main"], 50, 20);
    until(&home, &size, "50x19");
    phone.types("echo fro''m the phone\r");
    phone.shows("from the phone");
    at_desk.shows("from the phone");
    // Who types has the size, though the other stays.
    at_desk.types("echo fro''m the desk\r");
    until(&home, &size, "120x39");
    phone.shows("from the desk");
    phone.types("\r");
    until(&home, &size, "50x19");
    phone.types("\r~.");
    phone.ends();
    until(&home, &["list-clients", "-t", "main", "-F", "#{client_width}"], "120");
    until(&home, &size, "120x39");
    assert_eq!(
        tmux(&home, &["show-environment", "-t", "main", "SSH_AUTH_SOCK"]),
        "SSH_AUTH_SOCK=/kept"
    );
    assert_eq!(home.says(&["ls", "--json"]), "[]\n", "and nothing of ours is left");
}

#[test]
fn a_pane_that_nobody_of_ours_is_attached_to_is_captured() {
    let home = home();
    tmux(&home, &["-f", "/dev/null", "new-session", "-d", "-s", "main", "sh"]);
    let file = home.path().join("it's 100% #{here}.log");
    let start = ["capture", "start", "--tmux", "main", "--file", file.to_str().unwrap(), "--json"];
    let started = home.json(&start);
    assert_eq!((&started[0]["state"], &started[0]["pane"]), (&"running".into(), &"%0".into()));
    tmux(&home, &["send-keys", "-t", "main:", "echo cap''tured", "Enter"]);
    let has = |words: &str| std::fs::read_to_string(&file).unwrap().contains(words);
    while !has("captured\r\n") {
        std::thread::yield_now();
    }
    let again = home.run(&start);
    assert!(error(&again).contains("stop it first"), "{}", error(&again));
    let bytes = home.json(&["capture", "status", "--json"])[0]["bytes"].as_u64().unwrap();
    assert_eq!(bytes, std::fs::metadata(&file).unwrap().len());
    let stopped = home.json(&["capture", "stop", "--tmux", "main", "--json"]);
    assert_eq!(stopped[0]["state"], "stopped");
    assert_eq!(tmux(&home, &["display-message", "-p", "-t", "main:", "#{pane_pipe}"]), "0");
    let again = home.run(&start);
    assert!(error(&again).contains("exists already"), "{}", error(&again));
    // Somebody's own pipe is left alone.
    tmux(&home, &["pipe-pane", "-t", "main:", "cat > /dev/null"]);
    let refused = home.run(&["capture", "start", "--tmux", "main"]);
    assert!(error(&refused).contains("piped elsewhere"), "{}", error(&refused));
    home.says(&["capture", "stop", "--tmux", "main"]);
    assert_eq!(tmux(&home, &["display-message", "-p", "-t", "main:", "#{pane_pipe}"]), "1");
}

#[test]
fn a_recording_is_noted_in_the_audit_log() {
    let home = home();
    let id = home.says(&["new", "--name", "job", "--", "sh", "-c", "echo ou''t; sleep 1000"]);
    let file = home.path().join("job.cast");
    home.says(&["record", "start", "job", "--file", file.to_str().unwrap()]);
    home.says(&["capture", "start", "job"]);
    let status = home.json(&["record", "status", "--json"]);
    assert_eq!((&status[0]["name"], &status[0]["state"]), (&"job".into(), &"running".into()));
    home.says(&["record", "stop", "job"]);
    let header = std::fs::read_to_string(&file).unwrap();
    assert!(header.starts_with("{\"env\"") && header.contains("\"version\":2"), "{header}");
    let control = devtail_control::Control::find(
        devtail_control::Timestamp::from_system(std::time::SystemTime::now()),
        &home.state(),
    );
    let rows = control.unwrap().unwrap().audit(0, 1000).unwrap();
    let noted = rows.iter().filter(|row| row.event == devtail_control::AuditEvent::Noted);
    let noted: Vec<&str> = noted.map(|row| row.detail.as_str()).collect();
    let id = id.trim();
    assert_eq!(
        noted,
        [
            format!("record start: {id} to {}", file.display()),
            format!("capture start: {id} to the captures of the state directory"),
            format!("record stop: {id}"),
        ]
    );
}

#[test]
fn a_device_that_may_only_read_lists_and_changes_nothing() {
    let home = home();
    tmux(&home, &["-f", "/dev/null", "new-session", "-d", "-s", "main", "sh"]);
    home.says(&["new", "--name", "job", "--", "sleep", "1000"]);
    let reader = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| home.devtail(args).env("HOME", reader.path()).output().unwrap();
    let pairing = home.json(&["pair", "--json", "--scopes", "terminal:read"]);
    assert!(run(&["ls", pairing["link"].as_str().unwrap()]).status.success());
    for args in [&["tmux", "ls"][..], &["capture", "status"], &["record", "status", "job"]] {
        assert!(run(args).status.success(), "{args:?}: {}", error(&run(args)));
    }
    for args in [
        &["tmux", "new", "other"][..],
        &["tmux", "kill", "main"],
        &["tmux", "rename", "main", "other"],
        &["capture", "start", "job"],
        &["capture", "start", "--tmux", "main"],
        &["record", "start", "job"],
        &["record", "stop", "job"],
    ] {
        let refused = run(args);
        assert_eq!(refused.status.code(), Some(77), "{args:?}: {}", error(&refused));
    }
    assert_eq!(sessions(&home)[0]["name"], "main");
    assert_eq!(home.says(&["capture", "status"]), "Nothing is kept.\n");
}

/// The answer to a question that is asked so often at once.
async fn asked(
    client: &Client,
    events: &mut Events,
    query: &Query,
    times: usize,
) -> Vec<TmuxSessions> {
    let mut waiting: Vec<u32> = Vec::new();
    for _ in 0..times {
        waiting.push(client.fetch(KIND, query.encode()).unwrap());
    }
    let mut answers = Vec::new();
    while !waiting.is_empty() {
        let Event::Fetched { req, answer } = events.next().await.unwrap() else { continue };
        waiting.retain(|asked| *asked != req);
        match Answer::decode(&answer.unwrap()).unwrap() {
            Answer::Tmux(sessions) => answers.push(sessions),
            other @ (Answer::List(_)
            | Answer::Rows(_)
            | Answer::Found(_)
            | Answer::Capture(_)
            | Answer::Record(_)) => {
                panic!("{other:?}")
            }
        }
    }
    answers
}

#[tokio::test]
async fn what_is_asked_again_after_a_cut_is_made_once() {
    let mut home = Home::with_gateway();
    start_server(&home);
    let enrolment = devtail_client::pair(&home.link.parse().unwrap(), "phone").await.unwrap();
    let credential = Credential::open(Store::memory(enrolment)).unwrap();
    let (client, mut events) = Client::start(Config { credential, agent: "test".into() });
    let query = |server: &str, ask| Query::Tmux(TmuxQuery { server: server.into(), ask });
    let name = "main".to_owned();
    let new = TmuxAsk::NewSession(NewSession { key: [7; 16], name, cwd: "/".into() });
    let new = query("", new);
    let answers = asked(&client, &mut events, &new, 3).await;
    assert!(answers.iter().all(|answer| answer.sessions.len() == 1));
    let (server, session) = (answers[0].server.clone(), answers[0].sessions[0].id);
    let (name, cwd) = (String::new(), "/tmp".to_owned());
    let window = NewWindow { key: [8; 16], session, name, cwd };
    let window = query(&server, TmuxAsk::NewWindow(window));
    asked(&client, &mut events, &window, 2).await;
    home.kill();
    home.restart();
    asked(&client, &mut events, &new, 1).await;
    let after = asked(&client, &mut events, &window, 1).await.remove(0);
    assert_eq!((after.sessions.len(), after.sessions[0].windows.len()), (1, 2));
    let kill = query(&server, TmuxAsk::KillSession(session));
    let after = asked(&client, &mut events, &kill, 2).await;
    assert!(after.iter().all(|answer| answer.sessions.is_empty()));
    // In another life of the server the same id is another session.
    tmux(&home, &["kill-server"]);
    let (pid, _) = server.split_once('.').unwrap();
    while std::path::Path::new("/proc").join(pid).exists() {
        std::thread::yield_now();
    }
    tmux(&home, &["-f", "/dev/null", "new-session", "-d", "-s", "another", "sh"]);
    let after = asked(&client, &mut events, &kill, 1).await.remove(0);
    assert_eq!((after.sessions.len(), after.sessions[0].id), (1, session));
}
