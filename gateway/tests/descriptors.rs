//! Out of file descriptors, in a process of its own: the gateway waits, burns nothing, and goes on when it can.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "edge/house.rs"]
#[allow(dead_code, reason = "shared with the tests of the edge")]
mod house;
#[path = "edge/wire.rs"]
#[allow(dead_code, reason = "shared with the tests of the edge")]
mod wire;

use devtail_gateway::Settings;
use house::{House, PATIENCE};
use rustix::{
    process::{Resource, getrlimit, setrlimit},
    time::{ClockId, clock_gettime},
};
use std::{fs::File, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpSocket, time::timeout};

/// What the whole process has computed so far.
fn computed() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}

#[tokio::test]
async fn out_of_descriptors_it_neither_spins_nor_dies() {
    let house = House::open(Settings::default()).await;
    let socket = TcpSocket::new_v4().unwrap();
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(256);
    setrlimit(Resource::Nofile, limit).unwrap();
    let mut hoard = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        hoard.push(file);
    }
    // The kernel completes the connection; the gateway cannot accept it.
    let mut stream =
        timeout(PATIENCE, socket.connect(house.address.listen)).await.unwrap().unwrap();
    let ask =
        format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", house.host());
    stream.write_all(ask.as_bytes()).await.unwrap();
    let before = computed();
    let mut byte = [0; 1];
    let answered = timeout(Duration::from_secs(1), stream.peek(&mut byte)).await;
    assert!(answered.is_err(), "there is no descriptor to answer with");
    let burnt = computed() - before;
    assert!(
        burnt < Duration::from_millis(200),
        "{burnt:?} of computing while there was nothing to do"
    );
    drop(hoard);
    assert_eq!(wire::answer(&mut stream).await.status, 200);
}
