//! What scripts rely on: output, exit statuses, JSON, and that a cut changes none of it.

mod support;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use support::Home;

fn status(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn run_gives_the_commands_own_output_and_status() {
    let home = Home::with_gateway();
    let output =
        home.run(&["run", &home.link, "--", "sh", "-c", "echo out; printf 'a\\r\\n'; exit 7"]);
    assert_eq!(
        (status(&output), output.stdout.as_slice()),
        (7, b"out\na\r\n".as_slice()),
        "{}",
        error(&output)
    );
    assert_eq!(status(&home.run(&["run", "--", "sh", "-c", "kill -9 $$"])), 128 + 9);
    assert_eq!(home.says(&["run", "--cwd", "/", "--", "pwd"]), "/\n");
    assert_eq!(home.says(&["ls", "--json"]), "[]\n", "nothing is left behind");
}

#[test]
fn a_command_that_reads_finds_the_end_of_its_input() {
    let home = Home::with_gateway();
    assert_eq!(home.says(&["run", &home.link, "--", "cat"]), "");
    assert_eq!(status(&home.run(&["run", "--", "no-such-command"])), 127);
    let mut command =
        home.devtail(&["run", "--stdin", "--", "sh", "-c", "cat >/dev/null; echo read"]);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(b"a line, and half of one").unwrap();
    let output = running.wait_with_output().unwrap();
    assert_eq!(status(&output), 0);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "read\n", "what was typed is no output");
}

#[test]
fn a_long_output_arrives_whole_though_the_gateway_is_killed() {
    let mut home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    let lines = |from, upto| -> String {
        (from..upto).map(|i| format!("line-{i}-xxxxxxxxxxxxxxxxxxxx\n")).collect()
    };
    let print = "while [ $i -lt $n ]; do echo line-$i-xxxxxxxxxxxxxxxxxxxx; i=$((i+1)); done";
    let go = home.path().join("go");
    let wait = format!("until [ -e {} ]; do sleep 0.05; done", go.display());
    let script = format!("i=0; n=20000; {print}; {wait}; n=40000; {print}; exit 3");
    let mut command = home.devtail(&["run", "--", "sh", "-c", &script]);
    let mut running = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = running.stdout.take().unwrap();
    let mut half = vec![0; lines(0, 20_000).len()];
    output.read_exact(&mut half[..1000]).unwrap();
    home.kill();
    home.restart();
    output.read_exact(&mut half[1000..]).unwrap();
    assert!(half == lines(0, 20_000).as_bytes(), "the first half is whole");
    home.kill();
    std::fs::write(&go, "").unwrap();
    home.restart();
    let mut rest = Vec::new();
    output.read_to_end(&mut rest).unwrap();
    assert!(
        rest == lines(20_000, 40_000).as_bytes(),
        "the second half is whole: {} bytes",
        rest.len()
    );
    assert_eq!(running.wait().unwrap().code(), Some(3));
}

#[test]
fn run_types_standard_input_if_asked() {
    let home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    let mut command =
        home.devtail(&["run", "--stdin", "--", "sh", "-c", "read a; read b; echo $b-$a"]);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(b"one\ntwo\n").unwrap();
    let output = running.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "two-one\n");
}

#[test]
fn a_run_that_is_told_to_stop_takes_its_command_with_it() {
    let home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    for (signal, number) in [(Signal::TERM, 15), (Signal::HUP, 1)] {
        let running = home.begins(&mut home.devtail(&["run", "--", "sleep", "1000"]));
        kill_process(Pid::from_child(&running), signal).unwrap();
        let output = running.wait_with_output().unwrap();
        assert_eq!(status(&output), 128 + number, "{}", error(&output));
        assert_eq!(error(&output), "", "the command is ended, which is nothing to tell");
        assert_eq!(home.says(&["ls", "--json"]), "[]\n");
    }
}

#[test]
fn a_run_that_cannot_end_its_command_says_so_and_how_to() {
    let mut home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    let running = home.begins(&mut home.devtail(&["run", "--", "sleep", "1000"]));
    home.kill();
    kill_process(Pid::from_child(&running), Signal::TERM).unwrap();
    let output = running.wait_with_output().unwrap();
    assert_eq!(status(&output), 128 + 15);
    let said = error(&output);
    assert!(said.starts_with("devtail: sleep still runs there"), "{said}");
    let remedy = said.split('`').nth(1).and_then(|remedy| remedy.strip_prefix("devtail "));
    home.restart();
    home.says(&remedy.expect("a remedy").split(' ').collect::<Vec<_>>());
    assert_eq!(home.says(&["ls", "--json"]), "[]\n");
}

#[test]
fn a_run_under_nohup_outlives_the_window_it_was_typed_in() {
    let home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    let go = home.path().join("go");
    let wait = format!("until [ -e {} ]; do sleep 0.05; done; exit 3", go.display());
    let mut nohup = home.program("nohup");
    nohup.arg(home.devtail(&[]).get_program()).args(["run", "--", "sh", "-c", &wait]);
    let running = home.begins(&mut nohup);
    kill_process(Pid::from_child(&running), Signal::HUP).unwrap();
    std::fs::write(&go, "").unwrap();
    assert_eq!(status(&running.wait_with_output().unwrap()), 3);
}

#[test]
fn failures_have_their_own_status_and_say_what_to_do() {
    let mut home = Home::with_gateway();
    let link = home.link.clone();
    home.says(&["ls", &link]);
    for (args, wanted, remedy) in [
        (vec!["ls", &link], 77, "devtail pair"),
        (vec!["ls", "http://127.0.0.1:1/#pair=x"], 69, "running"),
        (vec!["ls", "http://127.0.0.1:1/"], 2, "devtail pair"),
        (vec!["kill", "nothing"], 2, "devtail ls"),
        (vec!["ls", "--gateway", "nobody"], 2, "devtail connect LINK"),
        (vec!["run", "--cwd", "relative", "--", "pwd"], 2, "absolute"),
        (vec!["connect"], 2, "devtail run"),
        (vec!["frobnicate"], 2, "--help"),
        (vec!["up", "--listen", "0.0.0.0:0"], 78, "--tls"),
        (vec!["up", "--listen", "127.0.0.1:0"], 78, "--state"),
        (vec!["up", "--log", "a=b=c"], 78, "--log info"),
        (vec!["revoke", "nobody"], 2, "devtail devices"),
        (vec!["devices", "--state", "/dev/null"], 78, "/dev/null"),
        (vec!["devices", "--config", "/no/such/file"], 78, "/no/such/file"),
    ] {
        let output = home.run(&args);
        assert_eq!(status(&output), wanted, "{args:?}: {}", error(&output));
        assert!(error(&output).contains(remedy), "{args:?}: {}", error(&output));
    }
    home.kill();
    let output = home.run(&["pair"]);
    assert!(status(&output) == 69 && error(&output).contains("devtail up"), "{}", error(&output));
}

#[test]
fn a_damaged_file_of_a_gateway_has_the_status_of_a_configuration() {
    let home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    let folder = home.path().join(".config/devtail/gateways");
    let known = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let file = known.into_iter().find(|path| path.extension() == Some("json".as_ref())).unwrap();
    std::fs::write(&file, "{").unwrap();
    let output = home.run(&["ls"]);
    assert_eq!(status(&output), 78, "{}", error(&output));
    assert!(error(&output).contains("pair again"), "{}", error(&output));
}

#[test]
fn every_command_on_the_host_finds_the_state_where_the_configuration_has_it() {
    let home = Home::with_configuration("state = \"kept\"");
    // This one knows no gateway yet, and pairs with the one of its own machine by itself.
    assert_eq!(home.says(&["ls", "--json"]), "[]\n");
    let fresh = home.json(&["pair", "--json"]);
    home.says(&["ls", fresh["link"].as_str().unwrap()]);
    let devices = home.json(&["devices", "--json"]);
    let device = devices[0]["id"].as_str().unwrap();
    let doctor = home.run(&["doctor"]);
    let found = String::from_utf8_lossy(&doctor.stdout);
    assert!(found.contains(&home.listen), "the doctor looks elsewhere: {found}");
    home.says(&["revoke", device]);
    assert_eq!(status(&home.run(&["ls"])), 77);
    assert!(home.path().join(".config/devtail/kept").is_dir());
    assert!(!home.state().exists(), "and nowhere else is one made");
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let home = Home::with_configuration("state = \"kept\"");
    let elsewhere = home.path().join("elsewhere.toml");
    std::fs::write(&elsewhere, "state = \"other\"").unwrap();
    let looks_at = |variables: &[(&str, &Path)], flags: &[&str]| {
        let mut command = home.devtail(&[&["devices"], flags].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (status(&output), error(&output))
    };
    assert_eq!(looks_at(&[], &[]).0, 0);
    for (variables, flags, directory) in [
        (vec![("DEVTAIL_CONFIG", elsewhere.as_path())], vec![], "other"),
        (vec![("DEVTAIL_STATE", Path::new("/no/env"))], vec![], "/no/env"),
        (vec![("DEVTAIL_STATE", Path::new("/no/env"))], vec!["--state", "/no/flag"], "/no/flag"),
    ] {
        let (status, error) = looks_at(&variables, &flags);
        assert!(status == 69 && error.contains(directory), "{directory}: {error}");
    }
}

#[test]
fn whoever_looks_where_no_gateway_ran_is_told_so_and_makes_nothing() {
    let home = Home::empty();
    for args in [&["devices"][..], &["devices", "--json"], &["revoke", "phone"], &["pair"]] {
        let output = home.run(args);
        assert_eq!(status(&output), 69, "{args:?}: {}", error(&output));
        assert!(error(&output).contains("devtail up"), "{args:?}: {}", error(&output));
    }
    home.run(&["doctor"]);
    assert!(!home.state().exists());
}

#[test]
fn a_device_is_known_after_one_link_and_shut_out_by_a_revocation() {
    let home = Home::with_gateway();
    let id = home.says(&["new", &home.link, "--name", "job", "--", "sleep", "1000"]);
    home.gateway_tells("Paired: ann@");
    let listed = home.json(&["ls", "--json"]);
    assert_eq!((&listed[0]["name"], &listed[0]["id"]), (&"job".into(), &id.trim().into()));
    home.says(&["kill", "job"]);
    let devices = home.json(&["devices", "--json"]);
    let device = devices[0]["id"].as_str().unwrap();
    assert!(home.says(&["revoke", device]).contains("shut out"));
    let output = home.run(&["ls"]);
    assert!(status(&output) == 77 && error(&output).contains("pair"), "{}", error(&output));
    let fresh = home.json(&["pair", "--json"]);
    assert!(fresh["expires_at"].as_u64().is_some());
    home.says(&["ls", fresh["link"].as_str().unwrap()]);
}

#[test]
fn a_device_on_the_gateways_own_machine_pairs_by_itself() {
    let home = Home::with_gateway();
    assert_eq!(home.says(&["ls", "--json"]), "[]\n");
    assert_eq!(home.json(&["devices", "--json"]).as_array().unwrap().len(), 1);
}

#[test]
fn lists_are_json_and_the_doctor_finds_nothing_wrong() {
    let home = Home::with_gateway();
    home.says(&["ls", &home.link]);
    assert!(home.json(&["config", "--json"])["listen"].is_string());
    let token = home.json(&["token", "--json"]);
    assert_eq!(token["access_token"].as_str().unwrap().split('.').count(), 3);
    assert!(home.says(&["completions", "bash"]).contains("_devtail"));
    let output = home.run(&["doctor", "--json"]);
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // Whether this build has the page is for other tests.
    let wrong =
        |finding: &&serde_json::Value| finding["state"] == "wrong" && finding["check"] != "page";
    assert!(findings.as_array().unwrap().iter().find(wrong).is_none(), "{findings}");
}

#[test]
fn the_doctor_points_at_what_is_wrong() {
    let home = Home::empty();
    std::fs::create_dir_all(home.state()).unwrap();
    let output = home.run(&["doctor"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(status(&output), 1);
    assert!(text.contains("lets others in") && text.contains("chmod 700"), "{text}");
    std::fs::create_dir_all(home.path().join(".config/devtail")).unwrap();
    std::fs::write(home.path().join(".config/devtail/config.toml"), "lisen = 1").unwrap();
    let output = home.run(&["doctor"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("`listen`") && text.contains("terminal"), "it goes on looking: {text}");
}

#[test]
fn a_gateway_that_is_asked_to_stop_ends_with_0_and_its_terminals_go_on() {
    let mut home = Home::with_gateway();
    home.says(&["new", &home.link, "--name", "job", "--", "sleep", "1000"]);
    kill_process(Pid::from_child(home.gateway()), Signal::TERM).unwrap();
    assert_eq!(home.gateway().wait().unwrap().code(), Some(0));
    home.restart();
    assert_eq!(home.json(&["ls", "--json"])[0]["name"], "job");
}

#[test]
fn what_scrolled_by_is_printed_and_searched_for_scripts() {
    let home = Home::with_gateway();
    let script = "seq -f 'row-%.0f' 1 2499; printf '%0120d\\nrow-2500\\n' 7; printf '\\033[31mred\\033[m end\\n'; sleep 1000";
    home.says(&["new", &home.link, "--name", "log", "--", "sh", "-c", script]);
    let all = loop {
        let all = home.says(&["history", "log"]);
        if all.ends_with("red end\n") {
            break all;
        }
    };
    let rows: String = (1..=2499).map(|n| format!("row-{n}\n")).collect();
    assert_eq!(all, format!("{rows}{:0120}\nrow-2500\nred end\n", 7));
    assert_eq!(home.says(&["history", "log", "--last", "2"]), "row-2500\nred end\n");
    let red = home.says(&["history", "log", "--last", "1", "--color"]);
    assert!(red.contains("31mred\x1b[0m"), "{red:?}");
    let found = home.says(&["history", "log", "--search", "row-24", "--last", "3"]);
    assert_eq!(found, "2497:row-2497\n2498:row-2498\n2499:row-2499\n");
    assert_eq!(home.says(&["history", "log", "--search", "ROW-24"]), "");
    let refused = home.run(&["history", "log", "--search", ""]);
    assert!(!refused.status.success());
}
