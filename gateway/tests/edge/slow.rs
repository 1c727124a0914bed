//! Who is slow, silent, greedy or many before proving anything is dropped, and nobody else notices.

use crate::{
    house::{House, PATIENCE},
    wire::{answer, closed, dial, exchange},
};
use devtail_gateway::Settings;
use devtail_gateway::config::TlsMode;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Sends `first`, then a byte twice a second for as long as it is let; returns how long that was.
async fn drip(mut stream: TcpStream, first: &[u8], drop_of: &[u8]) -> Duration {
    let started = Instant::now();
    stream.write_all(first).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let dripping = async {
        loop {
            tick.tick().await;
            if !drop_of.is_empty() && writer.write_all(drop_of).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = closed(&mut reader) => started.elapsed(),
        () = dripping => unreachable!("it drips until it is cut"),
    }
}

#[tokio::test]
async fn a_stranger_who_is_slow_is_dropped_after_five_seconds_wherever_it_stands() {
    let plain = House::open(Settings::default()).await;
    let tls = House::open(Settings { tls: Some(TlsMode::SelfSigned), ..Settings::default() }).await;
    let host = plain.host();
    let half_head = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: ");
    let half_body = format!(
        "POST /api/pair HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{{\"code\":\""
    );
    let hello_of_tls = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    let (silent, head, body, tls_silent, tls_half) = tokio::join!(
        drip(dial(&plain.address).await, b"", b""),
        drip(dial(&plain.address).await, half_head.as_bytes(), b"x"),
        drip(dial(&plain.address).await, half_body.as_bytes(), b"x"),
        drip(dial(&tls.address).await, b"", b""),
        drip(dial(&tls.address).await, &hello_of_tls, b"\0"),
    );
    for (who, took) in [
        ("silent", silent),
        ("head", head),
        ("body", body),
        ("tls", tls_silent),
        ("half tls", tls_half),
    ] {
        assert!(took > Duration::from_secs(4) && took < Duration::from_secs(8), "{who}: {took:?}");
    }
    assert!(plain.metric("devtail_connections_turned_away_total{reason=\"slow\"}").await >= 2.0);
    assert!(
        (plain.metric("devtail_pending_connections").await - 1.0).abs() < 0.5,
        "only the one that asks is left"
    );
}

#[tokio::test]
async fn headers_beyond_eight_kib_are_refused() {
    let house = House::open(Settings::default()).await;
    let request = |filler: usize| {
        format!(
            "GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Big: {}\r\n\r\n",
            house.host(),
            "x".repeat(filler)
        )
    };
    assert_eq!(exchange(&house.address, &request(7 * 1024)).await.status, 200);
    assert_eq!(exchange(&house.address, &request(9 * 1024)).await.status, 431);
    let many: String = (0..100).map(|n| format!("X-{n}: 1\r\n")).collect();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n{many}\r\n", house.host());
    assert_eq!(exchange(&house.address, &request).await.status, 431);
}

#[tokio::test]
async fn sixteen_strangers_of_one_address_may_wait_and_a_seventeenth_may_not() {
    let house = House::open(Settings::default()).await;
    let mut waiting = Vec::new();
    for _ in 0..16 {
        let mut stream = dial(&house.address).await;
        // Heard once, so that it is certainly counted before the next one comes.
        let ask = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", house.host());
        stream.write_all(ask.as_bytes()).await.unwrap();
        assert_eq!(answer(&mut stream).await.status, 200);
        waiting.push(stream);
    }
    let mut one_too_many = dial(&house.address).await;
    let mut byte = [0; 1];
    let read = timeout(PATIENCE, one_too_many.read(&mut byte)).await.expect("it is closed at once");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    waiting.truncate(8);
    // The places come back as soon as the gateway saw the others leave.
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let mut stream = dial(&house.address).await;
        let ask =
            format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", house.host());
        let sent = stream.write_all(ask.as_bytes()).await;
        if sent.is_ok() && matches!(stream.read(&mut byte).await, Ok(1)) {
            return;
        }
    }
    panic!("the places never came back");
}
