//! No token and no code is ever in the log, not even at TRACE, whatever crate writes it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "edge/house.rs"]
#[allow(dead_code, reason = "shared with the tests of the edge")]
mod house;
#[path = "edge/wire.rs"]
#[allow(dead_code, reason = "shared with the tests of the edge")]
mod wire;

use devtail_control::Scopes;
use devtail_gateway::Settings;
use house::House;
use serde_json::json;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tokio::io::AsyncWriteExt;
use tracing_subscriber::fmt::MakeWriter;
use wire::exchange;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Sends a message over a link and waits until the gateway has read it; returns it as text and in hexadecimal digits.
async fn send_over_a_link(house: &House, token: &str) -> (String, String) {
    let headers =
        format!("Authorization: Bearer {token}\r\nSec-WebSocket-Protocol: devtail.v1\r\n");
    let mut stream = wire::dial(&house.address).await;
    stream.write_all(house.upgrade(&headers).as_bytes()).await.unwrap();
    assert_eq!(wire::answer(&mut stream).await.status, 101);
    let mark = "a keystroke or a refreshed token";
    // RFC 6455: a final binary frame, masked with zeros; then a close frame, which is answered after the message was read.
    let mut frames = vec![0x82, 0x80 | mark.len() as u8, 0, 0, 0, 0];
    frames.extend(mark.as_bytes());
    frames.extend([0x88, 0x80, 0, 0, 0, 0]);
    stream.write_all(&frames).await.unwrap();
    wire::closed(&mut stream).await;
    (mark.to_owned(), mark.bytes().map(|byte| format!("{byte:02x}")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_ever_logged() {
    let captured = Captured::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(captured.clone())
        .init();
    let house = House::open(Settings::default()).await;
    let mut secrets = Vec::new();
    let code = house.code(Scopes::everyday());
    let ask = json!({"code": code, "device": "laptop"});
    let paired = house.post("/api/pair", "", &ask).await.json();
    assert_eq!(house.post("/api/pair", "", &ask).await.status, 401, "the code is spent");
    secrets.push(code);
    let browser =
        json!({"code": house.code(Scopes::everyday()), "device": "browser", "cookie": true});
    let cookie =
        house.post("/api/pair", "", &browser).await.header("set-cookie").unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap();
    secrets.push(cookie.split_once('=').unwrap().1.to_owned());
    house.post("/api/token", &format!("Cookie: {cookie}\r\n"), &json!({})).await;
    let refreshed = house
        .post("/api/token", "", &json!({"refresh_token": paired["refresh_token"]}))
        .await
        .json();
    for answer in [&paired, &refreshed] {
        secrets.extend(
            ["access_token", "refresh_token"].map(|key| answer[key].as_str().unwrap().to_owned()),
        );
    }
    let token = paired["access_token"].as_str().unwrap();
    let garbled = format!("{}AAAA", &token[..token.len() - 4]);
    for headers in [
        format!("Authorization: Bearer {token}\r\nSec-WebSocket-Protocol: devtail.v1\r\n"),
        format!("Sec-WebSocket-Protocol: devtail.v1, devtail.token.{token}\r\n"),
        format!("Authorization: Bearer {garbled}\r\nSec-WebSocket-Protocol: devtail.v1\r\n"),
        format!("Authorization: Basic {token}\r\nSec-WebSocket-Protocol: devtail.v1\r\n"),
    ] {
        exchange(&house.address, &house.upgrade(&headers)).await;
    }
    let in_url = house.upgrade("Sec-WebSocket-Protocol: devtail.v1\r\n").replacen(
        "/ws",
        &format!("/ws?token={token}"),
        1,
    );
    exchange(&house.address, &in_url).await;

    let (mark, mark_as_hex) = send_over_a_link(&house, token).await;
    secrets.extend([mark, mark_as_hex]);

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("a device was paired") && log.contains("pairing_used"),
        "the log was captured: {log}"
    );
    for secret in secrets {
        // A signature alone would do as well: no long enough piece of a secret may be there.
        for piece in secret.as_bytes().chunks_exact(16) {
            let piece = std::str::from_utf8(piece).unwrap();
            assert!(!log.contains(piece), "a piece of a secret is in the log");
        }
    }
}
