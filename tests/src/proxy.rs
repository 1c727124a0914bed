//! A TCP proxy on loopback that breaks as networks do: resets, half-open ends, silent stalls.
//!
//! Clients dial [`Proxy::address`]; it dials the gateway. What it carries it does not look at.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// How the connections that stand now come to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Both ends get a reset.
    Reset,
    /// The client gets a reset; the gateway's end stays open and hears nothing more.
    GatewayHalfOpen,
    /// The gateway gets a reset; the client's end stays open and hears nothing more.
    ClientHalfOpen,
}

/// What every connection watches.
#[derive(Debug, Clone, Copy)]
struct Orders {
    /// Nothing passes while this holds; nothing is lost either.
    stalled: bool,
    /// How many cuts there were. A connection ends with the first one after its birth.
    cuts: u64,
    /// The newest cut.
    last: Cut,
}

/// A running proxy; it ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    orders: watch::Sender<Orders>,
    received: Arc<AtomicU64>,
    accepting: AbortHandle,
}

impl Proxy {
    /// Listens on a free port and carries what comes to `target`.
    ///
    /// # Errors
    /// No port of loopback can be listened on.
    pub async fn start(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("cannot listen on loopback")?;
        let address = listener.local_addr()?;
        let (orders, watched) =
            watch::channel(Orders { stalled: false, cuts: 0, last: Cut::Reset });
        let received = Arc::new(AtomicU64::new(0));
        let accepting =
            tokio::spawn(accept(listener, target, watched, Arc::clone(&received))).abort_handle();
        Ok(Self { address, orders, received, accepting })
    }

    /// Where clients dial.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Bytes that clients were sent in all.
    pub fn received_bytes(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Ends every connection that stands now, and lets go of the ends an earlier cut left open.
    pub fn cut(&self, how: Cut) {
        self.orders.send_modify(|orders| {
            orders.cuts += 1;
            orders.last = how;
        });
    }

    /// Lets nothing pass until [`Self::flow`]: what was sent waits.
    pub fn stall(&self) {
        self.orders.send_modify(|orders| orders.stalled = true);
    }

    /// Lets everything pass again.
    pub fn flow(&self) {
        self.orders.send_modify(|orders| orders.stalled = false);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    orders: watch::Receiver<Orders>,
    received: Arc<AtomicU64>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let orders = orders.clone();
        let received = Arc::clone(&received);
        tokio::spawn(async move {
            match TcpStream::connect(target).await {
                Ok(stream) => carry(client, Counted { stream, received }, orders).await,
                // Nobody listens: the client is told as the kernel would tell it.
                Err(_) => reset(&client),
            }
        });
    }
}

/// The gateway's end, which counts what comes from it.
struct Counted {
    stream: TcpStream,
    received: Arc<AtomicU64>,
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(task, buffer);
        self.received.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(task, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}

async fn carry(mut client: TcpStream, mut gateway: Counted, mut orders: watch::Receiver<Orders>) {
    let born = orders.borrow_and_update().cuts;
    // Small keys must not wait in the proxy for an acknowledgement.
    if client.set_nodelay(true).and(gateway.stream.set_nodelay(true)).is_err() {
        return;
    }
    let Some(cut) = carry_until_cut(&mut client, &mut gateway, born, &mut orders).await else {
        return;
    };
    let open = match cut {
        Cut::Reset => {
            reset(&gateway.stream);
            reset(&client);
            return;
        }
        Cut::GatewayHalfOpen => {
            reset(&client);
            drop(client);
            gateway.stream
        }
        Cut::ClientHalfOpen => {
            reset(&gateway.stream);
            drop(gateway);
            client
        }
    };
    let cuts = orders.borrow().cuts;
    // Until the next cut, or the end of the proxy. Nothing is read: the other end may write into the void.
    let _ended = orders.wait_for(|orders| orders.cuts > cuts).await;
    reset(&open);
}

/// None if an end closed by itself.
async fn carry_until_cut(
    client: &mut TcpStream,
    gateway: &mut Counted,
    born: u64,
    orders: &mut watch::Receiver<Orders>,
) -> Option<Cut> {
    let mut copy = pin!(copy_bidirectional(client, gateway));
    loop {
        let now = *orders.borrow_and_update();
        if now.cuts > born {
            return Some(now.last);
        }
        if now.stalled {
            orders.changed().await.ok()?;
        } else {
            tokio::select! {
                _ended = &mut copy => return None,
                changed = orders.changed() => changed.ok()?,
            }
        }
    }
}

/// Makes the coming close a reset.
fn reset(end: &TcpStream) {
    // The socket may be gone already, which is what is wanted.
    let _gone = end.set_zero_linger();
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn pair() -> (TcpListener, Proxy, TcpStream, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let proxy = Proxy::start(listener.local_addr().unwrap()).await.unwrap();
        let client = TcpStream::connect(proxy.address()).await.unwrap();
        let (gateway, _) = listener.accept().await.unwrap();
        (listener, proxy, client, gateway)
    }

    async fn passes(from: &mut TcpStream, to: &mut TcpStream) {
        from.write_all(b"x").await.unwrap();
        assert_eq!(to.read_u8().await.unwrap(), b'x');
    }

    /// Whether nothing comes: a bounded wait, since nothing cannot be waited for.
    async fn is_silent(end: &mut TcpStream) -> bool {
        tokio::time::timeout(Duration::from_millis(50), end.read_u8()).await.is_err()
    }

    #[tokio::test]
    async fn bytes_pass_both_ways_until_a_reset_ends_both() {
        let (_listener, proxy, mut client, mut gateway) = pair().await;
        passes(&mut client, &mut gateway).await;
        passes(&mut gateway, &mut client).await;
        assert_eq!(proxy.received_bytes(), 1);
        proxy.cut(Cut::Reset);
        assert!(client.read_u8().await.is_err());
        assert!(gateway.read_u8().await.is_err());
    }

    #[tokio::test]
    async fn a_half_open_end_hears_nothing_until_the_next_cut() {
        let (_listener, proxy, mut client, mut gateway) = pair().await;
        passes(&mut client, &mut gateway).await;
        proxy.cut(Cut::GatewayHalfOpen);
        assert!(client.read_u8().await.is_err());
        assert!(is_silent(&mut gateway).await);
        proxy.cut(Cut::Reset);
        assert!(gateway.read_u8().await.is_err());
    }

    #[tokio::test]
    async fn a_stall_delays_and_loses_nothing() {
        let (_listener, proxy, mut client, mut gateway) = pair().await;
        passes(&mut client, &mut gateway).await;
        proxy.stall();
        client.write_all(b"y").await.unwrap();
        assert!(is_silent(&mut gateway).await);
        proxy.flow();
        assert_eq!(gateway.read_u8().await.unwrap(), b'y');
    }

    #[tokio::test]
    async fn a_connection_born_after_a_cut_lives() {
        let (_listener, proxy, mut client, mut gateway) = pair().await;
        passes(&mut client, &mut gateway).await;
        proxy.cut(Cut::Reset);
        assert!(client.read_u8().await.is_err());
        let mut late = TcpStream::connect(proxy.address()).await.unwrap();
        assert!(is_silent(&mut late).await);
    }
}
