//! The command line, as scripts use it.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use devtail_tests::gateway::Gateway;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{PATIENCE, Person, get};

#[test]
fn run_gives_a_commands_output_and_exit_status() -> Result<()> {
    let gateway = Gateway::start()?;
    let person = Person::new()?;
    let output =
        person.devtail(&["run", gateway.link(), "--", "sh", "-c", "echo out; exit 7"])?.output()?;
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "out");
    // The gateway is known by now, so the link is not needed again.
    assert_eq!(person.output(&["run", "--", "echo", "again"])?.trim(), "again");
    Ok(())
}

#[test]
fn run_loses_nothing_of_a_long_output() -> Result<()> {
    let gateway = Gateway::start()?;
    let output = Person::new()?.output(&["run", gateway.link(), "--", "seq", "200000"])?;
    let numbers = output.lines().map(|line| line.trim_end().parse::<u32>());
    let numbers: Vec<u32> = numbers.collect::<Result<_, _>>().context("a line was torn")?;
    ensure!(numbers.iter().copied().eq(1..=200_000), "{} of 200000 lines came", numbers.len());
    Ok(())
}

#[test]
fn a_terminal_is_made_listed_and_ended() -> Result<()> {
    let gateway = Gateway::start()?;
    let person = Person::new()?;
    let list = |person: &Person| -> Result<Value> {
        Ok(serde_json::from_str(&person.output(&["ls", "--json"])?)?)
    };
    person.output(&["new", gateway.link(), "--name", "mine"])?;
    let listed = list(&person)?;
    ensure!(listed.to_string().contains("\"mine\""), "{listed}");
    person.output(&["kill", "mine"])?;
    let listed = list(&person)?;
    ensure!(!listed.to_string().contains("\"mine\""), "{listed}");
    Ok(())
}

#[test]
fn a_wrong_link_fails_with_a_sentence_and_the_code_for_it() -> Result<()> {
    let gateway = Gateway::start()?;
    let person = Person::new()?;
    let failed = |arguments: &[&str]| -> Result<(Option<i32>, String)> {
        let output = person.devtail(arguments)?.output()?;
        Ok((output.status.code(), String::from_utf8(output.stderr)?))
    };
    let wrong = gateway.link().split_once("#pair=").context("a link has a code")?.0;
    let (code, sentence) = failed(&["ls", &format!("{wrong}#pair=AAAAAAAAAAAAAAAAAAAAAA")])?;
    assert_eq!(code, Some(77), "{sentence}");
    ensure!(sentence.contains("devtail pair"), "no remedy in {sentence:?}");
    let (code, sentence) = failed(&["ls", "http://127.0.0.1:9/#pair=AAAAAAAAAAAAAAAAAAAAAA"])?;
    assert_eq!(code, Some(69), "{sentence}");
    ensure!(sentence.trim().lines().count() <= 2, "more than a sentence: {sentence:?}");
    Ok(())
}

#[test]
fn a_public_address_without_tls_is_refused_with_the_reason() -> Result<()> {
    let person = Person::new()?;
    let state = tempfile::tempdir()?;
    let path = state.path().to_str().context("a path in UTF-8")?;
    let output = person.devtail(&["up", "--listen", "0.0.0.0:0", "--state", path])?.output()?;
    assert_eq!(output.status.code(), Some(78));
    let sentence = String::from_utf8(output.stderr)?.to_lowercase();
    ensure!(sentence.contains("tls"), "no reason in {sentence:?}");
    Ok(())
}

#[test]
fn a_gateway_that_is_told_to_stop_ends_with_0_and_its_shells_go_on() -> Result<()> {
    let mut gateway = Gateway::start()?;
    let person = Person::new()?;
    person.output(&["new", gateway.link(), "--name", "survivor"])?;
    let pid = Pid::from_raw(i32::try_from(gateway.pid())?).context("a process has an id")?;
    kill_process(pid, Signal::TERM)?;
    ensure!(gateway.ended()?.success(), "SIGTERM is a good-bye, not a failure");
    gateway.restart()?;
    let until = Instant::now() + PATIENCE;
    while get(gateway.listen(), "/readyz")?.status != 200 {
        ensure!(Instant::now() < until, "the gateway never says that it is ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    ensure!(
        person.output(&["ls", "--json"])?.contains("survivor"),
        "the shell ended with its gateway"
    );
    Ok(())
}

#[test]
fn what_the_command_line_offers_is_explained() -> Result<()> {
    let person = Person::new()?;
    let help = person.output(&["--help"])?;
    for command in [
        "up", "connect", "ls", "new", "attach", "kill", "run", "pair", "devices", "revoke",
        "doctor",
    ] {
        ensure!(help.contains(&format!("\n  {command} ")), "{command} is not in the help");
        ensure!(!person.output(&[command, "--help"])?.is_empty());
    }
    let script = person.output(&["completions", "bash"])?;
    let checked = Command::new("bash").args(["-n", "-c", &script]).status()?;
    ensure!(checked.success(), "bash does not understand its completions");
    Ok(())
}
