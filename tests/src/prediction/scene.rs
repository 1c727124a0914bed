//! Where a session is recorded: a home with a small project in it, and the programs as people set them up.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use devtail_channels::terminal::Size;
use rustix::process::{Pid, Signal, getuid, kill_process};
use tempfile::TempDir;

use super::tty::Tty;

/// What runs in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// bash, with a prompt that names the folder.
    Bash,
    /// zsh with zsh-autosuggestions, a history and a clock at the right.
    Zsh,
    /// fish, with a history.
    Fish,
    /// Python's own prompt.
    Python,
    /// bash of somebody who has to give a password to sudo.
    Stranger,
    /// A coding agent, without a network: its input box.
    Agent,
}

/// A program in its terminal, with a home of its own.
#[derive(Debug)]
pub struct Stage {
    /// The terminal.
    pub tty: Tty,
    servers: Vec<Child>,
    home: TempDir,
}

const BASHRC: &str = "PS1='dev@box:\\W\\$ '\nHISTFILE=\n";
const ZSHRC: &str = "PS1='%F{green}%1~%f %# '\nRPS1='%F{8}%T%f'\nHISTFILE=$HOME/.history\nHISTSIZE=100\nSAVEHIST=0\n\
    bindkey -e\nsource /usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh\n";
const FISHRC: &str = "function fish_prompt\n  set_color green; echo -n (basename $PWD); set_color normal; echo -n '> '\nend\n\
    set -g fish_greeting\n";
const PAST: [&str; 5] = [
    "git status",
    "git log --oneline --graph",
    "cargo test --workspace",
    "docker compose up --build",
    "echo done",
];

impl Stage {
    /// Starts a program in a home of its own. `before`: words to put before its command line.
    ///
    /// # Errors
    /// A program is not installed, or there is no terminal to be had.
    pub fn set(program: Program, size: Size, before: &[String]) -> Result<Self> {
        let home = tempfile::Builder::new().prefix("box-").tempdir()?;
        let servers = furnish(home.path(), program)?;
        let mut words = before.to_vec();
        words.extend(program.command().into_iter().map(str::to_owned));
        let folder = home.path().join("shop");
        let tty = Tty::start(&words, &folder, environment(home.path()), size)?;
        Ok(Self { tty, servers, home })
    }

    /// Starts another program beside it, in a terminal of its own.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn beside(
        &self,
        words: &[String],
        more: (&'static str, String),
        size: Size,
    ) -> Result<Tty> {
        let mut environment = environment(self.home.path());
        environment.push(more);
        Tty::start(words, self.home.path(), environment, size)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
        // An agent leaves servers behind, which name its home.
        for pid in naming(self.home.path()) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

impl Program {
    fn command(self) -> Vec<&'static str> {
        let is_root = getuid().is_root();
        match self {
            Self::Bash => vec!["bash"],
            Self::Zsh => vec!["zsh"],
            Self::Fish => vec!["fish"],
            Self::Python => vec!["/usr/bin/python3", "-q"],
            Self::Stranger if is_root => {
                vec!["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "bash"]
            }
            Self::Stranger => vec!["bash"],
            Self::Agent => vec!["codex", "--no-alt-screen"],
        }
    }
}

/// The processes with a path in their command line.
fn naming(path: &Path) -> Vec<Pid> {
    let named = path.display().to_string();
    let names = |pid: &i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&named)
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(names).filter_map(Pid::from_raw).collect()
}

fn environment(home: &Path) -> Vec<(&'static str, String)> {
    let home = home.display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let codex = format!("{home}/.codex");
    vec![
        ("HOME", home.clone()),
        ("ZDOTDIR", home),
        ("CODEX_HOME", codex),
        // The agent asks nobody: there is no network, and this is no key.
        ("BOX_KEY", "none".into()),
        ("PATH", path),
        ("USER", "dev".into()),
        ("LANG", "C.UTF-8".into()),
        ("TERM", "xterm-256color".into()),
        ("COLORTERM", "truecolor".into()),
    ]
}

/// Fills a home; what has to run beside it.
fn furnish(home: &Path, program: Program) -> Result<Vec<Child>> {
    let shop = home.join("shop");
    fs::create_dir_all(shop.join("src"))?;
    fs::create_dir_all(home.join(".config/fish"))?;
    fs::create_dir_all(home.join(".local/share/fish"))?;
    fs::create_dir_all(home.join(".codex"))?;
    fs::write(home.join(".bashrc"), BASHRC)?;
    fs::write(home.join(".zshrc"), ZSHRC)?;
    fs::write(home.join(".config/fish/config.fish"), FISHRC)?;
    fs::write(home.join(".history"), PAST.join("\n") + "\n")?;
    let past = PAST.map(|line| format!("- cmd: {line}\n  when: 1700000000\n"));
    fs::write(home.join(".local/share/fish/fish_history"), past.concat())?;
    fs::write(home.join(".vimrc"), "set nocompatible ruler showcmd\nsyntax on\n")?;
    let trusted = fs::canonicalize(&shop)?;
    fs::write(home.join(".codex/config.toml"), agent(&trusted))?;
    fs::write(shop.join("README.md"), "# Shop\n\nA cart, its items, and their total.\n")?;
    fs::write(shop.join("note.txt"), "To do:\n")?;
    fs::write(shop.join("src/cart.py"), cart())?;
    let git = "git init -q -b main && git add -A && git -c user.name=dev -c user.email=dev@box commit -qm 'a cart' \
        && git config user.name dev && git config user.email dev@box && echo '# more' >> README.md";
    let status = Command::new("sh").args(["-c", git]).current_dir(&shop).status()?;
    ensure!(status.success(), "git cannot be used");
    if program != Program::Stranger {
        return Ok(Vec::new());
    }
    let opened = Command::new("chmod").args(["-R", "a+rX"]).arg(home).status()?;
    ensure!(opened.success(), "the home cannot be opened to a stranger");
    Ok(vec![server(home)?])
}

fn cart() -> String {
    let mut text = "class Cart:\n    def __init__(self):\n        self.items = []\n\n".to_owned();
    for number in 1..=30 {
        text += &format!(
            "    def total_{number}(self, discount=0):\n        return sum(self.items[:{number}]) - discount\n\n"
        );
    }
    text
}

fn agent(shop: &Path) -> String {
    format!(
        "model = \"none\"\nmodel_provider = \"box\"\ncheck_for_update_on_startup = false\n\
         [model_providers.box]\nname = \"box\"\nbase_url = \"http://127.0.0.1:9/v1\"\nenv_key = \"BOX_KEY\"\n\
         [projects.\"{}\"]\ntrust_level = \"trusted\"\n",
        shop.display()
    )
}

/// An ssh server of its own, which asks for passwords.
fn server(home: &Path) -> Result<Child> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let key = home.join("host_key");
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key);
    ensure!(keygen.status()?.success(), "ssh-keygen failed");
    let config = format!(
        "Host box\n  HostName 127.0.0.1\n  Port {port}\n  User nobody\n  StrictHostKeyChecking no\n\
         UserKnownHostsFile /dev/null\n  PubkeyAuthentication no\n  KbdInteractiveAuthentication no\n  LogLevel ERROR\n"
    );
    let path = home.join("shop/ssh.conf");
    fs::write(&path, config)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    fs::create_dir_all("/run/sshd")?;
    let server = Command::new("/usr/sbin/sshd")
        .args(["-D", "-f", "/dev/null", "-o", "UsePAM=yes", "-o", "PidFile=none", "-o"])
        .arg(format!("ListenAddress=127.0.0.1:{port}"))
        .arg("-h")
        .arg(&key)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    server.context("cannot start sshd: install openssh-server")
}
