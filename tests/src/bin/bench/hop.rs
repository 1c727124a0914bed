//! The other half of an echo's floor: a process that gives back every WebSocket message, and every byte on a Unix socket, and
//! does nothing else.

use std::io::{BufRead as _, BufReader, Write as _, stdout};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use futures_util::{SinkExt as _, StreamExt as _};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixListener};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Read buffers of a server that holds many links.
const READ_BYTES: usize = 4 << 10;

/// A running hop; it ends when dropped.
pub(crate) struct Hop {
    child: Child,
    /// Where it listens.
    pub(crate) url: String,
    /// Its Unix socket.
    pub(crate) socket: PathBuf,
    _folder: TempDir,
}

impl Hop {
    /// Starts the bench's own program as one.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("hop");
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg("--hop").arg(&socket).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let out = child.stdout.take().context("its output is a pipe")?;
        BufReader::new(out).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned(), socket, _folder: folder })
    }
}

impl Drop for Hop {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// How both ends of a bare WebSocket are set up: nothing is held back, and little is read ahead.
pub(crate) fn config() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(READ_BYTES).write_buffer_size(0)
}

/// Says where it listens, and echoes one connection after another until it is killed.
pub(crate) async fn serve(socket: &Path) -> Result<()> {
    let unix = UnixListener::bind(socket)?;
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(stdout(), "ws://{}/", tcp.local_addr()?)?;
    stdout().flush()?;
    tokio::try_join!(messages(tcp), bytes(unix)).map(drop)
}

async fn bytes(listener: UnixListener) -> Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let mut byte = [0];
        while stream.read_exact(&mut byte).await.is_ok() {
            stream.write_all(&byte).await?;
        }
    }
}

async fn messages(listener: TcpListener) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let accepted = tokio_tungstenite::accept_async_with_config(stream, Some(config()));
        let mut socket = accepted.await?;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_binary() {
                socket.send(message).await?;
            }
        }
    }
}
