//! A gateway's beginning and end.

use crate::{
    house::{House, PATIENCE, config},
    wire::{answer, dial},
};
use devtail_gateway::{BindError, Gateway, LockError, RingError, Settings, ring};
use devtail_protocol::{
    ClientId, Time,
    wire::{Decoder, Encoder, Frame, Hello, Sealed},
};
use futures_util::{SinkExt, StreamExt};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

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
async fn a_link_is_told_to_come_back_closed_by_the_drain_and_the_gateway_ends() {
    let mut house = House::open(Settings { drain_seconds: Some(2), ..Settings::default() }).await;
    let paired = house.pair("laptop").await;
    let headers = format!(
        "Sec-WebSocket-Protocol: devtail.v1\r\nAuthorization: Bearer {}\r\n",
        paired["access_token"].as_str().unwrap()
    );
    let mut stream = dial(&house.address).await;
    stream.write_all(house.upgrade(&headers).as_bytes()).await.unwrap();
    assert_eq!(answer(&mut stream).await.status, 101);
    let mut link = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
    let hello = Encoder::new().seal(Time::ZERO, &[Frame::Hello(hello())], Sealed::Plain);
    link.send(Message::Binary(hello)).await.unwrap();
    let mut frames = Frames { link, decoder: Decoder::new(0), read: VecDeque::new() };
    let greeted = frames.next().await;
    assert!(matches!(greeted, Some(Frame::Welcome(_))), "{greeted:?}");
    house.ask_to_stop();
    let mut is_told = false;
    while let Some(frame) = frames.next().await {
        is_told |= matches!(frame, Frame::GoAway(_));
    }
    assert!(is_told, "it was closed without a word");
    house.closed().await;
}

/// What a link says, until it is closed.
struct Frames {
    link: WebSocketStream<TcpStream>,
    decoder: Decoder,
    read: VecDeque<Frame>,
}

impl Frames {
    async fn next(&mut self) -> Option<Frame> {
        while self.read.is_empty() {
            let message = timeout(PATIENCE, self.link.next()).await.expect("the link says more");
            let Some(Ok(Message::Binary(packet))) = message else { return None };
            self.read.extend(self.decoder.open(packet).unwrap());
        }
        self.read.pop_front()
    }
}

fn hello() -> Hello {
    Hello {
        version_min: 1,
        version_max: 1,
        client: ClientId([1; 16]),
        generation: 1,
        last_boot: None,
        zstd_window_log: 0,
        channels: vec![],
        agent: "a laptop".to_owned(),
    }
}
