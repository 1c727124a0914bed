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
