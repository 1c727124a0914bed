//! The real gateway as a process: started as a person starts it, killed as no person should.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long a gateway may take to say that it serves, on a machine that does other things too.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// How long it may take to say good-bye to everybody.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// A running gateway with a state folder of its own. Dropped, it ends, and so does every holder it started.
#[derive(Debug)]
pub struct Gateway {
    child: Child,
    state: tempfile::TempDir,
    listen: SocketAddr,
    link: String,
    flags: &'static [&'static str],
    environment: Vec<(OsString, OsString)>,
}

impl Gateway {
    /// Starts `devtail up` on a free port of loopback.
    ///
    /// # Errors
    /// The program is not built, or did not say in time that it serves.
    pub fn start() -> Result<Self> {
        Self::start_at("127.0.0.1:0", &[])
    }

    /// Starts it at another address, told this besides.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_at(listen: &str, flags: &'static [&'static str]) -> Result<Self> {
        let state = tempfile::tempdir().context("cannot make a state folder")?;
        Self::start_with(state, listen, flags, Vec::new())
    }

    /// Starts it with its state in a folder of this one, and with this in its environment besides.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_in(folder: &Path, environment: Vec<(OsString, OsString)>) -> Result<Self> {
        let state = tempfile::tempdir_in(folder).context("cannot make a state folder")?;
        Self::start_with(state, "127.0.0.1:0", &[], environment)
    }

    fn start_with(
        state: tempfile::TempDir,
        listen: &str,
        flags: &'static [&'static str],
        environment: Vec<(OsString, OsString)>,
    ) -> Result<Self> {
        let (child, listen, link) = up(state.path(), listen, flags, &environment)?;
        Ok(Self { child, state, listen, link, flags, environment })
    }

    /// Where it serves.
    pub const fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// The link of the first pairing, with its code.
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its state folder.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// A fresh pairing link.
    ///
    /// # Errors
    /// `devtail pair` failed or printed no link.
    pub fn pair(&self) -> Result<String> {
        let output = Command::new(program("devtail")?)
            .args(["pair", "--json", "--state"])
            .arg(self.state.path())
            .stdin(Stdio::null())
            .output()?;
        ensure!(
            output.status.success(),
            "devtail pair: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let said: Value =
            serde_json::from_slice(&output.stdout).context("devtail pair --json prints JSON")?;
        Ok(said["link"].as_str().context("devtail pair prints a link")?.to_owned())
    }

    /// Kills it with -9: no good-bye, no flush.
    ///
    /// # Errors
    /// It cannot be killed.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill().context("cannot kill the gateway")?;
        self.child.wait().map(drop).context("cannot wait for the gateway")
    }

    /// Whether it has ended by itself.
    ///
    /// # Errors
    /// It cannot be asked.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait().context("cannot ask for the gateway")?.is_some())
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// It did not end within 30 s.
    pub fn ended(&mut self) -> Result<std::process::ExitStatus> {
        let until = Instant::now() + ENDS_WITHIN;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < until, "the gateway did not end within {ENDS_WITHIN:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts it again after [`Self::kill`] or [`Self::ended`], with the same state and on the same port.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn restart(&mut self) -> Result<()> {
        let listen = self.listen.to_string();
        let (child, listen, link) = up(self.state.path(), &listen, self.flags, &self.environment)?;
        (self.child, self.listen, self.link) = (child, listen, link);
        Ok(())
    }

    /// The processes that were started with this state folder: the gateway and its holders.
    pub fn processes(&self) -> Vec<u32> {
        processes_naming(self.state.path().as_os_str())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Holders outlive a gateway on purpose, but not a test.
        let ended = self.kill();
        for pid in self.processes() {
            if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
                let _gone = kill_process(pid, Signal::KILL);
            }
        }
        drop(ended);
    }
}

/// A program of this workspace: at `$DEVTAIL_BIN` (only `devtail`), or beside the program that runs now.
///
/// # Errors
/// It is not there; the message says what builds it.
pub fn program(name: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("DEVTAIL_BIN").filter(|_| name == "devtail") {
        return Ok(path.into());
    }
    let here = std::env::current_exe()?;
    let folder = here.ancestors().skip(1).find(|folder| folder.join(name).is_file());
    let folder = folder
        .with_context(|| format!("{name} is not built: run `cargo build --workspace --bins`"))?;
    Ok(folder.join(name))
}

fn up(
    state: &Path,
    listen: &str,
    flags: &[&str],
    environment: &[(OsString, OsString)],
) -> Result<(Child, SocketAddr, String)> {
    // A home of its own: a login shell of this machine may take long for its profile, or leave it half done when it is ended.
    let home = state.join("home");
    std::fs::create_dir_all(&home)?;
    let mut child = Command::new(program("devtail")?)
        .args(["up", "--json", "--listen", listen, "--state"])
        .arg(state)
        .args(flags)
        .env("HOME", home)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().context("its output is a pipe")?;
    let said = first_line(BufReader::new(stdout));
    let parsed = said.and_then(|said| parse(&said));
    if parsed.is_err() {
        child.kill()?;
        child.wait()?;
    }
    let (listen, link) = parsed?;
    Ok((child, listen, link))
}

fn first_line(mut stdout: BufReader<std::process::ChildStdout>) -> Result<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = stdout.read_line(&mut line).map(|_| line);
        // Whoever waited may have given up.
        let _given_up = send.send(read);
        // The pipe stays open as long as the gateway lives, so that printing never fails it.
        let _closed = std::io::copy(&mut stdout, &mut std::io::sink());
    });
    receive
        .recv_timeout(STARTS_WITHIN)
        .context("the gateway did not say in time that it serves")?
        .context("its output")
}

fn parse(line: &str) -> Result<(SocketAddr, String)> {
    let said: Value = serde_json::from_str(line)
        .with_context(|| format!("devtail up --json printed {line:?}"))?;
    let text =
        |field: &str| said[field].as_str().with_context(|| format!("no {field:?} in {line:?}"));
    Ok((text("listen")?.parse().context("listen is an address")?, text("link")?.to_owned()))
}

/// The ids of the processes whose arguments or environment hold these words.
fn processes_naming(words: &OsStr) -> Vec<u32> {
    let words = words.as_encoded_bytes();
    let holds = |path: PathBuf| {
        std::fs::read(path)
            .is_ok_and(|bytes| bytes.windows(words.len()).any(|window| window == words))
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let own = std::process::id();
    ids.filter(|id| *id != own && holds(PathBuf::from(format!("/proc/{id}/cmdline")))).collect()
}
