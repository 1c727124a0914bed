//! A real sshd, and the bytes that a TCP port has moved by the kernel's own count.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

/// Bytes before a TCP payload on this path: IPv4, TCP, and the timestamps that Linux adds.
const HEADERS: u64 = 20 + 20 + 12;
const STARTS_WITHIN: Duration = Duration::from_secs(10);

/// A running sshd; it ends when dropped.
pub(crate) struct Sshd {
    child: Child,
    folder: tempfile::TempDir,
    address: Ipv4Addr,
    pub(crate) port: u16,
}

impl Sshd {
    /// Starts one for the user of this process, with a key of its own, on a free port of this address.
    pub(crate) fn start(address: Ipv4Addr) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        for key in ["host", "user"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(folder.path().join(key))
                .status();
            ensure!(made.context("install openssh-client")?.success(), "ssh-keygen failed");
        }
        fs::copy(folder.path().join("user.pub"), folder.path().join("authorized"))?;
        let port = TcpListener::bind((address, 0))?.local_addr()?.port();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let config = format!(
            "Port {port}\nListenAddress {address}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n",
            path("host"),
            path("authorized"),
        );
        fs::write(folder.path().join("config"), config)?;
        // sshd runs itself again and must be called by its whole path; it insists on this folder.
        let _there = fs::create_dir_all("/run/sshd");
        let program = program().context("sshd is missing: apt-get install openssh-server")?;
        let child = Command::new(program)
            .args(["-D", "-f", &path("config")])
            .stderr(Stdio::null())
            .spawn()?;
        let sshd = Self { child, folder, address, port };
        let began = Instant::now();
        while std::net::TcpStream::connect((address, port)).is_err() {
            if began.elapsed() > STARTS_WITHIN {
                bail!("sshd does not listen");
            }
            std::thread::yield_now();
        }
        Ok(sshd)
    }

    /// ssh to it, compressed or not, which runs this command on a terminal.
    pub(crate) fn client(&self, is_compressed: bool, command: &str) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(is_compressed.then_some("-C"));
        ssh.args(["-tt", "-q", "-F", "none", "-p", &self.port.to_string(), "-i"]);
        ssh.arg(self.folder.path().join("user"));
        for option in ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"] {
            ssh.args(["-o", option]);
        }
        ssh.arg(self.address.to_string()).arg(command);
        ssh
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

fn program() -> Option<PathBuf> {
    ["/usr/sbin/sshd", "/usr/bin/sshd"].map(PathBuf::from).into_iter().find(|path| path.is_file())
}

/// What the connections of this port have sent and received so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    /// IP packets, both ways, in bytes.
    pub(crate) ip_bytes: u64,
    /// TCP payload that the port sent.
    pub(crate) sent_bytes: u64,
}

impl Moved {
    /// Asks the kernel.
    pub(crate) fn of(port: u16) -> Result<Self> {
        let said = Command::new("ss")
            .args(["-tinH", "state", "established", &format!("( sport = :{port} )")])
            .output()
            .context("ss is missing: apt-get install iproute2")?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let sum = |name: &str| -> u64 {
            said.split_whitespace()
                .filter_map(|word| word.strip_prefix(name)?.parse::<u64>().ok())
                .sum()
        };
        let (sent_bytes, received) = (sum("bytes_sent:"), sum("bytes_received:"));
        let segments = sum("segs_out:") + sum("segs_in:");
        ensure!(segments > 0, "the kernel says nothing of port {port}");
        Ok(Self { ip_bytes: sent_bytes + received + HEADERS * segments, sent_bytes })
    }

    /// What moved since an earlier count.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            ip_bytes: self.ip_bytes - before.ip_bytes,
            sent_bytes: self.sent_bytes - before.sent_bytes,
        }
    }
}
