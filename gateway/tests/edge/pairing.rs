//! Codes and refresh tokens over HTTP.

use crate::{
    house::{House, PATIENCE},
    wire::exchange,
};
use devtail_control::{Scope, Scopes};
use devtail_gateway::{Notice, Settings};
use serde_json::json;
use tokio::time::timeout;

#[tokio::test]
async fn a_code_becomes_a_device_whose_name_the_terminal_is_told() {
    let mut house = House::open(Settings::default()).await;
    let ask = json!({"code": house.code(Scope::TerminalRead.into()), "device": "Ann's phone"});
    let answer = house.post("/api/pair", "", &ask).await;
    assert_eq!(answer.status, 200);
    let said = answer.json();
    assert_eq!(said["gateway_id"], house.control.gateway_id());
    assert_eq!(
        (&said["device"], &said["scopes"]),
        (&json!("Ann's phone"), &json!(["terminal:read"]))
    );
    assert!(said["refresh_token"].is_string() && said["host"].is_string());
    assert!(said["access_expires_at"].as_u64().unwrap() > crate::house::now().unix_s());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let Notice::Paired(device) = timeout(PATIENCE, house.notices.recv()).await.unwrap().unwrap();
    assert_eq!(device.id.to_string(), said["device_id"].as_str().unwrap());
    assert_eq!(device.name.as_str(), "Ann's phone");
}

#[tokio::test]
async fn a_browser_gets_its_refresh_token_in_a_cookie_alone_and_refreshes_with_it() {
    let house = House::open(Settings::default()).await;
    let ask = json!({"code": house.code(Scopes::everyday()), "device": "browser", "cookie": true});
    let paired = house.post("/api/pair", "", &ask).await;
    assert!(paired.json().get("refresh_token").is_none());
    let cookie = paired.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with(&format!("devtail_{}=", house.control.gateway_id())), "{cookie}");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api/token", "Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "over plain HTTP it would never come back");

    let kept = cookie.split(';').next().unwrap();
    let refreshed = house.post("/api/token", &format!("Cookie: {kept}\r\n"), &json!({})).await;
    assert_eq!(refreshed.status, 200);
    assert!(
        refreshed.json()["access_token"].is_string()
            && refreshed.json().get("refresh_token").is_none()
    );
    assert_ne!(
        refreshed.header("set-cookie").unwrap().split(';').next().unwrap(),
        kept,
        "it rotates"
    );
}

#[tokio::test]
async fn a_native_client_refreshes_with_the_token_in_the_body() {
    let house = House::open(Settings::default()).await;
    let paired = house.pair("laptop").await;
    let answer =
        house.post("/api/token", "", &json!({"refresh_token": paired["refresh_token"]})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["gateway_id"], paired["gateway_id"]);
    assert_ne!(answer.json()["refresh_token"], paired["refresh_token"]);
    assert!(answer.header("set-cookie").is_none());
}

#[tokio::test]
async fn whatever_is_wrong_with_a_code_or_a_token_the_answer_is_the_same() {
    let house = House::open(Settings::default()).await;
    let used = house.code(Scopes::everyday());
    let pair = |code: &str| json!({"code": code, "device": "x"});
    assert_eq!(house.post("/api/pair", "", &pair(&used)).await.status, 200);
    let revoked = house.pair("lost").await;
    let id = revoked["device_id"].as_str().unwrap().parse().unwrap();
    house.control.revoke(crate::house::now(), id, devtail_control::Actor::Host).unwrap();

    let answers = [
        house.post("/api/pair", "", &pair(&used)).await,
        house.post("/api/pair", "", &pair("AAAAAAAAAAAAAAAAAAAAAA")).await,
        house.post("/api/token", "", &json!({"refresh_token": revoked["refresh_token"]})).await,
        house.post("/api/token", "", &json!({"refresh_token": "nonsense"})).await,
        house.post("/api/token", "", &json!({})).await,
    ];
    let first = answers[0].clone().timeless();
    assert_eq!((first.status, first.json()), (401, json!({"error": "sign_in_required"})));
    for answer in answers {
        assert_eq!(answer.timeless(), first);
    }
    for code in
        ["pairing_used", "pairing_unknown", "device_revoked", "refresh_unknown", "no_refresh_token"]
    {
        let counted =
            house.metric(&format!("devtail_auth_refusals_total{{code=\"{code}\"}}")).await;
        assert!(counted >= 1.0, "{code} is not counted");
    }
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    let house = House::open(Settings::default()).await;
    let guess = json!({"code": "AAAAAAAAAAAAAAAAAAAAAA", "device": "x"});
    for _ in 0..20 {
        let answer = house.post("/api/pair", "", &guess).await;
        if answer.status == 429 {
            assert_eq!(answer.json()["error"], "slow_down");
            let seconds = answer.json()["retry_after_s"].as_u64().unwrap();
            assert!(seconds >= 1);
            assert_eq!(answer.header("retry-after"), Some(seconds.to_string().as_str()));
            return;
        }
        assert_eq!(answer.status, 401);
    }
    panic!("20 guesses were heard");
}

#[tokio::test]
async fn a_foreign_page_can_neither_pair_nor_refresh() {
    let house = House::open(Settings::default()).await;
    for path in ["/api/pair", "/api/token"] {
        let foreign = house.post(path, "Origin: https://evil.example\r\n", &json!({})).await;
        assert_eq!(foreign.status, 403, "{path}");
        let form = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{{}}",
            house.host()
        );
        assert_eq!(exchange(&house.address, &form).await.status, 400, "{path}");
        let get = house.get(path).await;
        assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    }
    let own = format!("Origin: http://{}\r\n", house.host());
    assert_eq!(
        house.post("/api/token", &own, &json!({})).await.status,
        401,
        "ours is heard, and must sign in"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_json_is_refused_without_being_quoted() {
    let house = House::open(Settings::default()).await;
    let large =
        house.post("/api/pair", "", &json!({"code": "x".repeat(5000), "device": "x"})).await;
    assert_eq!(large.status, 413);
    let odd = house.post("/api/token", "", &json!({"refresh_token": ["my-secret"]})).await;
    assert_eq!(odd.status, 400);
    assert_eq!(odd.json()["error"], "bad_request");
    assert!(!odd.body.contains("my-secret"), "{}", odd.body);
}
