//! A session over links that break in every way a socket can.

mod support;

use bytes::Bytes;
use devtail_client::{ChannelEvent, Event, LinkState};
use support::gateway::{Gateway, Weather};
use support::view::{ECHO, View};

#[tokio::test]
async fn what_is_typed_before_the_link_is_up_is_echoed_once() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.send("early ");
    view.live().await;
    view.send("late");
    view.shows(10).await;
    assert_eq!(gateway.host().echo(ECHO).applied, b"early late");
    assert_eq!(view.states, ["connecting", "live"]);
    assert_eq!(*gateway.shared.hellos.lock().unwrap(), (1, 0));
}

#[tokio::test]
async fn resets_while_typing_lose_nothing_and_double_nothing() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.live().await;
    let mut typed = Vec::new();
    for n in 0..30 {
        let text = format!("token-{n};");
        typed.extend_from_slice(text.as_bytes());
        view.send(text);
        gateway.weather(Weather::ResetUpTo(gateway.links()));
        // Some are cut before the input is sent, some after it is applied, some after it is shown.
        match n % 3 {
            0 => view.shows(typed.len() as u64).await,
            1 => view.live().await,
            _ => {}
        }
    }
    view.shows(typed.len() as u64).await;
    assert_eq!(gateway.host().echo(ECHO).applied, typed);
    assert!(gateway.links() > 10, "{} links", gateway.links());
}

#[tokio::test]
async fn a_link_that_goes_silent_is_replaced_by_a_second_one_beside_it() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.live().await;
    gateway.weather(Weather::SilentUpTo(gateway.links()));
    view.send("into the void");
    view.client.nudge();
    view.shows(13).await;
    assert_eq!(view.states[2..], ["suspect", "live"], "never offline");
    assert_eq!(gateway.links(), 2);
    assert_eq!(gateway.host().echo(ECHO).applied, b"into the void");
}

#[tokio::test]
async fn a_silent_link_that_answers_first_wins_over_the_dial_beside_it() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.live().await;
    gateway.weather(Weather::Silent);
    view.send("held up");
    view.client.nudge();
    view.until(|event, _| matches!(event, Event::State(LinkState::Suspect { .. }))).await;
    gateway.weather(Weather::SilentUpTo(0));
    view.shows(7).await;
    view.client.fetch("echo", Bytes::from_static(b"still there?")).unwrap();
    view.until(|event, _| matches!(event, Event::Fetched { .. })).await;
    assert_eq!(view.states.last(), Some(&"live"));
    assert_eq!(gateway.host().echo(ECHO).applied, b"held up");
}

#[tokio::test]
async fn a_gateway_that_was_killed_is_found_again_on_its_port() {
    let mut gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.live().await;
    gateway.kill().await;
    view.send("while it was away");
    view.until(|event, _| matches!(event, Event::DialFailed(_))).await;
    gateway.listen();
    view.client.nudge();
    view.shows(17).await;
    assert_eq!(gateway.host().echo(ECHO).applied, b"while it was away");
}

#[tokio::test]
async fn a_gateway_that_goes_away_is_dialled_when_it_said() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.live().await;
    gateway.weather(Weather::GoAwayUpTo(1, 300));
    let offline =
        view.until(|event, _| matches!(event, Event::State(LinkState::Offline { .. }))).await;
    let Event::State(LinkState::Offline { until }) = offline else { unreachable!() };
    let wait = devtail_client::Client::until(until).as_millis();
    assert!((1..=300).contains(&wait), "{wait} ms");
    view.live().await;
}

#[tokio::test]
async fn a_client_that_sleeps_says_bye_and_wakes_by_a_nudge() {
    let gateway = Gateway::start();
    let mut view = View::open(gateway.memory());
    view.live().await;
    view.client.sleep();
    view.until(|event, _| matches!(event, Event::State(LinkState::Asleep))).await;
    view.send("typed asleep");
    view.client.nudge();
    view.shows(12).await;
    assert_eq!(gateway.links(), 2);
}

#[tokio::test]
async fn a_channel_opened_while_the_gateway_greets_is_opened_without_another_link() {
    let gateway = Gateway::start();
    gateway.weather(Weather::SilentUpTo(1));
    let (client, mut events) = devtail_client::Client::start(gateway.memory());
    let mut links = gateway.shared.links.subscribe();
    links.wait_for(|links| *links == 1).await.unwrap();
    let late = client.attach(ECHO, "echo", devtail_protocol::wire::Priority::Focused).unwrap();
    gateway.weather(Weather::Clear);
    let opened = async {
        while let Some(event) = events.next().await {
            if matches!(event, Event::Channel(ch, ChannelEvent::Opened(_)) if ch == late) {
                return;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), opened).await.expect("it is opened");
    assert_eq!(gateway.links(), 1);
}
