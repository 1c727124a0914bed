//! Others, run beside us: each is a small file in tests/peers that says how to start it, how to type, and how to see the
//! echo.
//!
//! ```text
//! adapter.rs: what the file says ──► Peer: started, with a folder and a port of its own ──► Line: one program, typed into
//! ```

mod adapter;
mod line;
mod shelf;
mod template;
mod web;

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use devtail_channels::terminal::Size;
use rustix::process::{Pid, Signal, kill_process_group};

pub(crate) use self::adapter::Adapter;
use self::adapter::Way;
pub(crate) use self::line::Line;
pub(crate) use self::shelf::{chosen, shipped};
use self::template::Template;
pub(crate) use self::web::Web;
use crate::raw::RawPty;

const STARTS_WITHIN: Duration = Duration::from_secs(10);

/// A peer whose server runs; it ends when this is dropped.
pub(crate) struct Peer {
    adapter: Adapter,
    template: Template,
    server: Option<Child>,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Peer {
    /// Starts one for this program, on a free port of this address, in the namespace of this thread.
    pub(crate) fn start(adapter: &Adapter, address: Ipv4Addr, program: &[String]) -> Result<Self> {
        Self::begin(adapter, address, program).with_context(|| format!("peer {}", adapter.name))
    }

    fn begin(adapter: &Adapter, address: Ipv4Addr, program: &[String]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind((address, 0))?.local_addr()?.port();
        let path = folder.path().display().to_string();
        let template = Template::new(&path, address, port, program);
        for (name, text) in &adapter.files {
            fs::write(folder.path().join(name), template.text(text))?;
        }
        for words in &adapter.before {
            let status = quiet(template.command(words)?).status()?;
            ensure!(status.success(), "`{}` failed ({status})", words.join(" "));
        }
        let server = match &adapter.server {
            Some(server) => {
                // A group of its own, so that what it starts ends with it.
                let started = quiet(template.command(&server.argv)?).process_group(0).spawn();
                Some(started.context("its server does not start")?)
            }
            None => None,
        };
        let mut peer = Self { adapter: adapter.clone(), template, server, port, _folder: folder };
        peer.wait_for_port(address)?;
        Ok(peer)
    }

    /// Where its server listens.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// What a person would start in a terminal to reach the program.
    pub(crate) fn client(&self) -> Result<Command> {
        match &self.adapter.way {
            Way::Client(client) => {
                let mut command = self.template.command(&client.argv)?;
                command.envs(&client.env).stderr(Stdio::null());
                Ok(command)
            }
            Way::WebSocket(_) => bail!("{} has no client in a terminal", self.adapter.name),
        }
    }

    /// Reaches the program, which has 80 columns and 24 rows.
    pub(crate) async fn open(&self) -> Result<Line> {
        let open = async {
            anyhow::Ok(match &self.adapter.way {
                Way::Client(client) => {
                    Line::Pty(RawPty::of(self.client()?, Size::default())?.seen_as(client.echo))
                }
                Way::WebSocket(socket) => {
                    Line::Web(Box::new(Web::connect(&socket.filled(&self.template)).await?))
                }
            })
        };
        open.await.with_context(|| format!("peer {}", self.adapter.name))
    }

    fn wait_for_port(&mut self, address: Ipv4Addr) -> Result<()> {
        let Some(server) = &mut self.server else { return Ok(()) };
        let began = Instant::now();
        while TcpStream::connect((address, self.port)).is_err() {
            if let Some(status) = server.try_wait()? {
                bail!("its server ended at once ({status}); start it by hand to see why");
            }
            ensure!(
                began.elapsed() < STARTS_WITHIN,
                "its server does not listen on its {{port}} within {STARTS_WITHIN:?}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let group = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
            let _gone = group.map(|group| kill_process_group(group, Signal::KILL));
            let _gone = server.wait();
        }
    }
}

fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
