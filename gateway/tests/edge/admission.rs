//! The WebSocket's door: who gets a link, who gets nothing, and how soon a link is taken away.

use crate::{
    house::{House, PATIENCE, here, now},
    wire::{Answer, answer, closed, dial, exchange},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use devtail_control::{Actor, Grant, Scopes};
use devtail_gateway::Settings;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::{io::AsyncWriteExt, net::TcpStream};

const SUBPROTOCOL: &str = "Sec-WebSocket-Protocol: devtail.v1\r\n";

fn bearer(token: &str) -> String {
    format!("{SUBPROTOCOL}Authorization: Bearer {token}\r\n")
}

async fn token(house: &House) -> String {
    house.pair("laptop").await["access_token"].as_str().unwrap().to_owned()
}

/// Upgrades, and keeps the connection.
async fn link(house: &House, headers: &str) -> (TcpStream, Answer) {
    let mut stream = dial(&house.address).await;
    stream.write_all(house.upgrade(headers).as_bytes()).await.unwrap();
    let said = answer(&mut stream).await;
    (stream, said)
}

#[tokio::test]
async fn a_token_in_the_header_or_among_the_subprotocols_gets_a_link() {
    let house = House::open(Settings::default()).await;
    let token = token(&house).await;
    for headers in
        [bearer(&token), format!("Sec-WebSocket-Protocol: devtail.v1, devtail.token.{token}\r\n")]
    {
        let (_stream, said) = link(&house, &headers).await;
        assert_eq!(said.status, 101, "{}", said.head);
        assert_eq!(
            said.header("sec-websocket-accept"),
            Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
            "RFC 6455's example"
        );
        assert_eq!(
            said.header("sec-websocket-protocol"),
            Some("devtail.v1"),
            "the token is not echoed"
        );
        assert!(!said.head.contains(&token));
    }
}

#[tokio::test]
async fn a_link_is_written_down_as_the_last_time_its_device_was_seen() {
    let house = House::open(Settings::default()).await;
    let minutes_ago = devtail_control::Timestamp::from_unix_s(now().unix_s() - 300);
    let grant = Grant::everywhere(Scopes::everyday());
    let enrolled = house.control.enroll(minutes_ago, "laptop", grant).unwrap();
    let seen = || house.control.device(enrolled.device.id).unwrap().unwrap().last_seen;
    assert_eq!(seen(), minutes_ago);
    let before = now();
    let (_stream, said) = link(&house, &bearer(enrolled.tokens.access.token.expose())).await;
    assert_eq!(said.status, 101);
    assert!(seen() >= before, "{:?} is not {before:?} or later", seen());
}

#[tokio::test]
async fn every_bad_token_gets_the_same_answer_and_a_code_of_its_own_in_the_metrics() {
    let house = House::open(Settings::default()).await;
    let good = token(&house).await;
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = good.split('.').nth(1).unwrap();
    let signature = good.rsplit('.').next().unwrap();
    let forged = |header: serde_json::Value, signature: &str| {
        format!("{}.{claims}.{signature}", part(header))
    };
    let header =
        String::from_utf8(URL_SAFE_NO_PAD.decode(good.split('.').next().unwrap()).unwrap())
            .unwrap();
    let kid = serde_json::from_str::<serde_json::Value>(&header).unwrap()["kid"].clone();
    let long_ago = devtail_control::Timestamp::from_unix_s(now().unix_s() - 3600);
    let stale =
        house.control.enroll(long_ago, "old", Grant::everywhere(Scopes::everyday())).unwrap();
    let elsewhere = House::open(Settings::default()).await;
    let lost = house.pair("lost").await;
    house
        .control
        .revoke(now(), lost["device_id"].as_str().unwrap().parse().unwrap(), Actor::Host)
        .unwrap();
    let garbled = format!("{}{}", &good[..good.len() - 10], "AAAAAAAAAA");
    let bad = [
        ("no_credential", SUBPROTOCOL.to_owned()),
        (
            "two_credentials",
            format!("{}Sec-WebSocket-Protocol: devtail.token.{good}\r\n", bearer(&good)),
        ),
        ("not_a_bearer", format!("{SUBPROTOCOL}Authorization: Basic {good}\r\n")),
        ("token_malformed", bearer("nonsense")),
        ("token_alg_none", bearer(&forged(json!({"alg": "none", "typ": "JWT"}), ""))),
        ("token_alg_symmetric", bearer(&forged(json!({"alg": "HS256", "kid": kid}), signature))),
        ("token_key", bearer(&forged(json!({"alg": "EdDSA", "kid": "other"}), signature))),
        ("token_signature", bearer(&garbled)),
        ("token_expired", bearer(stale.tokens.access.token.expose())),
        ("token_issuer", bearer(&token(&elsewhere).await)),
        ("device_revoked", bearer(lost["access_token"].as_str().unwrap())),
    ];
    let first = exchange(&house.address, &house.upgrade(&bad[0].1)).await.timeless();
    assert_eq!((first.status, first.json()), (401, json!({"error": "sign_in_required"})));
    for (code, headers) in bad {
        let said = exchange(&house.address, &house.upgrade(&headers)).await.timeless();
        assert_eq!(said, first, "{code}");
        let counted =
            house.metric(&format!("devtail_auth_refusals_total{{code=\"{code}\"}}")).await;
        assert!(counted >= 1.0, "{code} is not counted");
    }
}

#[tokio::test]
async fn a_good_token_in_the_url_is_refused() {
    let house = House::open(Settings::default()).await;
    let token = token(&house).await;
    for query in [format!("?token={token}"), format!("?access_token={token}"), "?".into()] {
        let with = house.upgrade(SUBPROTOCOL).replacen("/ws", &format!("/ws{query}"), 1);
        let said = exchange(&house.address, &with).await;
        assert_eq!(said.status, 400, "{query}");
        assert!(said.body.contains("URL") && !said.body.contains(&token));
    }
    let even_with_a_good_header = house.upgrade(&bearer(&token)).replacen("/ws", "/ws?x=1", 1);
    assert_eq!(exchange(&house.address, &even_with_a_good_header).await.status, 400);
}

#[tokio::test]
async fn only_pages_of_our_own_may_open_a_link() {
    let allowed = Settings {
        allowed_origins: Some(vec!["https://app.example".parse().unwrap()]),
        ..Settings::default()
    };
    let house = House::open(allowed).await;
    let token = token(&house).await;
    let own = format!("http://{}", house.host());
    let expected = [
        (own.as_str(), 101),
        ("https://app.example", 101),
        ("https://evil.example", 403),
        ("null", 403),
    ];
    for (origin, status) in expected {
        let (_stream, said) =
            link(&house, &format!("{}Origin: {origin}\r\n", bearer(&token))).await;
        assert_eq!(said.status, status, "{origin}");
    }
}

#[tokio::test]
async fn what_is_no_upgrade_of_our_version_is_told_which_one_is() {
    let house = House::open(Settings::default()).await;
    let good = house.upgrade(&bearer(&token(&house).await));
    for (from, to) in [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
        ("devtail.v1", "devtail.v9"),
        ("Upgrade: websocket", "Upgrade: h2c"),
    ] {
        let said = exchange(&house.address, &good.replace(from, to)).await;
        assert_eq!((said.status, said.json()["error"].as_str()), (426, Some("version")), "{to}");
        assert_eq!(said.header("sec-websocket-version"), Some("13"));
    }
    let short_key = good.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=");
    assert_eq!(exchange(&house.address, &short_key).await.status, 400);
}

#[tokio::test]
async fn a_first_packet_in_the_headers_is_bounded_and_must_be_base64url() {
    let house = House::open(Settings::default()).await;
    let token = token(&house).await;
    for hello in ["A".repeat(6 * 1024 + 4), "not base64!".into(), "AAA=".into()] {
        let said = exchange(
            &house.address,
            &house.upgrade(&format!("{}Devtail-Hello: {hello}\r\n", bearer(&token))),
        )
        .await;
        assert_eq!(said.status, 400, "{}", hello.len());
        assert!(said.body.contains("Devtail-Hello"), "{}", said.body);
    }
}

#[tokio::test]
async fn a_revoked_device_loses_its_link_within_a_second() {
    let house = House::open(Settings::default()).await;
    let (lost, kept) = (house.pair("lost").await, house.pair("kept").await);
    let (mut lost_link, said) = link(&house, &bearer(lost["access_token"].as_str().unwrap())).await;
    assert_eq!(said.status, 101);
    let (mut kept_link, said) = link(&house, &bearer(kept["access_token"].as_str().unwrap())).await;
    assert_eq!(said.status, 101);
    let id = lost["device_id"].as_str().unwrap().parse().unwrap();

    // As `devtail revoke` does it: another process writes, then rings.
    let started = Instant::now();
    house.control.revoke(now(), id, Actor::Host).unwrap();
    assert_eq!(house.ring().await.unwrap(), house.address);
    closed(&mut lost_link).await;
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());

    // A ping comes back on the other one: it was left alone.
    kept_link.write_all(&[0x89, 0x80, 0, 0, 0, 0]).await.unwrap();
    let mut pong = [0; 2];
    let read = tokio::io::AsyncReadExt::read_exact(&mut kept_link, &mut pong);
    tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
    assert_eq!(pong, [0x8a, 0]);
    assert!(
        house
            .control
            .authenticate(
                now(),
                lost["access_token"].as_str().unwrap(),
                here(),
                &Default::default()
            )
            .is_err()
    );
}
