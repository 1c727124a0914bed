//! The port as HTTP: what it serves, and to whom it does not.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use devtail_tests::gateway::Gateway;
use serde_json::json;

use crate::support::{JSON, PATIENCE, code, get, pair_with, post, refused, text, upgrade};

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
    // A form of another page cannot send JSON without asking first. Nor can it put a good code into the URL.
    let good = json!({ "code": code(&gateway)?, "device": "x", "cookie": false });
    let form = post(gateway.listen(), "/api/pair", "Content-Type: text/plain\r\n", &good)?;
    assert_eq!(form.status, 400, "a form was taken");
    assert_eq!(post(gateway.listen(), "/api/pair?x=1", JSON, &good)?.status, 400);
    let paired = post(gateway.listen(), "/api/pair", JSON, &good)?;
    assert_eq!(paired.status, 200, "the code is spent: {}", paired.body);
    let paired = paired.json()?;
    let token = Some(text(&paired, "access_token")?);
    let link = upgrade(gateway.listen(), token, Some(("origin", "https://evil.example"))).await;
    assert_eq!(refused(link)?.0, 403, "a good token does not make the page one of ours");
    let own = format!("http://{}", gateway.listen());
    upgrade(gateway.listen(), token, Some(("origin", &own))).await?;
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
    let good = json!({ "code": code(&gateway)?, "device": "x", "cookie": false });
    let long = format!("{JSON}X-Long: {}\r\n", "a".repeat(9000));
    assert_eq!(post(gateway.listen(), "/api/pair", &long, &good)?.status, 431);
    let mut large = good.clone();
    large["and"] = "a".repeat(5000).into();
    assert_eq!(post(gateway.listen(), "/api/pair", JSON, &large)?.status, 413);
    // Nothing but their size was wrong, and the code in them was not read.
    let within = format!("{JSON}X-Long: {}\r\n", "a".repeat(7000));
    assert_eq!(post(gateway.listen(), "/api/pair", &within, &good)?.status, 200);
    Ok(())
}
