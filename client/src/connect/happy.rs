//! Which of a name's addresses answers: both families by turns, a little apart, the first to connect wins (RFC 8305); and round again.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};

use crate::limits::{
    ADDRESSES_MAX, AGAIN_EVERY, ATTEMPTS_MAX, NEXT_ADDRESS_AFTER, SAME_ADDRESS_AFTER,
};

/// Connects to whichever address answers first. An address that does not answer is tried again and again, until the caller
/// gives up; one that refuses is not.
///
/// # Errors
/// What the last of them said, if all refuse; `AddrNotAvailable` if there are none.
pub(crate) async fn connect(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut turns = by_turns(addresses);
    let mut racing = FuturesUnordered::new();
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let mut next_at = Instant::now();
    let again_at = next_at + SAME_ADDRESS_AFTER;
    let mut untried = turns.len();
    while !turns.is_empty() || !racing.is_empty() {
        tokio::select! {
            biased;
            Some((address, connected)) = racing.next() => match connected {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    last = error;
                    turns.retain(|other| *other != address);
                    next_at = Instant::now();
                }
            },
            () = sleep_until(next_at), if !turns.is_empty() && racing.len() < ATTEMPTS_MAX => {
                turns.rotate_left(1);
                racing.extend(turns.back().map(|address| attempt(*address)));
                untried = untried.saturating_sub(1);
                next_at = match untried {
                    0 => again_at.max(Instant::now() + AGAIN_EVERY),
                    1.. => Instant::now() + NEXT_ADDRESS_AFTER,
                };
            }
        }
    }
    Err(last)
}

async fn attempt(address: SocketAddr) -> (SocketAddr, io::Result<TcpStream>) {
    (address, TcpStream::connect(address).await)
}

/// The resolver's order within each family, the families by turns, beginning with the resolver's first.
fn by_turns(addresses: Vec<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut order = VecDeque::new();
    while !(first.is_empty() && second.is_empty()) && order.len() < ADDRESSES_MAX {
        order.extend(first.pop_front());
        order.extend(second.pop_front());
    }
    order
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn families_take_turns_and_a_long_list_is_cut() {
        let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let order = by_turns(parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"]));
        assert_eq!(
            order,
            parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"])
                .into_iter()
                .collect::<VecDeque<SocketAddr>>()
        );
        let many = (0..100).map(|port| SocketAddr::from(([127, 0, 0, 1], port))).collect();
        assert!(by_turns(many).len() <= ADDRESSES_MAX + 1);
    }

    #[tokio::test]
    async fn an_address_that_refuses_does_not_keep_the_next_one_waiting() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = vec![closed.local_addr().unwrap(), listener.local_addr().unwrap()];
        drop(closed);
        let stream = connect(addresses.clone()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addresses[1]);
        let none = connect(vec![addresses[0]]).await.unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::ConnectionRefused);
    }
}
