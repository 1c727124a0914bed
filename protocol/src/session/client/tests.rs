//! When a client dials, and what it does not let a gateway do to it.

use std::time::Duration;

use super::{ClientConfig, ClientEvent, ClientSession, LinkState};
use crate::fault::Code;
use crate::limits::{ACK_LATE, CONTROL_FRAMES_MAX, GO_AWAY_MAX, LINK_PROVED, WINDOW_WHOLE};
use crate::position::{Epoch, Loss, Unit};
use crate::time::Time;
use crate::wire::{
    Credit, Data, Decoder, Encoder, Frame, Inputs, Opened, Priority, Resume, Sealed, Welcome,
};
use crate::{Boot, Ch, ChannelId, ClientId};

/// The greatest jitter there is.
const LATE: u64 = u64::MAX;

fn session() -> ClientSession {
    let client = ClientId([1; 16]);
    ClientSession::new(ClientConfig { client, agent: "a test".to_owned(), zstd_window_log: 0 })
}

fn say(session: &mut ClientSession, now: Time, frames: &[Frame]) -> Result<(), crate::Fault> {
    session.handle_packet(now, Encoder::new().seal(now, frames, Sealed::Plain))
}

fn link(session: &mut ClientSession, now: Time) {
    session.hello(now);
    session.link_up(now);
    let welcome = Welcome { version: 1, boot: Boot(5), zstd_window_log: 0 };
    say(session, now, &[Frame::Welcome(welcome)]).unwrap();
    assert!(session.is_live());
}

fn opened(ch: Ch, epoch: u64, resume: Resume) -> Opened {
    Opened {
        ch,
        epoch: Epoch(epoch),
        head: 0,
        resume,
        inputs: Inputs::Known,
        applied: 0,
        unit: Unit::Bytes,
        client: None,
        base: 0,
        loss: Loss::Never,
    }
}

fn events(session: &mut ClientSession) -> Vec<ClientEvent> {
    std::iter::from_fn(|| session.poll_event()).collect()
}

#[test]
fn a_link_that_dies_behind_its_welcome_is_a_dial_that_failed() {
    let mut session = session();
    let mut now = Time::ZERO;
    let mut waits = Vec::new();
    for _ in 0..4 {
        link(&mut session, now);
        session.link_down(now, LATE, None);
        let at = session.poll_timeout().unwrap_or(now);
        waits.push(at.since(now).as_millis());
        now = at;
        session.handle_timeout(now, LATE);
    }
    assert_eq!(waits, [0, 500, 500, 500]);
    link(&mut session, now);
    session.link_down(now + LINK_PROVED, LATE, None);
    assert_eq!(session.poll_timeout(), None, "one that lived is dialled again at once");
}

#[test]
fn what_is_dialled_when_the_network_changes_is_dialled_anew() {
    let mut session = session();
    events(&mut session);
    session.network_changed(Time::ZERO);
    assert_eq!(events(&mut session), [ClientEvent::CancelDial, ClientEvent::Dial]);
    session.hello(Time::ZERO);
    session.link_up(Time::ZERO);
    session.network_changed(Time::ZERO);
    let connecting = ClientEvent::State(LinkState::Connecting);
    assert_eq!(events(&mut session), [ClientEvent::HangUp, connecting, ClientEvent::Dial]);
    session.sleep();
    events(&mut session);
    session.network_changed(Time::ZERO);
    assert_eq!(events(&mut session), [], "what sleeps is not woken by it");
}

#[test]
fn a_live_link_is_asked_when_the_network_changes_and_another_dialled_beside_it() {
    let mut session = session();
    link(&mut session, Time::ZERO);
    events(&mut session);
    session.network_changed(Time::ZERO);
    assert_eq!(events(&mut session), [ClientEvent::Dial]);
    let packet = session.poll_transmit(Time::ZERO).expect("a Ping");
    assert!(matches!(Decoder::new(0).open(packet).unwrap()[..], [Frame::Ping(1)]));
    session.network_changed(Time::ZERO);
    assert_eq!(events(&mut session), [ClientEvent::CancelDial, ClientEvent::Dial]);
    say(&mut session, Time::ZERO, &[Frame::Pong(1)]).unwrap();
    assert_eq!(events(&mut session), [ClientEvent::CancelDial], "it lives");
}

#[test]
fn a_hello_beside_a_link_in_use_says_nothing_of_a_channel_that_is_just_being_opened() {
    let mut session = session();
    let ch = session.open(ChannelId([7; 16]), "terminal", None, None, Priority::Focused).unwrap();
    link(&mut session, Time::ZERO);
    assert_eq!(session.opens(), [], "its Opened is on its way");
    say(&mut session, Time::ZERO, &[Frame::Opened(opened(ch, 1, Resume::Fresh))]).unwrap();
    assert_eq!(session.opens().len(), 1);
}

#[test]
fn the_last_word_of_a_suspect_link_does_not_end_the_dial_beside_it() {
    let mut session = session();
    link(&mut session, Time::ZERO);
    let mut now = Time::ZERO;
    session.nudge(now);
    while session.poll_transmit(now).is_some() {}
    while !events(&mut session).contains(&ClientEvent::Dial) {
        now = session.poll_timeout().unwrap();
        session.handle_timeout(now, 0);
        while session.poll_transmit(now).is_some() {}
    }
    let superseded = Frame::Fault(crate::Fault::new(Code::Superseded, "a newer one"), None);
    let fault = say(&mut session, now, &[superseded]).unwrap_err();
    session.link_down(now, 0, Some(&fault));
    let connecting = ClientEvent::State(LinkState::Connecting);
    assert_eq!(events(&mut session), [connecting], "the dial goes on");
}

#[test]
fn a_view_that_took_nothing_more_says_what_it_takes_of_a_new_life() {
    let mut session = session();
    let ch = session.open(ChannelId([7; 16]), "tunnel", None, None, Priority::Focused).unwrap();
    link(&mut session, Time::ZERO);
    say(&mut session, Time::ZERO, &[Frame::Opened(opened(ch, 1, Resume::Fresh))]).unwrap();
    let bytes = vec![0; WINDOW_WHOLE as usize].into();
    say(&mut session, Time::ZERO, &[Frame::Data(Data { ch, off: 0, bytes })]).unwrap();
    session.link_down(Time::ZERO, 0, None);
    assert_eq!(session.opens()[0].window, 0, "all of its window is still to be parsed");
    link(&mut session, Time::ZERO);
    say(&mut session, Time::ZERO, &[Frame::Opened(opened(ch, 2, Resume::Epoch))]).unwrap();
    let due = Time::ZERO + ACK_LATE;
    session.handle_timeout(due, 0);
    let packet = session.poll_transmit(due).expect("a Window");
    let frames = Decoder::new(0).open(packet).unwrap();
    let Some(Frame::Window { credits, .. }) = frames.last() else { panic!("{frames:?}") };
    let [Credit { consumed: 0, limit, .. }] = credits[..] else { panic!("{credits:?}") };
    assert_eq!(limit, u64::from(WINDOW_WHOLE));
}

#[test]
fn a_gateway_cannot_make_a_client_owe_without_end_or_stay_away_for_weeks() {
    let mut session = session();
    link(&mut session, Time::ZERO);
    let pings: Vec<Frame> = (0..1000).map(Frame::Ping).collect();
    let refused = (0..10).find_map(|_| say(&mut session, Time::ZERO, &pings).err());
    assert_eq!(refused.unwrap().code, Code::Limit);
    assert!(session.control.len() < CONTROL_FRAMES_MAX + pings.len());

    session.link_down(Time::ZERO, LATE, None);
    link(&mut session, Time::ZERO);
    say(&mut session, Time::ZERO, &[Frame::GoAway(u32::MAX)]).unwrap();
    session.link_down(Time::ZERO, LATE, None);
    let back = session.poll_timeout().unwrap().since(Time::ZERO);
    assert!(back <= GO_AWAY_MAX && back > Duration::ZERO, "{back:?}");
}
