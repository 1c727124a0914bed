//! What a person in a terminal window relies on.

mod support;

use support::Home;
use support::window::Window;

#[test]
fn a_shell_goes_on_where_it_was_left_and_ends_the_window_with_its_status() {
    let home = Home::with_gateway();
    let mut window = Window::open(&home, &["connect", &home.link]);
    window.types("X=kept; echo is-$((40+2))\r");
    window.shows("is-42");
    window.types("\r~.");
    assert_eq!(window.ends(), 0);
    assert!(window.shown.contains("goes on"), "{}", window.shown);
    let mut again = Window::open(&home, &["connect"]);
    again.types("echo was-$X; exit 3\r");
    again.shows("was-kept");
    assert_eq!(again.ends(), 3);
    assert!(again.shown.contains("exited with 3"), "{}", again.shown);
    assert_eq!(home.says(&["ls", "--json"]), "[]\n");
}

#[test]
fn a_hand_off_opens_the_very_terminal_and_its_link_opens_nothing_twice() {
    let home = Home::with_gateway();
    home.says(&[
        "new",
        &home.link,
        "--name",
        "older",
        "--",
        "sh",
        "-c",
        "echo in-the-older; exec sh",
    ]);
    home.says(&["new", "--name", "newer"]);
    let link = home.json(&["handoff", "older", "--json"])["link"].as_str().unwrap().to_owned();
    let other = Home::empty();
    let mut window = Window::open(&other, &["connect", &link]);
    window.shows("in-the-older");
    window.types("echo typed-$((40+2))\r");
    window.shows("typed-42");
    window.types("\r~.");
    assert_eq!(window.ends(), 0);
    let again = Home::empty().run(&["connect", &link]);
    assert_ne!(again.status.code(), Some(0));
}

#[test]
fn what_is_typed_while_the_gateway_is_dead_is_typed_once() {
    let mut home = Home::with_gateway();
    let mut window = Window::open(&home, &["connect", &home.link]);
    window.types("echo first-$((1+1))\r");
    window.shows("first-2");
    home.kill();
    window.shows("devtail: ");
    let log = home.path().join("log");
    window.types(&format!("echo $((20+2))-typed >> {}\r", log.display()));
    window.shows("waits");
    home.restart();
    window.types("echo back-$((1+1))\r");
    window.shows("back-2");
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "22-typed\n");
    window.types("\r~.");
    window.ends();
}

#[test]
fn what_is_typed_while_the_gateway_is_dead_stands_there_all_the_same() {
    let mut home = Home::with_gateway();
    let mut window = Window::open(&home, &["connect", &home.link]);
    window.types("PS1='de''v> '\r");
    window.shows("dev> ");
    // Typing is guessed once it was seen to be echoed.
    window.types("echo");
    window.shows("echo");
    home.kill();
    window.types(" un''seen");
    window.stands("echo un''seen");
    home.restart();
    window.types("\r");
    window.stands("\nunseen");
}

#[test]
fn the_window_drives_the_size() {
    let home = Home::with_gateway();
    let mut window = Window::open(&home, &["connect", &home.link]);
    window.types("stty size\r");
    window.shows("30 100");
    window.resizes(120, 40);
    window.types("stty size; echo\r");
    window.shows("40 120");
}

#[test]
fn a_paste_of_a_megabyte_loses_no_byte() {
    let home = Home::with_gateway();
    let mut window = Window::open(&home, &["connect", &home.link]);
    window.types("stty -echo; echo ready-$((1+1)); head -c 1500000 | cksum; echo done-$((1+1))\r");
    window.shows("ready-2");
    let paste: String = (0..100_000).map(|n| format!("{n:014}\n")).collect();
    window.types(&paste);
    window.shows("done-2");
    std::fs::write(home.path().join("paste"), &paste).unwrap();
    let wanted =
        std::process::Command::new("cksum").arg(home.path().join("paste")).output().unwrap();
    let wanted = String::from_utf8(wanted.stdout).unwrap();
    let sum = wanted.split(' ').next().unwrap();
    assert!(window.shown.contains(sum), "{sum} is not in {}", window.shown);
}

#[test]
fn an_attached_program_is_left_with_the_window_as_it_was() {
    let home = Home::with_gateway();
    let script = "printf '\\033[?1049h\\033[?1000h\\033[?25lfull-screen'; sleep 1000";
    home.says(&["new", &home.link, "--name", "app", "--", "sh", "-c", script]);
    let mut window = Window::open(&home, &["attach", "app"]);
    window.shows("full-screen");
    window.types("~.");
    window.ends();
    let after = &window.shown[window.shown.find("full-screen").unwrap()..];
    for restored in ["\x1b[?1049l", "\x1b[?1000l", "\x1b[?25h"] {
        assert!(after.contains(restored), "{after:?}");
    }
}

#[test]
fn what_scrolled_by_is_paged_through_and_searched_in_the_window() {
    let home = Home::with_gateway();
    let mut window = Window::open(&home, &["connect", &home.link]);
    window.types("PS1='$ '; seq -f 'row-%.0f.' 1 3000; echo all-$((1+1))\r");
    window.shows("all-2");
    window.types("\r~h");
    window.shows("\x1b[?1049h");
    window.shows("row-3000.");
    window.types("\x1b[H");
    window.shows("row-1.");
    window.shows("rows 1–");
    window.types("\x1b[6~");
    window.shows("row-40.");
    window.types("\x1b[F");
    window.shows("row-3000.");
    window.types("/ROW-1234\r");
    window.shows("no older");
    window.types("/row-1234\r");
    // The place stands out over the row.
    window.shows("\x1b[0;30;43mrow-1234\x1b[0m.");
    // A hurried one does not wait until the history is gone.
    window.types("qecho live-$((1+1))\r");
    window.shows("\x1b[?1049l");
    window.shows("live-2");
    window.types("\r~.");
    assert_eq!(window.ends(), 0);
}

#[test]
fn history_that_is_open_while_the_gateway_is_dead_says_so_and_goes_on() {
    let mut home = Home::with_gateway();
    let mut window = Window::open(&home, &["connect", &home.link]);
    window.types("seq -f 'row-%.0f.' 1 3000; echo all-$((1+1))\r");
    window.shows("all-2");
    window.types("\r~h");
    window.shows("row-3000.");
    home.kill();
    window.shows("only what is here");
    window.types("\x1b[H");
    window.shows("…");
    home.restart();
    window.shows("row-1.");
    window.types("q");
    window.shows("\x1b[?1049l");
    window.shows("all-2");
    window.types("\r~.");
    assert_eq!(window.ends(), 0);
}

#[test]
fn a_terminal_of_which_no_byte_is_lost_goes_on_behind_its_history() {
    let home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    let mut run = home.devtail(&["run", "--", "sh", "-c", "seq 1 100; sleep 1000"]);
    let mut running = home.begins(&mut run);
    let mut window = Window::open(&home, &["attach", "sh"]);
    window.shows("100");
    window.types("~h");
    window.shows("\x1b[?1049h");
    window.types("q");
    window.shows("\x1b[?1049l");
    window.types("typed");
    window.shows("typed");
    window.types("\r~.");
    assert_eq!(window.ends(), 0);
    running.kill().unwrap();
    running.wait().unwrap();
}
