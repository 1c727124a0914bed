//! The window's end of the stream: a thread that may block, so that keys do not wait for a slow window.

use std::io::{self, Write as _};
use std::thread::JoinHandle;

use devtail_client::Client;
use devtail_protocol::Ch;
use tokio::sync::mpsc;

/// Chunks that may wait for the window; beyond that no events are read.
const WAITING_MAX: usize = 4;

/// Bytes for the window, and up to where in the Log they lead.
#[derive(Debug)]
struct Piece {
    bytes: Vec<u8>,
    consumes: Option<(Ch, u64)>,
}

/// Writes to standard output in order, and gives credit for what is written.
#[derive(Debug)]
pub(crate) struct Writer {
    pieces: mpsc::Sender<Piece>,
    thread: JoinHandle<io::Result<()>>,
}

impl Writer {
    pub(crate) fn start(client: Client) -> Self {
        let (pieces, waiting) = mpsc::channel(WAITING_MAX);
        let thread = std::thread::spawn(move || write_all(waiting, &client));
        Self { pieces, thread }
    }

    /// Waits until the window takes more. Cancel-safe.
    ///
    /// # Errors
    /// The window is gone.
    pub(crate) async fn room(&self) -> io::Result<()> {
        let reserved = self.pieces.reserve().await;
        reserved.map(drop).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// Writes what is part of no Log.
    pub(crate) async fn put(&self, bytes: impl Into<Vec<u8>>) {
        self.send(Piece { bytes: bytes.into(), consumes: None }).await;
    }

    /// Writes a part of a channel's Log, which is consumed then up to here.
    pub(crate) async fn put_log(&self, bytes: Vec<u8>, ch: Ch, upto: u64) {
        self.send(Piece { bytes, consumes: Some((ch, upto)) }).await;
    }

    /// Waits until all is written.
    ///
    /// # Errors
    /// The window is gone.
    pub(crate) async fn finish(self) -> io::Result<()> {
        let Self { pieces, thread } = self;
        drop(pieces);
        let ended = tokio::task::spawn_blocking(move || thread.join()).await;
        ended.ok().and_then(Result::ok).unwrap_or_else(|| Err(io::ErrorKind::BrokenPipe.into()))
    }

    async fn send(&self, piece: Piece) {
        // A window that is gone shows at the next `room`.
        let _ = self.pieces.send(piece).await;
    }
}

fn write_all(mut waiting: mpsc::Receiver<Piece>, client: &Client) -> io::Result<()> {
    let mut window = io::stdout();
    while let Some(piece) = waiting.blocking_recv() {
        window.write_all(&piece.bytes)?;
        window.flush()?;
        if let Some((ch, upto)) = piece.consumes {
            client.consume(ch, upto);
        }
    }
    Ok(())
}
