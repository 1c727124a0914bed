//! A device that is let in and then breaks the rules: each way ends in the Fault that names it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use devtail_protocol::wire::{Encoder, Frame, Hello, Sealed};
use devtail_protocol::{ClientId, Code, Time};
use devtail_tests::gateway::Gateway;
use devtail_tests::vectors::{self, Content};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{PATIENCE, pair, text, upgrade};

type Link = WebSocketStream<TcpStream>;

#[tokio::test]
async fn every_packet_that_must_be_refused_ends_the_link_with_its_fault() -> Result<()> {
    let gateway = Gateway::start()?;
    let paired = pair(&gateway)?;
    let token = text(&paired, "access_token")?;
    for vector in vectors::all() {
        let (code, first) = match vector.content {
            Content::Refused(code) => (code, false),
            Content::RefusedFirst(code) => (code, true),
            Content::Plain(_) | Content::Read(_) => continue,
        };
        let mut link = upgrade(gateway.listen(), Some(token), None).await?;
        if !first {
            greet(&mut link).await?;
        }
        for packet in vector.packets {
            link.send(Message::Binary(packet)).await?;
        }
        let close = close_code(&mut link).await.with_context(|| vector.name)?;
        // No client may compress in version 1, so what is wrong inside is never looked at.
        let wanted = if vector.name.contains("zstd") { Code::BadPacket } else { code };
        assert_eq!(close, wanted.close_code(), "{}", vector.name);
    }
    Ok(())
}

#[tokio::test]
async fn a_version_nobody_speaks_is_refused_by_its_name() -> Result<()> {
    let (_gateway, mut link) = linked().await?;
    send(&mut link, Frame::Hello(Hello { version_min: 2, version_max: 9, ..hello() })).await?;
    assert_eq!(close_code(&mut link).await?, Code::Version.close_code());
    Ok(())
}

#[tokio::test]
async fn whoever_does_not_say_hello_first_is_sent_away() -> Result<()> {
    let (_gateway, mut link) = linked().await?;
    send(&mut link, Frame::Ping(1)).await?;
    assert_eq!(close_code(&mut link).await?, Code::HelloExpected.close_code());
    Ok(())
}

#[tokio::test]
async fn whoever_says_nothing_is_sent_away_after_five_seconds() -> Result<()> {
    let (_gateway, mut link) = linked().await?;
    let began = Instant::now();
    assert_eq!(close_code(&mut link).await?, Code::HelloTimeout.close_code());
    let lasted = began.elapsed();
    ensure!((3..9).contains(&lasted.as_secs()), "after {lasted:?}");
    Ok(())
}

#[tokio::test]
async fn a_message_above_a_mebibyte_is_not_taken_in() -> Result<()> {
    let (_gateway, mut link) = linked().await?;
    greet(&mut link).await?;
    // The gateway may close before it is all sent.
    let _cut = link.send(Message::Binary(Bytes::from(vec![0; 3 << 20]))).await;
    let closed =
        tokio::time::timeout(PATIENCE, async { while let Some(Ok(_)) = link.next().await {} })
            .await;
    closed.context("the link lives on")
}

#[tokio::test]
async fn a_flood_of_pings_is_stopped() -> Result<()> {
    let (_gateway, mut link) = linked().await?;
    greet(&mut link).await?;
    let pings: Vec<Frame> = (0..200).map(Frame::Ping).collect();
    let packet = Encoder::new().seal(Time::ZERO, &pings, Sealed::Plain);
    let _cut = link.send(Message::Binary(packet)).await;
    assert_eq!(close_code(&mut link).await?, Code::Limit.close_code());
    Ok(())
}

/// A gateway and an upgraded link on which nothing was said yet.
async fn linked() -> Result<(Gateway, Link)> {
    let gateway = Gateway::start()?;
    let paired = pair(&gateway)?;
    let link = upgrade(gateway.listen(), Some(text(&paired, "access_token")?), None).await?;
    Ok((gateway, link))
}

/// Says Hello and waits for an answer.
pub(crate) async fn greet(link: &mut Link) -> Result<()> {
    send(link, Frame::Hello(hello())).await?;
    let answer = tokio::time::timeout(PATIENCE, link.next()).await.context("no Welcome")?;
    let answer = answer.context("the link ended")??;
    ensure!(answer.is_binary(), "no Welcome but {answer:?}");
    Ok(())
}

fn hello() -> Hello {
    // An instance of its own each time: the newest link of one would end the others.
    let nanos = std::time::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_nanos());
    Hello {
        version_min: 1,
        version_max: 1,
        client: ClientId(nanos.to_le_bytes()),
        generation: 1,
        last_boot: None,
        zstd_window_log: 0,
        channels: vec![],
        agent: "a stranger".to_owned(),
    }
}

async fn send(link: &mut Link, frame: Frame) -> Result<()> {
    let packet = Encoder::new().seal(Time::ZERO, &[frame], Sealed::Plain);
    Ok(link.send(Message::Binary(packet)).await?)
}

/// The code the gateway closes with.
async fn close_code(link: &mut Link) -> Result<u16> {
    let closing = async {
        loop {
            let message = link.next().await.context("the link ended without a close")??;
            if let Message::Close(frame) = message {
                return Ok(u16::from(frame.context("a close without a code")?.code));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), closing).await.context("the link lives on")?
}
