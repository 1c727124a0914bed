//! What a TCP socket is told before its first byte.

use std::io;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tracing::debug;

use crate::limits::{KEEPALIVE_AFTER, KEEPALIVE_EVERY};
#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::limits::{NOT_SENT_LOW_WATER_BYTES, RETRANSMIT_MAX_MS};

/// Tells the socket to send at once, to queue little, and to notice a dead peer. A kernel that lacks an option serves without it.
pub(super) fn tune(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY)
        .with_retries(3);
    note("TCP_NODELAY", socket.set_tcp_nodelay(true));
    note("keepalive", socket.set_tcp_keepalive(&keepalive));
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        note("TCP_NOTSENT_LOWAT", socket.set_tcp_notsent_lowat(NOT_SENT_LOW_WATER_BYTES));
        note("TCP_RTO_MAX_MS", retransmit::cap(stream));
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod retransmit {
    use super::{RETRANSMIT_MAX_MS, TcpStream, io};
    use nix::sys::socket::{SetSockOpt, sockopt::SetUsize};

    /// Linux 6.15 and newer; linux/tcp.h.
    const TCP_RTO_MAX_MS: libc::c_int = 44;

    #[derive(Clone, Copy)]
    struct RetransmitMax;
    nix::setsockopt_impl!(RetransmitMax, libc::IPPROTO_TCP, TCP_RTO_MAX_MS, usize, SetUsize);

    pub(super) fn cap(stream: &TcpStream) -> io::Result<()> {
        Ok(RetransmitMax.set(stream, &RETRANSMIT_MAX_MS)?)
    }
}

fn note(option: &'static str, result: io::Result<()>) {
    if let Err(error) = result {
        debug!(option, %error, "the kernel does not take a socket option");
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_socket_is_told_to_hurry() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        tune(&stream);
        let socket = SockRef::from(&stream);
        assert!(stream.nodelay().unwrap() && socket.keepalive().unwrap());
    }
}
