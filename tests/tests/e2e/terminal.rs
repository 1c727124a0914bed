//! `devtail connect` as a person uses it: in a real terminal, which tmux plays.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use devtail_tests::gateway::{self, Gateway};

use crate::support::{PATIENCE, Person};

/// A terminal window with `devtail connect` in it.
struct Window {
    socket: String,
}

impl Window {
    fn open(person: &Person, arguments: &[&str]) -> Result<Self> {
        Self::run(person, Command::new(gateway::program("devtail")?).args(arguments))
    }

    /// A window with another program in it.
    fn run(person: &Person, program: &Command) -> Result<Self> {
        let nanos = std::time::UNIX_EPOCH.elapsed()?.as_nanos();
        let window = Self { socket: format!("devtail-test-{}-{nanos}", std::process::id()) };
        let mut command =
            window.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30"]);
        for (name, value) in person.environment() {
            command.arg("-e").arg(format!("{name}={}", value.display()));
        }
        command.arg(program.get_program()).args(program.get_args());
        let status = command.status().context("tmux is missing: apt-get install tmux")?;
        ensure!(status.success(), "tmux did not start");
        Ok(window)
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-L", &self.socket]).args(arguments);
        command
    }

    fn types(&self, keys: &[&str]) -> Result<()> {
        let status = self.tmux(&[&["send-keys"], keys].concat()).status()?;
        ensure!(status.success(), "tmux takes no keys: the window is closed");
        Ok(())
    }

    fn screen(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).output()?.stdout)
            .into_owned())
    }

    /// Waits until a line of the screen is this, or the screen holds it when `what` is a part of a line.
    fn shows(&self, what: &str) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen()?;
            if screen.lines().any(|line| line.trim_end() == what) {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("the screen never showed {what:?}; it shows:\n{screen}");
            }
            // Between two looks: there is no event to wait for on somebody else's screen.
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until what runs in it has ended, and the window with it.
    fn closes(&self) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        while self.tmux(&["has-session"]).output()?.status.success() {
            ensure!(Instant::now() < until, "the window stays open:\n{}", self.screen()?);
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _gone = self.tmux(&["kill-server"]).output();
    }
}

#[test]
fn a_person_types_the_gateway_is_killed_and_the_same_shell_goes_on() -> Result<()> {
    let mut gateway = Gateway::start()?;
    let person = Person::new()?;
    let window = Window::open(&person, &["connect", gateway.link()])?;
    window.types(&["shell=$$; n=0; echo rea''dy", "Enter"])?;
    window.shows("ready")?;
    gateway.kill()?;
    window.types(&["n=$((n+1)); echo n=$n same=$((shell==$$))", "Enter"])?;
    gateway.restart()?;
    window.shows("n=1 same=1")?;
    window.types(&["Enter", "~."])?;
    window.closes()?;
    ensure!(person.output(&["ls", "--json"])?.contains("\"pid\""), "leaving ended the shell");
    Ok(())
}

#[test]
fn the_program_sees_the_size_of_the_window_and_its_changes() -> Result<()> {
    let gateway = Gateway::start()?;
    let window = Window::open(&Person::new()?, &["connect", gateway.link()])?;
    window.types(&["stty size | sed s/^/size:/", "Enter"])?;
    window.shows("size:30 100")?;
    window.tmux(&["resize-window", "-x", "77", "-y", "22"]).status()?;
    // The shell may be asked before it heard of the change.
    window.types(&[
        "until stty size | grep -q '22 77'; do :; done; stty size | sed s/^/size:/",
        "Enter",
    ])?;
    window.shows("size:22 77")
}

#[test]
fn a_shell_that_ends_closes_the_window_with_its_status() -> Result<()> {
    let gateway = Gateway::start()?;
    let person = Person::new()?;
    let told = tempfile::NamedTempFile::new()?;
    let script = r#""$1" connect "$2"; echo $? > "$3""#;
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(gateway::program("devtail")?);
    let window = Window::run(&person, shell.arg(gateway.link()).arg(told.path()))?;
    window.types(&["echo rea''dy", "Enter"])?;
    window.shows("ready")?;
    window.types(&["kill -9 $$", "Enter"])?;
    window.closes()?;
    assert_eq!(std::fs::read_to_string(told.path())?.trim(), "137", "128, and 9 for SIGKILL");
    Ok(())
}
