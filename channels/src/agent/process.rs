//! An agent's process: its lines, its last words, and nothing of it left behind.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Bytes of one line: a file's text before and after a change stands in one.
const LINE_BYTES_MAX: usize = 16 << 20;
/// Bytes kept of what an agent writes to its standard error.
const WORDS_BYTES_MAX: usize = 64 << 10;
/// How long the last words of one that has ended are waited for.
const WORDS_WITHIN: Duration = Duration::from_secs(1);
/// Times that the descendants are looked for: one that the kernel cannot end now is not waited for.
const ROUNDS_MAX: u32 = 64;
/// By this an agent's descendants are known, wherever they have gone.
const COOKIE: &str = "DEVTAIL_AGENT";
/// Variables of the host's environment that an agent is given; what is a secret, or a setting of ours, is not among them.
const ALLOWED: [&str; 19] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "TZ",
    "TMPDIR",
    "TERM",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "NODE_EXTRA_CA_CERTS",
    "SSL_CERT_FILE",
];

/// What to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launch {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Variables besides those of the host that every agent is given.
    pub env: BTreeMap<String, String>,
    /// Absolute directory to start in.
    pub cwd: PathBuf,
}

/// A running agent. Dropping it ends it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// What has arrived of the next line.
    line: Vec<u8>,
    words: Arc<Mutex<VecDeque<u8>>>,
    /// Gathers them.
    listener: JoinHandle<()>,
    group: Option<Pid>,
    cookie: String,
    /// When it started; what it starts does so later.
    since: u64,
    /// How it ended; what it wrote before is read still.
    ended: Option<ExitStatus>,
}

/// What an agent's process did.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// It took so many bytes.
    Took(usize),
    /// It wrote a line, here without its end.
    Line(String),
    /// It has ended, and so has everything it started; there are no more lines.
    Ended(ExitStatus),
}

impl Process {
    /// Starts it, in a process group of its own.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(launch: &Launch) -> io::Result<Self> {
        let [program, arguments @ ..] = &launch.argv[..] else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no program is named"));
        };
        let cookie = format!("{:016x}", getrandom::u64().map_err(io::Error::other)?);
        let host = ALLOWED.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(host)
            .envs(&launch.env)
            .env(COOKIE, &cookie)
            .current_dir(&launch.cwd)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipe = || io::Error::other("a pipe is missing");
        let stdin = child.stdin.take().ok_or_else(pipe)?;
        let stdout = BufReader::new(child.stdout.take().ok_or_else(pipe)?);
        let stderr = child.stderr.take().ok_or_else(pipe)?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let words = Arc::default();
        let listener = tokio::spawn(listen(stderr, Arc::clone(&words)));
        let line = Vec::new();
        let own = child.id().map(|id| Path::new("/proc").join(id.to_string()));
        let since = own.and_then(|own| started(&own)).unwrap_or_default();
        let ended = None;
        Ok(Self { child, stdin, stdout, line, words, listener, group, cookie, since, ended })
    }

    /// What it does next: takes some of these bytes, writes a line, or ends. Both directions at once, for an agent that writes
    /// may not read until it is read. Cancel safe.
    ///
    /// # Errors
    /// A pipe failed, or a line is longer than 16 MiB.
    pub async fn step(&mut self, out: &[u8]) -> io::Result<Step> {
        loop {
            let Self { child, stdin, stdout, line, ended, .. } = self;
            if let Some(status) = *ended {
                // What it started is dead as well, so this comes to an end; but for who cannot be found or killed.
                if let Ok(Some(line)) =
                    timeout(WORDS_WITHIN, next_line(stdout, line)).await.unwrap_or(Ok(None))
                {
                    return Ok(Step::Line(line));
                }
                if !self.listener.is_finished() {
                    drop(timeout(WORDS_WITHIN, &mut self.listener).await);
                }
                return Ok(Step::Ended(status));
            }
            tokio::select! {
                biased;
                read = next_line(stdout, line) => match read? {
                    Some(line) => return Ok(Step::Line(line)),
                    // It closed its output, and is of no use any more.
                    None => self.kill(),
                },
                took = stdin.write(out), if !out.is_empty() => return took.map(Step::Took),
                status = child.wait() => {
                    *ended = Some(status?);
                    self.kill();
                    continue;
                }
            }
            self.ended = Some(self.child.wait().await?);
        }
    }

    /// The end of what it wrote to its standard error, at most 64 KiB.
    pub fn last_words(&self) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&words.iter().copied().collect::<Vec<_>>()).into_owned()
    }

    /// Ends it and everything it started; [`Step::Ended`] follows.
    pub fn kill(&mut self) {
        if let Some(group) = self.group.take() {
            let _ = kill_process_group(group, Signal::KILL);
            // Who was left may have started another meanwhile.
            let _none = (0..ROUNDS_MAX).find(|_| !kill_marked(&self.cookie, self.since));
        }
    }
}

/// The next line; `None` at the end. Cancel safe: what has arrived of it stays in `line`.
async fn next_line(
    stdout: &mut BufReader<ChildStdout>,
    line: &mut Vec<u8>,
) -> io::Result<Option<String>> {
    loop {
        let arrived = stdout.fill_buf().await?;
        if arrived.is_empty() {
            return Ok(None);
        }
        let end = arrived.iter().position(|byte| *byte == b'\n');
        line.extend_from_slice(&arrived[..end.unwrap_or(arrived.len())]);
        let taken = end.map_or(arrived.len(), |end| end + 1);
        stdout.consume(taken);
        if line.len() > LINE_BYTES_MAX {
            let words = "the agent wrote a line of more than 16 MiB";
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
        if end.is_some() {
            let line = std::mem::take(line);
            return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        self.listener.abort();
    }
}

async fn listen(mut stderr: ChildStderr, words: Arc<Mutex<VecDeque<u8>>>) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend(&buffer[..read]);
        let over = words.len().saturating_sub(WORDS_BYTES_MAX);
        words.drain(..over);
    }
}

/// Kills every process with this cookie that is not dying already. Whether there may be another: one was killed, or is being
/// replaced by the program that it runs and has no environment for this moment.
fn kill_marked(cookie: &str, since: u64) -> bool {
    let marked = format!("{COOKIE}={cookie}");
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    let mut any = false;
    for process in processes.flatten() {
        let pid = process.file_name().to_str().and_then(|name| Pid::from_raw(name.parse().ok()?));
        let (Some(pid), path) = (pid, process.path()) else { continue };
        // One that has ended, or is another person's, cannot be read.
        let Ok(environment) = std::fs::read(path.join("environ")) else { continue };
        any |= if environment.is_empty() {
            // The kernel's own have no program.
            std::fs::read_link(path.join("exe")).is_ok()
                && started(&path).is_some_and(|started| started >= since)
        } else {
            environment.split(|byte| *byte == 0).any(|one| one == marked.as_bytes())
                && kill_process(pid, Signal::KILL).is_ok()
        };
    }
    any
}

/// When a process started, in clock ticks since boot; `None` if it has ended. proc_pid_stat(5).
fn started(process: &Path) -> Option<u64> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    // The name before it may have spaces and brackets.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Launch {
        let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
        Launch { argv, cwd: "/".into(), ..Launch::default() }
    }

    fn line(text: &str) -> Step {
        Step::Line(text.to_owned())
    }

    /// The lines it writes until it ends.
    async fn rest(process: &mut Process) -> (Vec<String>, ExitStatus) {
        let mut lines = Vec::new();
        loop {
            match process.step(b"").await.unwrap() {
                Step::Line(line) => lines.push(line),
                Step::Ended(status) => return (lines, status),
                Step::Took(took) => panic!("it took {took} bytes of nothing"),
            }
        }
    }

    #[tokio::test]
    async fn lines_go_both_ways_and_behind_the_last_comes_how_it_ended() {
        let mut process =
            Process::start(&shell("read a; echo \"got $a\"; printf rest; exit 3")).unwrap();
        assert_eq!(process.step(b"this\n").await.unwrap(), Step::Took(5));
        assert_eq!(process.step(b"").await.unwrap(), line("got this"));
        let (lines, status) = rest(&mut process).await;
        assert_eq!((lines.len(), status.code()), (0, Some(3)));
    }

    #[tokio::test]
    async fn one_that_writes_before_it_reads_is_read_and_then_reads() {
        let mut process =
            Process::start(&shell("yes line | head -n 100000; head -c 1000000 | wc -c")).unwrap();
        let out = vec![b'x'; 1_000_000];
        let (mut sent, mut lines, mut last) = (0, 0, String::new());
        loop {
            match process.step(&out[sent..]).await.unwrap() {
                Step::Took(took) => sent += took,
                Step::Line(line) => (lines, last) = (lines + 1, line),
                Step::Ended(_) => break,
            }
        }
        assert_eq!((sent, lines, last.trim()), (1_000_000, 100_001, "1000000"));
    }

    #[tokio::test]
    async fn nothing_that_an_agent_started_outlives_it_wherever_it_went() {
        let start = "setsid sh -c 'sleep 1000 & sleep 1000' & (sleep 1000 &) ; echo started";
        for end in ["cat", "exit 0"] {
            let mut process = Process::start(&shell(&format!("{start}; {end}"))).unwrap();
            assert_eq!(process.step(b"").await.unwrap(), line("started"));
            if end == "cat" {
                process.kill();
            }
            // Each of them has the pipe open: its end is theirs.
            let (lines, status) = rest(&mut process).await;
            assert_eq!((lines.len(), status.success()), (0, end != "cat"));
        }
    }

    #[tokio::test]
    async fn an_agent_gets_what_it_needs_of_the_hosts_environment_and_nothing_else() {
        let mut launch = shell("env | cut -d= -f1");
        launch.env.insert("OPENAI_BASE_URL".to_owned(), "http://127.0.0.1:1".to_owned());
        let (names, _) = rest(&mut Process::start(&launch).unwrap()).await;
        let has = |name: &str| names.iter().any(|other| other == name);
        assert!(has("PATH") && has("OPENAI_BASE_URL"));
        // A shell sets some of its own.
        let own = ["OPENAI_BASE_URL", COOKIE, "PWD", "OLDPWD", "SHLVL", "_"];
        let others: Vec<_> = names
            .iter()
            .filter(|name| !ALLOWED.iter().chain(&own).any(|known| known == name))
            .collect();
        assert!(others.is_empty(), "{others:?}");
    }

    #[tokio::test]
    async fn last_words_are_the_end_of_what_it_complained_about() {
        let script = "yes no | head -c 100000 >&2; echo end >&2; echo x; cat";
        let mut process = Process::start(&shell(script)).unwrap();
        assert_eq!(process.step(b"").await.unwrap(), line("x"));
        while !process.last_words().ends_with("end\n") {
            tokio::task::yield_now().await;
        }
        assert!(process.last_words().len() <= WORDS_BYTES_MAX);
    }
}
