//! Where a device may ask to be told of things, and where not.

use crate::{house::House, wire::exchange};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use devtail_gateway::Settings;
use serde_json::{Value, json};

/// A point of P-256: its base point, uncompressed (SEC 2, section 2.4.2).
const POINT: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                     4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

fn ask(endpoint: &str) -> Value {
    let digits = POINT.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap());
    let point: Vec<u8> = digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect();
    let keys =
        json!({"p256dh": URL_SAFE_NO_PAD.encode(point), "auth": URL_SAFE_NO_PAD.encode([7; 16])});
    json!({"endpoint": endpoint, "keys": keys, "wants": ["bell", "finished"]})
}

async fn subscribe(house: &House, token: &str, ask: &Value) -> (u16, String) {
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let answer = house.post("/api/push/subscribe", &bearer, ask).await;
    (answer.status, answer.body)
}

async fn unsubscribe(house: &House, token: &str, ask: &Value) -> u16 {
    let (body, host) = (ask.to_string(), house.host());
    let head =
        format!("DELETE /api/push/subscribe HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    let headers = format!("Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n");
    let request = format!("{head}{headers}Content-Length: {}\r\n\r\n{body}", body.len());
    exchange(&house.address, &request).await.status
}

fn kept(house: &House) -> Vec<String> {
    let all = house.control.subscribers("bell").unwrap();
    all.into_iter().map(|subscriber| subscriber.subscription.endpoint).collect()
}

#[tokio::test]
async fn a_device_subscribes_and_ends_it_again() {
    let house = House::open(Settings::default()).await;
    let token = house.enrol();
    let key = house.get("/api/push/key").await;
    assert_eq!(key.status, 200);
    assert_eq!(URL_SAFE_NO_PAD.decode(key.json()["key"].as_str().unwrap()).unwrap().len(), 65);
    for name in ["a", "b", "c"] {
        let ask = ask(&format!("https://push.example/{name}"));
        assert_eq!(subscribe(&house, &token, &ask).await.0, 200);
    }
    assert_eq!(kept(&house).len(), 3);
    let one = json!({"endpoint": "https://push.example/b"});
    assert_eq!(unsubscribe(&house, &token, &one).await, 200);
    assert_eq!(kept(&house), ["https://push.example/a", "https://push.example/c"]);
    let other = house.enrol();
    assert_eq!(unsubscribe(&house, &other, &json!({})).await, 200);
    assert_eq!(kept(&house).len(), 2, "another device's are its own");
    assert_eq!(unsubscribe(&house, &token, &json!({})).await, 200);
    assert!(kept(&house).is_empty());
}

#[tokio::test]
async fn an_endpoint_that_leads_into_the_network_is_refused_unless_the_owner_says_otherwise() {
    let house = House::open(Settings::default()).await;
    let token = house.enrol();
    for endpoint in [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.1.1/x",
        "https://[::ffff:10.0.0.1]/x",
        "http://push.example/x",
        "http://127.0.0.1/x",
        "file:///etc/passwd",
        "https://ann:secret@push.example/x",
        "push.example",
    ] {
        let (status, body) = subscribe(&house, &token, &ask(endpoint)).await;
        assert_eq!(status, 400, "{endpoint}: {body}");
    }
    assert!(kept(&house).is_empty());
    let settings = Settings { push_private: Some(true), ..Settings::default() };
    let house = House::open(settings).await;
    let token = house.enrol();
    assert_eq!(subscribe(&house, &token, &ask("http://127.0.0.1:9/x")).await.0, 200);
    assert_eq!(
        subscribe(&house, &token, &ask("http://192.168.1.1/x")).await.0,
        400,
        "in the clear"
    );
}

#[tokio::test]
async fn what_is_no_subscription_is_refused() {
    let house = House::open(Settings::default()).await;
    let token = house.enrol();
    let with = |change: fn(&mut Value)| {
        let mut ask = ask("https://push.example/a");
        change(&mut ask);
        ask
    };
    for bad in [
        with(|ask| ask["keys"]["p256dh"] = URL_SAFE_NO_PAD.encode([4; 65]).into()),
        with(|ask| ask["keys"]["auth"] = "AAAA".into()),
        with(|ask| ask["wants"] = json!(["Everything!"])),
        with(|ask| ask["wants"] = json!(vec!["bell"; 9])),
        with(|ask| ask["wants"] = json!(["seventeen-letters"])),
        with(|ask| ask["keys"] = json!({})),
        json!([]),
    ] {
        assert_eq!(subscribe(&house, &token, &bad).await.0, 400, "{bad}");
    }
    assert!(kept(&house).is_empty());
}

#[tokio::test]
async fn a_stranger_and_a_foreign_page_subscribe_to_nothing() {
    let house = House::open(Settings::default()).await;
    let good = ask("https://push.example/a");
    assert_eq!(house.post("/api/push/subscribe", "", &good).await.status, 401);
    assert_eq!(subscribe(&house, "a.b.c", &good).await.0, 401);
    assert_eq!(unsubscribe(&house, "a.b.c", &json!({})).await, 401);
    let evil =
        format!("Authorization: Bearer {}\r\nOrigin: https://evil.example\r\n", house.enrol());
    assert_eq!(house.post("/api/push/subscribe", &evil, &good).await.status, 403);
    assert_eq!(house.get("/api/push/subscribe").await.status, 405);
    assert!(kept(&house).is_empty());
}
