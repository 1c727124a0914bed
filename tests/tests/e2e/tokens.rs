//! Who may come in, and who may not any more.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use devtail_protocol::Code;
use devtail_tests::gateway::Gateway;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{JSON, Person, pair, post, refused, text, upgrade};

#[tokio::test]
async fn a_token_that_is_none_gets_no_hint() -> Result<()> {
    let gateway = Gateway::start()?;
    let paired = pair(&gateway)?;
    let token = text(&paired, "access_token")?;
    let mut answers = Vec::new();
    let foreign = Gateway::start()?;
    let of_another = pair(&foreign)?;
    for wrong in [
        None,
        Some("garbage".to_owned()),
        Some(without_algorithm(token)?),
        Some(with_another_signature(token)?),
        Some(text(&of_another, "access_token")?.to_owned()),
        Some(text(&paired, "refresh_token")?.to_owned()),
    ] {
        answers.push(refused(upgrade(gateway.listen(), wrong.as_deref(), None).await)?);
    }
    ensure!(answers.iter().all(|answer| answer.0 == 401), "{answers:?}");
    ensure!(
        answers.iter().all(|answer| answer == &answers[0]),
        "the answers differ, which is a hint: {answers:?}"
    );
    ensure!(
        upgrade(gateway.listen(), Some(token), None).await.is_ok(),
        "the right token was refused"
    );
    Ok(())
}

/// The same claims with `"alg": "none"`.
fn without_algorithm(token: &str) -> Result<String> {
    let (header, rest) = token.split_once('.').context("a JWT has three parts")?;
    let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
    header["alg"] = "none".into();
    let claims = rest.split('.').next().context("a JWT has three parts")?;
    Ok(format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(header.to_string())))
}

fn with_another_signature(token: &str) -> Result<String> {
    let (signed, _) = token.rsplit_once('.').context("a JWT has three parts")?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode([7; 64])))
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_its_whole_family() -> Result<()> {
    let gateway = Gateway::start()?;
    let paired = pair(&gateway)?;
    let mut link = upgrade(gateway.listen(), Some(text(&paired, "access_token")?), None).await?;
    crate::hostile::greet(&mut link).await?;
    let renew = |token: &str| {
        post(gateway.listen(), "/api/token", JSON, &json!({ "refresh_token": token }))
    };
    let first = text(&paired, "refresh_token")?;
    let renewed = renew(first)?;
    assert_eq!(renewed.status, 200);
    let second = text(&renewed.json()?, "refresh_token")?.to_owned();
    assert_eq!(renew(&second)?.status, 200);
    assert_eq!(renew(first)?.status, 401, "a token that was spent long ago");
    is_cut_off(&mut link).await?;
    let third = renew(&second)?;
    assert_eq!(
        third.status, 401,
        "the thief's and the owner's tokens are one family: {}",
        third.body
    );
    Ok(())
}

#[tokio::test]
async fn a_revoked_device_is_cut_off_within_a_second() -> Result<()> {
    let gateway = Gateway::start()?;
    let paired = pair(&gateway)?;
    let token = text(&paired, "access_token")?;
    let mut link = upgrade(gateway.listen(), Some(token), None).await?;
    crate::hostile::greet(&mut link).await?;
    let state = gateway.state().to_str().context("a path in UTF-8")?.to_owned();
    let device = text(&paired, "device_id")?.to_owned();
    let person = Person::new()?;
    let revoking =
        tokio::task::spawn_blocking(move || person.output(&["revoke", &device, "--state", &state]));
    revoking.await??;
    is_cut_off(&mut link).await?;
    assert_eq!(refused(upgrade(gateway.listen(), Some(token), None).await)?.0, 401);
    Ok(())
}

/// Waits for the close that a revocation brings within a second.
async fn is_cut_off(link: &mut WebSocketStream<TcpStream>) -> Result<()> {
    let began = Instant::now();
    let close = loop {
        match tokio::time::timeout(Duration::from_secs(10), link.next())
            .await
            .context("the link lives on")?
        {
            Some(Ok(Message::Close(frame))) => break frame,
            Some(Ok(_)) => {}
            Some(Err(_)) | None => break None,
        }
    };
    ensure!(began.elapsed() < Duration::from_secs(1), "it took {:?}", began.elapsed());
    assert_eq!(close.map(|close| u16::from(close.code)), Some(Code::Revoked.close_code()));
    Ok(())
}
