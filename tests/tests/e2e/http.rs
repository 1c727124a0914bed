//! The port as HTTP: what it serves, and to whom it does not.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use devtail_tests::gateway::Gateway;
use serde_json::json;

use crate::support::{JSON, PATIENCE, get, pair_with, post, refused, upgrade};

#[test]
fn the_page_and_the_probes_are_served() -> Result<()> {
    let gateway = Gateway::start()?;
    let page = get(gateway.listen(), "/")?;
    assert_eq!(page.status, 200);
    ensure!(page.head.contains("content-type: text/html"), "{}", page.head);
    ensure!(
        page.head.contains("content-security-policy"),
        "a page without a policy: {}",
        page.head
    );
    for probe in ["/healthz", "/readyz"] {
        assert_eq!(get(gateway.listen(), probe)?.status, 200, "{probe}");
    }
    let metrics = get(gateway.listen(), "/metrics")?;
    ensure!(metrics.body.contains("\ndevtail_"), "no metric of ours: {}", metrics.body);
    assert_eq!(get(gateway.listen(), "/no-such-page")?.status, 404);
    Ok(())
}

#[test]
fn a_code_pairs_once_and_never_again() -> Result<()> {
    let gateway = Gateway::start()?;
    assert_eq!(pair_with(gateway.listen(), gateway.link())?.status, 200);
    let again = pair_with(gateway.listen(), gateway.link())?;
    assert_eq!(again.status, 401);
    ensure!(
        !again.body.contains("used"),
        "a stranger learns that the code was right once: {}",
        again.body
    );
    Ok(())
}

#[tokio::test]
async fn another_page_in_the_same_browser_is_kept_out() -> Result<()> {
    let gateway = Gateway::start()?;
    let evil = "Origin: https://evil.example\r\n";
    let body = json!({ "code": "x", "device": "x", "cookie": true });
    assert_eq!(post(gateway.listen(), "/api/pair", &format!("{JSON}{evil}"), &body)?.status, 403);
    // A form of another page cannot send JSON without asking first.
    let form = post(gateway.listen(), "/api/pair", "Content-Type: text/plain\r\n", &body)?;
    ensure!((400..500).contains(&form.status), "a form was taken: {}", form.status);
    let link = upgrade(gateway.listen(), None, Some(("origin", "https://evil.example"))).await;
    ensure!([401, 403].contains(&refused(link)?.0), "a foreign page got further than the door");
    Ok(())
}

#[test]
fn a_stranger_who_dawdles_is_dropped_after_five_seconds() -> Result<()> {
    let gateway = Gateway::start()?;
    let mut socket = TcpStream::connect(gateway.listen())?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let began = Instant::now();
    // A header that is never finished; the answer, if any, ends with the connection.
    socket.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")?;
    let mut rest = Vec::new();
    let _reset_counts_too = socket.read_to_end(&mut rest);
    let lasted = began.elapsed();
    ensure!(lasted > Duration::from_secs(3), "dropped early, after {lasted:?}");
    ensure!(lasted < Duration::from_secs(9), "dropped late, after {lasted:?}");
    Ok(())
}

#[test]
fn headers_and_bodies_above_their_limits_are_refused_unread() -> Result<()> {
    let gateway = Gateway::start()?;
    let long = format!("{JSON}X-Long: {}\r\n", "a".repeat(20_000));
    let answer = post(gateway.listen(), "/api/pair", &long, &json!({}));
    // Refused with a status, or closed before the answer could be read.
    ensure!(
        answer.is_err() || answer.is_ok_and(|answer| answer.status >= 400),
        "20 kB of headers were taken"
    );
    let large = post(gateway.listen(), "/api/pair", JSON, &json!({ "code": "a".repeat(100_000) }));
    ensure!(
        large.is_err() || large.is_ok_and(|answer| answer.status >= 400),
        "100 kB of code were taken"
    );
    assert_eq!(get(gateway.listen(), "/healthz")?.status, 200);
    Ok(())
}
