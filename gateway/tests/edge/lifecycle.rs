//! A gateway's beginning and end.

use crate::{
    house::{House, PATIENCE, config},
    wire::{answer, closed, dial},
};
use devtail_gateway::{BindError, Gateway, LockError, RingError, Settings, ring};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

#[tokio::test]
async fn a_second_gateway_on_the_same_state_is_told_what_to_do() {
    let house = House::open(Settings::default()).await;
    let error = Gateway::bind(config(&house.state, Settings::default())).await.unwrap_err();
    assert!(matches!(error, BindError::Lock(LockError::Taken { .. })), "{error:?}");
    assert!(error.to_string().contains("--state"), "{error}");
    assert_eq!(house.ring().await.unwrap(), house.address, "the first one is left alone");
}

#[tokio::test]
async fn a_taken_port_is_named_with_the_remedy() {
    let house = House::open(Settings::default()).await;
    let state = TempDir::new().unwrap();
    let taken = Settings { listen: Some(house.address.listen), ..Settings::default() };
    let error = Gateway::bind(config(&state, taken)).await.unwrap_err().to_string();
    assert!(error.contains(&house.host()) && error.contains("--listen"), "{error}");
}

#[tokio::test]
async fn ringing_where_nobody_lives_says_so() {
    let state = TempDir::new().unwrap();
    let error = ring(state.path()).unwrap_err();
    assert!(matches!(error, RingError::NotRunning { .. }));
    assert!(error.to_string().contains("devtail up"), "{error}");
}

#[tokio::test]
async fn a_dead_gateways_socket_does_not_stand_in_the_way() {
    let state = TempDir::new().unwrap();
    drop(std::os::unix::net::UnixListener::bind(state.path().join("gateway.sock")).unwrap());
    let house = House::open_in(state, Settings::default()).await;
    assert_eq!(house.ring().await.unwrap(), house.address);
}

#[tokio::test]
async fn a_gateway_without_links_stops_at_once_and_frees_port_and_state() {
    let mut house = House::open(Settings { drain_seconds: Some(60), ..Settings::default() }).await;
    let listen = house.address.listen;
    let started = Instant::now();
    house.ask_to_stop();
    let state = std::mem::replace(&mut house.state, TempDir::new().unwrap());
    house.closed().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(TcpStream::connect(listen).await.is_err());
    House::open_in(state, Settings { listen: Some(listen), ..Settings::default() }).await;
}

#[tokio::test]
async fn a_link_is_closed_by_the_drain_and_the_gateway_ends() {
    let mut house = House::open(Settings { drain_seconds: Some(2), ..Settings::default() }).await;
    let paired = house.pair("laptop").await;
    let headers = format!(
        "Sec-WebSocket-Protocol: devtail.v1\r\nAuthorization: Bearer {}\r\n",
        paired["access_token"].as_str().unwrap()
    );
    let mut link = dial(&house.address).await;
    link.write_all(house.upgrade(&headers).as_bytes()).await.unwrap();
    assert_eq!(answer(&mut link).await.status, 101);
    let counted = async { while house.metric("devtail_links").await < 1.0 {} };
    timeout(PATIENCE, counted).await.expect("the link is counted");
    house.ask_to_stop();
    closed(&mut link).await;
    house.closed().await;
}
