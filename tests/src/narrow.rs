//! A slow way to a gateway: a TCP relay on loopback with a delay, a rate and a short queue in each direction.
//!
//! What it does not do is lose packets: it is the way a phone has behind a base station, not the air before it. It reads no
//! more than its queue takes, and asks the kernel for a small receive buffer, so that a sender feels it as on a real path.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// What a sender may be ahead of the rate: the queue of a base station that is not bloated.
const QUEUE: Duration = Duration::from_millis(200);
/// Bytes of one piece: a packet's payload.
const PIECE: usize = 1400;
/// Pieces under way at most; more than any rate here puts into delay and queue.
const PIECES_MAX: usize = 4096;
/// Bytes the kernel may hold of what the relay has not read.
const KERNEL_BYTES: u32 = 8 << 10;

/// What a way is like.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    /// One way.
    pub delay: Duration,
    /// Bytes a second, each way.
    pub rate: u64,
}

/// A running relay; it ends when dropped.
#[derive(Debug)]
pub struct Narrow {
    address: SocketAddr,
    received: Arc<AtomicU64>,
    accepting: AbortHandle,
}

impl Narrow {
    /// Listens on a free port and carries what comes to `target`, along such a path.
    ///
    /// # Errors
    /// No port of loopback can be listened on.
    pub async fn start(target: SocketAddr, path: Path) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("cannot listen on loopback")?;
        let address = listener.local_addr()?;
        let received = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&received);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, target, path, Arc::clone(&count)));
            }
        });
        Ok(Self { address, received, accepting: accepting.abort_handle() })
    }

    /// Where clients dial.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes that clients were sent in all.
    pub fn received_bytes(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(client: TcpStream, target: SocketAddr, path: Path, received: Arc<AtomicU64>) {
    let Ok(gateway) = dial(target).await else { return };
    if client.set_nodelay(true).and(gateway.set_nodelay(true)).is_err() {
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_gateway, to_gateway) = gateway.into_split();
    // Whichever way ends takes the other with it.
    tokio::select! {
        () = way(from_client, to_gateway, path, Arc::default()) => {}
        () = way(from_gateway, to_client, path, received) => {}
    }
}

async fn dial(target: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(KERNEL_BYTES)?;
    socket.connect(target).await
}

async fn way(from: OwnedReadHalf, to: OwnedWriteHalf, path: Path, count: Arc<AtomicU64>) {
    let (enter, leave) = mpsc::channel(PIECES_MAX);
    tokio::select! {
        () = take(from, enter, path) => {}
        () = give(to, leave, &count) => {}
    }
}

/// Reads at the path's rate; says of each piece when it arrives.
async fn take(mut from: OwnedReadHalf, enter: mpsc::Sender<(Instant, Vec<u8>)>, path: Path) {
    let mut free_at = Instant::now();
    loop {
        let mut piece = vec![0; PIECE];
        let Ok(len @ 1..) = from.read(&mut piece).await else { return };
        piece.truncate(len);
        let on_the_wire = Duration::from_secs_f64(len as f64 / path.rate as f64);
        free_at = free_at.max(Instant::now()) + on_the_wire;
        if enter.send((free_at + path.delay, piece)).await.is_err() {
            return;
        }
        if let Some(room_at) = free_at.checked_sub(QUEUE) {
            sleep_until(room_at).await;
        }
    }
}

async fn give(
    mut to: OwnedWriteHalf,
    mut leave: mpsc::Receiver<(Instant, Vec<u8>)>,
    count: &AtomicU64,
) {
    while let Some((at, piece)) = leave.recv().await {
        sleep_until(at).await;
        if to.write_all(&piece).await.is_err() {
            return;
        }
        count.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_passes_takes_the_delay_and_the_rate() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let path = Path { delay: Duration::from_millis(50), rate: 100_000 };
        let narrow = Narrow::start(listener.local_addr().unwrap(), path).await.unwrap();
        let mut client = TcpStream::connect(narrow.address()).await.unwrap();
        let (mut gateway, _) = listener.accept().await.unwrap();
        let began = Instant::now();
        client.write_all(b"x").await.unwrap();
        assert_eq!(gateway.read_u8().await.unwrap(), b'x');
        assert!(began.elapsed() >= path.delay);
        let began = Instant::now();
        let text = vec![b'y'; 30_000];
        gateway.write_all(&text).await.unwrap();
        let mut back = vec![0; text.len()];
        client.read_exact(&mut back).await.unwrap();
        // No upper bound: a busy machine may be slower, never faster.
        assert!(began.elapsed() >= Duration::from_millis(340), "{:?}", began.elapsed());
        assert_eq!(narrow.received_bytes(), 30_000);
    }
}
