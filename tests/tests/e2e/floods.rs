//! What a flood takes of the gateway's memory: no more than the limits of those who send it add up to.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result, ensure};
use devtail_protocol::limits::PACKET_MAX;
use devtail_tests::gateway::Gateway;
use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::hostile::greet;
use crate::support::{PATIENCE, pair, text, upgrade};

/// What one stranger may cost, bytes: the gateway's limits say so where they name how many may wait.
const STRANGER_BYTES: u64 = 40_000;
/// Strangers of one address that may wait.
const STRANGERS_PER_ADDRESS: usize = 16;
/// Addresses they come from.
const ADDRESSES: u8 = 40;
/// Devices that are let in and then send what never ends.
const LINKS: usize = 12;
/// What such a link may cost: a message coming in, what a buffer grows by doubling, and a packet going out.
const LINK_BYTES: u64 = 3 * PACKET_MAX as u64;
/// What allocators and threads take, whatever comes.
const SLACK_BYTES: u64 = 8 << 20;

#[tokio::test]
async fn strangers_who_flood_cost_what_their_limits_add_up_to() -> Result<()> {
    let gateway = Gateway::start()?;
    let before = peak(&gateway)?;
    let mut strangers = Vec::new();
    for address in 1..=ADDRESSES {
        for _ in 0..STRANGERS_PER_ADDRESS {
            strangers.push(stranger(Ipv4Addr::new(127, 1, 0, address), gateway.listen()).await?);
        }
        // One more of the same address is turned away at once.
        let mut refused = stranger(Ipv4Addr::new(127, 1, 0, address), gateway.listen()).await?;
        let answer = tokio::time::timeout(PATIENCE, refused.read(&mut [0])).await?;
        ensure!(matches!(answer, Ok(0) | Err(_)), "one too many was let in");
    }
    // Each is heard to its time's end: whatever it could take, it has taken.
    for stranger in &mut strangers {
        let ended = tokio::time::timeout(PATIENCE, stranger.read_to_end(&mut Vec::new())).await;
        ensure!(ended.is_ok(), "a stranger who never ends is never dropped");
    }
    let grown = peak(&gateway)? - before;
    let most = strangers.len() as u64 * STRANGER_BYTES + SLACK_BYTES;
    println!("{} strangers: {grown} bytes, at most {most}", strangers.len());
    ensure!(grown <= most, "{} strangers took {grown} bytes, {most} allowed", strangers.len());
    Ok(())
}

#[tokio::test]
async fn devices_that_send_what_never_ends_cost_what_their_limits_add_up_to() -> Result<()> {
    let gateway = Gateway::start()?;
    let paired = pair(&gateway)?;
    let mut links = Vec::new();
    for _ in 0..LINKS {
        let mut link =
            upgrade(gateway.listen(), Some(text(&paired, "access_token")?), None).await?;
        greet(&mut link).await?;
        links.push(link);
    }
    let before = peak(&gateway)?;
    for link in &mut links {
        // The first fragment of a binary message, one byte short of the largest and masked with zeros. It never ends.
        let mut message = vec![0x02, 0xff];
        message.extend((PACKET_MAX as u64 - 1).to_be_bytes());
        message.extend([0; 4]);
        message.resize(message.len() + PACKET_MAX - 1, 0);
        // A ping may stand between fragments: its answer says that all before it was read.
        message.extend([0x89, 0x80, 0, 0, 0, 0]);
        link.get_mut().write_all(&message).await?;
    }
    for link in &mut links {
        let heard = async {
            while !link.next().await.context("the link ended")??.is_pong() {}
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, heard).await.context("no pong")??;
    }
    let grown = peak(&gateway)? - before;
    let most = LINKS as u64 * LINK_BYTES + SLACK_BYTES;
    println!("{LINKS} links: {grown} bytes, at most {most}");
    ensure!(grown <= most, "{LINKS} links took {grown} bytes, {most} allowed");
    Ok(())
}

/// A connection from this address of loopback that sends headers without an end.
async fn stranger(from: Ipv4Addr, to: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let mut stream = socket.connect(to).await?;
    // Who is turned away finds the connection closed here.
    let head = format!("GET /ws HTTP/1.1\r\nHost: {to}\r\nX: {}", "x".repeat(7000));
    let _turned_away = stream.write_all(head.as_bytes()).await;
    Ok(stream)
}

/// The most memory the gateway ever had resident, bytes.
fn peak(gateway: &Gateway) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.pid()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.context("a process has a peak")?.trim().trim_end_matches(" kB");
    Ok(kib.parse::<u64>()? << 10)
}
