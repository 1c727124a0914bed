//! What a session does when there is much: a long paste, a reader that does not read, many channels.

mod support;

use std::time::Duration;

use devtail_client::{ChannelEvent, Client, Event};
use devtail_protocol::ChannelId;
use devtail_protocol::limits::INPUT_MAX;
use devtail_protocol::wire::Priority;
use support::gateway::{Gateway, Weather};
use support::view::{ECHO, View};

#[tokio::test]
async fn a_paste_above_the_outbox_arrives_whole_across_a_cut() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    let paste: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let (client, ch, parts) = (view.client.clone(), view.ch, paste.clone());
    let typing = tokio::spawn(async move {
        for part in parts.chunks(INPUT_MAX) {
            client.room(ch).await;
            client.send(ch, bytes::Bytes::copy_from_slice(part)).expect("there is room");
        }
    });
    view.until(|_, view| view.applied > 60).await;
    gateway.weather(Weather::ResetUpTo(gateway.links()));
    view.shows(paste.len() as u64).await;
    typing.await.unwrap();
    assert!(gateway.host().echo(ECHO).applied == paste, "every byte once and in order");
    assert_eq!(gateway.links(), 2);
}

#[tokio::test]
async fn an_outbox_that_is_full_refuses_and_takes_nothing() {
    let mut gateway = Gateway::start();
    gateway.kill().await;
    let view = View::open(gateway.memory());
    for _ in 0..64 {
        view.send(vec![b'x'; INPUT_MAX]);
    }
    assert!(view.client.send(view.ch, "y".into()).is_err());
    assert_eq!(view.client.waiting(view.ch), (64, 1 << 20));
}

#[tokio::test]
async fn events_that_are_not_read_stop_the_socket_and_nothing_is_lost() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.live().await;
    view.until(|event, _| matches!(event, Event::Channel(_, ChannelEvent::Opened(_)))).await;
    // Each a packet of its own, for the gateway sends what there is at once.
    for n in 0..3000u32 {
        gateway.say(ECHO, &n.to_be_bytes());
        tokio::task::yield_now().await;
    }
    let full = async {
        while view.events.unread() < 256 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), full)
        .await
        .expect("256 events wait, and no more");
    view.shows(12_000).await;
    assert_eq!(view.shown.len() as u64 + view.from, 12_000);
}

#[tokio::test]
async fn more_channels_than_a_hello_holds_are_opened_over_one_link() {
    let gateway = Gateway::start();
    let (client, mut events) = Client::start(gateway.memory());
    let opened: Vec<_> = (0..200u8)
        .map(|n| client.open(ChannelId([n; 16]), "echo", None, None, Priority::Background).unwrap())
        .collect();
    let mut left = opened.len();
    let all = async {
        while left > 0 {
            if let Some(Event::Channel(_, ChannelEvent::Opened(_))) = events.next().await {
                left -= 1;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.expect("all are opened");
    assert_eq!(*gateway.shared.hellos.lock().unwrap(), (1, 0), "the Hello is in the header");
}
