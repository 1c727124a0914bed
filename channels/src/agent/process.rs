//! An agent's process: its lines, its last words, and nothing of it left behind.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// Bytes of one line: a file's text before and after a change stands in one.
const LINE_BYTES_MAX: usize = 16 << 20;
/// Bytes kept of what an agent writes to its standard error.
const WORDS_BYTES_MAX: usize = 64 << 10;
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
    group: Option<Pid>,
    cookie: String,
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
        let cookie = format!("{:032x}", getrandom::u64().map_err(io::Error::other)?);
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
        tokio::spawn(listen(stderr, Arc::clone(&words)));
        Ok(Self { child, stdin, stdout, line: Vec::new(), words, group, cookie })
    }

    /// The next line, without its end; `None` once it and everything it started have closed their output. Cancel safe.
    ///
    /// # Errors
    /// The pipe failed, or a line is longer than 16 MiB.
    pub async fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            let arrived = self.stdout.fill_buf().await?;
            if arrived.is_empty() {
                return Ok(None);
            }
            let end = arrived.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(arrived.len(), |end| end + 1);
            self.line.extend_from_slice(&arrived[..end.unwrap_or(taken)]);
            self.stdout.consume(taken);
            if self.line.len() > LINE_BYTES_MAX {
                let words = "the agent wrote a line of more than 16 MiB";
                return Err(io::Error::new(io::ErrorKind::InvalidData, words));
            }
            if end.is_some() {
                let line = std::mem::take(&mut self.line);
                return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
            }
        }
    }

    /// Writes a line.
    ///
    /// # Errors
    /// The agent is gone.
    pub async fn write(&mut self, line: &str) -> io::Result<()> {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await
    }

    /// The end of what it wrote to its standard error, at most 64 KiB.
    pub fn last_words(&self) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&words.iter().copied().collect::<Vec<_>>()).into_owned()
    }

    /// Ends it and everything it started, and waits for it.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub async fn end(&mut self) -> io::Result<ExitStatus> {
        self.kill();
        self.child.wait().await
    }

    fn kill(&mut self) {
        if let Some(group) = self.group.take() {
            let _ = kill_process_group(group, Signal::KILL);
            // Who was left may have started another meanwhile.
            let _none = (0..ROUNDS_MAX).find(|_| !kill_marked(&self.cookie));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
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

/// Kills every process with this cookie that is not dying already. Whether there was one.
fn kill_marked(cookie: &str) -> bool {
    let marked = format!("{COOKIE}={cookie}");
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    let mut any = false;
    for process in processes.flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if has(&process.path(), marked.as_bytes())
            && let Some(pid) = Pid::from_raw(pid)
            && kill_process(pid, Signal::KILL).is_ok()
        {
            any = true;
        }
    }
    any
}

/// Whether a process was started with this variable. One that has ended, or is another person's, was not.
fn has(process: &Path, variable: &[u8]) -> bool {
    let environment = std::fs::read(process.join("environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|one| one == variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Launch {
        let argv = ["sh", "-c", script].map(str::to_owned).to_vec();
        Launch { argv, cwd: "/".into(), ..Launch::default() }
    }

    #[tokio::test]
    async fn lines_go_both_ways_and_what_is_behind_the_last_is_none() {
        let mut process = Process::start(&shell("read a; echo \"got $a\"; printf rest")).unwrap();
        process.write("this").await.unwrap();
        assert_eq!(process.line().await.unwrap().as_deref(), Some("got this"));
        assert_eq!(process.line().await.unwrap(), None);
    }

    #[tokio::test]
    async fn nothing_that_an_agent_started_outlives_it_wherever_it_went() {
        let script = "setsid sh -c 'sleep 1000 & sleep 1000' & (sleep 1000 &) ; echo started; cat";
        let mut process = Process::start(&shell(script)).unwrap();
        assert_eq!(process.line().await.unwrap().as_deref(), Some("started"));
        assert!(!process.end().await.unwrap().success());
        // Each of them has the pipe open: its end is theirs.
        assert_eq!(process.line().await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_agent_gets_what_it_needs_of_the_hosts_environment_and_nothing_else() {
        let mut launch = shell("env | cut -d= -f1; exit");
        launch.env.insert("OPENAI_BASE_URL".to_owned(), "http://127.0.0.1:1".to_owned());
        let mut process = Process::start(&launch).unwrap();
        let mut names = Vec::new();
        while let Some(name) = process.line().await.unwrap() {
            names.push(name);
        }
        assert!(
            names.iter().any(|name| name == "PATH")
                && names.iter().any(|name| name == "OPENAI_BASE_URL")
        );
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
        let mut process = Process::start(&shell(
            "yes no | head -c 100000 >&2; echo end >&2; exec 2>&-; echo x; cat",
        ))
        .unwrap();
        process.line().await.unwrap();
        let until_end = async {
            while !process.last_words().ends_with("end\n") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), until_end).await.unwrap();
        assert!(process.last_words().len() <= WORDS_BYTES_MAX);
    }
}
