//! A home of its own for each test: a gateway in it, commands in it, and a window to type into.
#![allow(
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "each test program uses its part"
)]

pub mod window;

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const DEVTAIL: &str = env!("CARGO_BIN_EXE_devtail");

/// A home directory, and the gateway that runs in it. Dropped, everything in it ends.
pub struct Home {
    folder: tempfile::TempDir,
    gateway: Option<Child>,
    /// Where programs are looked for.
    programs: String,
    pub listen: String,
    pub link: String,
}

impl Home {
    /// A home with a gateway on a free port.
    pub fn with_gateway() -> Self {
        let mut home = Self::empty();
        home.start("127.0.0.1:0");
        home
    }

    /// A home whose configuration file says this, and a gateway that obeys it.
    pub fn with_configuration(toml: &str) -> Self {
        let mut home = Self::empty();
        std::fs::create_dir_all(home.path().join(".config/devtail")).unwrap();
        std::fs::write(home.path().join(".config/devtail/config.toml"), toml).unwrap();
        home.start("127.0.0.1:0");
        home
    }

    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tmux")).unwrap();
        let programs = std::env::var("PATH").unwrap();
        Self { folder, gateway: None, programs, listen: String::new(), link: String::new() }
    }

    /// A home with a gateway on a host that has no tmux, nor much else.
    pub fn without_tmux() -> Self {
        let mut home = Self::empty();
        home.programs = "/nowhere".into();
        home.start("127.0.0.1:0");
        home
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn state(&self) -> PathBuf {
        self.path().join(".local/state/devtail")
    }

    /// A devtail command in this home.
    pub fn devtail(&self, args: &[&str]) -> Command {
        let mut command = self.program(DEVTAIL);
        command.args(args);
        command
    }

    /// Another program in this home.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env_clear().envs(self.env()).stdin(Stdio::null());
        command
    }

    pub fn env(&self) -> Vec<(String, String)> {
        let home = self.path().to_str().unwrap().to_owned();
        let tmux = format!("{home}/tmux");
        [
            ("HOME", home.as_str()),
            ("PATH", &self.programs),
            ("TMUX_TMPDIR", &tmux),
            ("SHELL", "/bin/sh"),
            ("USER", "ann"),
            ("TERM", "xterm-256color"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.devtail(args).output().unwrap()
    }

    /// Starts a command and waits until its terminal, the only one, runs.
    pub fn begins(&self, command: &mut Command) -> Child {
        let running = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while self.says(&["ls", "--json"]).len() < 10 {}
        running
    }

    /// What a command that succeeds prints.
    pub fn says(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.says(args)).unwrap()
    }

    /// Kills the gateway with -9.
    pub fn kill(&mut self) {
        let mut gateway = self.gateway.take().unwrap();
        gateway.kill().unwrap();
        gateway.wait().unwrap();
    }

    /// Starts it again on its port.
    pub fn restart(&mut self) {
        let listen = self.listen.clone();
        self.start(&listen);
    }

    /// Waits until the gateway has told its person a line with these words in it.
    pub fn gateway_tells(&self, words: &str) {
        let tells = || std::fs::read_to_string(self.told()).unwrap().contains(words);
        while !tells() {
            std::thread::yield_now();
        }
    }

    fn told(&self) -> PathBuf {
        self.path().join("gateway.err")
    }

    pub fn gateway(&mut self) -> &mut Child {
        self.gateway.as_mut().unwrap()
    }

    /// Ends the tmux server of this home, if one runs.
    fn kill_tmux(&self) {
        let asked = self.program("tmux").args(["display-message", "-p", "#{pid}"]).output();
        let pid =
            asked.ok().and_then(|said| String::from_utf8(said.stdout).ok()?.trim().parse().ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    fn start(&mut self, listen: &str) {
        let mut up = self.devtail(&["up", "--json", "--listen", listen]);
        let told = File::create(self.told()).unwrap();
        let mut gateway = up.stdout(Stdio::piped()).stderr(told).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(gateway.stdout.take().unwrap()).read_line(&mut line).unwrap();
        self.gateway = Some(gateway);
        let said: Value = serde_json::from_str(&line).expect("one JSON line once it serves");
        self.listen = said["listen"].as_str().unwrap().to_owned();
        self.link = said["link"].as_str().unwrap().to_owned();
        assert_eq!(said["url"], format!("http://{}/", self.listen));
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(mut gateway) = self.gateway.take() {
            let _ = gateway.kill();
            let _ = gateway.wait();
        }
        self.kill_tmux();
        // Holders outlive a gateway on purpose, but not a test.
        for pid in processes_naming(self.path().as_os_str().as_encoded_bytes()) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn processes_naming(words: &[u8]) -> Vec<Pid> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let names = |pid: &i32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.windows(words.len()).any(|part| part == words)
    };
    pids.filter(names).filter_map(Pid::from_raw).collect()
}
