//! What anyone may read: the page, health, metrics; and under which names.

use crate::{house::House, wire::exchange};
use devtail_gateway::{Settings, page_missing};

#[tokio::test]
async fn the_page_comes_with_headers_that_keep_a_browser_strict() {
    let house = House::open(Settings::default()).await;
    let page = house.get("/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    for part in
        ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]
    {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    if let Some(why) = page_missing() {
        assert!(page.body.contains(why), "{}", page.body);
    } else {
        assert_eq!(page.header("cache-control"), Some("no-cache"));
        assert!(page.header("etag").is_some());
    }
    assert_eq!(house.get("/../Cargo.toml").await.status, 404);
    assert_eq!(house.get("/nothing").await.status, 404);
}

#[tokio::test]
async fn a_rebound_name_is_not_answered_to() {
    let house = House::open(Settings::default()).await;
    for (host, status) in
        [("rebind.evil.example", 421), ("localhost", 200), ("127.0.0.1:1", 200), ("a b", 400)]
    {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(exchange(&house.address, &request).await.status, status, "{host}");
    }
    let none = exchange(&house.address, "GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(none.status, 400, "no Host at all");
}

#[tokio::test]
async fn a_running_gateway_is_alive_ready_and_counted() {
    let house = House::open(Settings::default()).await;
    assert_eq!(house.get("/healthz").await.status, 200);
    assert_eq!(house.get("/readyz").await.status, 200);
    let metrics = house.get("/metrics").await;
    assert!(metrics.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for name in [
        "devtail_build_info",
        "devtail_uptime_seconds",
        "devtail_links",
        "devtail_pending_connections",
    ] {
        assert!(metrics.body.contains(name), "{name}");
    }
    assert!(house.metric("devtail_http_answers_total{status=\"200\"}").await >= 3.0);
}
