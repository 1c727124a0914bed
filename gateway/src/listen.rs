//! The accept loop: it never stops for one bad connection, and never spins when the system is out of descriptors.

use crate::{
    greet::greet,
    limits::{ACCEPT_BACKOFF, ACCEPT_BACKOFF_MAX, BACKLOG},
    pending::Full,
    shared::Shared,
};
use std::{io, net::SocketAddr, sync::Arc};
use tokio::{
    net::{TcpListener, TcpSocket},
    time::sleep,
};
use tracing::{debug, warn};

/// Takes the address. The kernel keeps [`BACKLOG`] who wait to be accepted.
///
/// # Errors
/// What the system says: in use, or not this machine's.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts until it is dropped. While the gateway is full, whoever comes waits in the kernel's queue: sent away, they would
/// come again, each time later, and ten thousand who lost their gateway at once would take a minute.
pub(crate) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut backoff = ACCEPT_BACKOFF;
    loop {
        shared.pending.room().await;
        match listener.accept().await {
            Ok((tcp, remote)) => {
                backoff = ACCEPT_BACKOFF;
                // On a dual-stack listener an IPv4 peer comes as ::ffff:a.b.c.d.
                let remote = SocketAddr::new(remote.ip().to_canonical(), remote.port());
                match shared.pending.enter(remote.ip()) {
                    Ok(place) => drop(tokio::spawn(greet(tcp, remote, place, shared.clone()))),
                    Err(full) => {
                        debug!(%remote, ?full, "closed: too many connections wait to prove who they are");
                        shared.metrics.turned_away.add(word(full), 1);
                    }
                }
            }
            Err(error) if is_of_one_connection(&error) => {
                debug!(%error, "a connection was gone before it was accepted")
            }
            Err(error) => {
                if backoff == ACCEPT_BACKOFF {
                    warn!(%error, "cannot accept connections; trying again. Out of descriptors? See `ulimit -n`");
                }
                sleep(backoff).await;
                backoff = (backoff * 2).min(ACCEPT_BACKOFF_MAX);
            }
        }
    }
}

const fn word(full: Full) -> &'static str {
    match full {
        Full::Address => "pending_of_address",
        Full::Gateway => "pending",
    }
}

/// True if the next accept may well succeed: accept(2) passes on what went wrong with the connection itself.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
