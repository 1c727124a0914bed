//! The two ends against each other, packet by packet.

use bytes::Bytes;

use super::{FrontId, HOLD_CH, Mirror, MirrorEvent, Owner, OwnerEvent};
use crate::log::{Inbox, Log, Loss};
use crate::position::{Epoch, Unit};
use crate::wire::{Echo, Inputs, OutboxRange, Outcome};
use crate::{Boot, ChannelId, ClientId};

const FRONT: FrontId = FrontId(1);
const CHANNEL: ChannelId = ChannelId([3; 16]);
const ANN: ClientId = ClientId([1; 16]);

fn pair(loss: Loss) -> (Owner, Mirror) {
    let log = Log::new(Epoch(5), Unit::Bytes, 64 << 10, loss);
    let mut owner = Owner::new(Boot(7), log, Inbox::new());
    owner.front_up(FRONT).unwrap();
    let mut mirror = Mirror::new(ClientId([9; 16]), CHANNEL, "a kind");
    let events = exchange(&mut owner, &mut mirror);
    assert_eq!(events, [MirrorEvent::Ready]);
    (owner, mirror)
}

fn ask(owner: &mut Owner, mirror: &mut Mirror) {
    while let Some(packet) = mirror.poll_transmit() {
        owner.handle_packet(FRONT, packet).unwrap();
    }
}

/// All that either end has to say; returns what the gateway learns.
fn exchange(owner: &mut Owner, mirror: &mut Mirror) -> Vec<MirrorEvent> {
    ask(owner, mirror);
    while let Some(packet) = owner.poll_transmit(FRONT) {
        mirror.handle_packet(packet).unwrap();
    }
    std::iter::from_fn(|| mirror.poll_event()).collect()
}

#[test]
fn an_answer_is_for_the_last_who_asked_and_knows_what_was_taken() {
    let (mut owner, mut mirror) = pair(Loss::Snapshot);
    mirror.attach(CHANNEL, "a kind", ANN, String::new(), None).unwrap();
    exchange(&mut owner, &mut mirror);
    for seq in 1..=3 {
        mirror.input(ANN, seq, Bytes::from_static(b"key"));
    }
    // The holder is busy: both of these wait for it, and only the second is for who reads now.
    mirror.detach(ANN);
    mirror
        .attach(CHANNEL, "a kind", ANN, String::new(), Some(OutboxRange { first: 1, next: 4 }))
        .unwrap();
    mirror.detach(ANN);
    mirror.attach(CHANNEL, "a kind", ANN, String::new(), None).unwrap();
    ask(&mut owner, &mut mirror);
    while let Some(event) = owner.poll_event() {
        if let OwnerEvent::Input { client, seq, .. } = event {
            owner.settled(client, seq, Outcome::Applied);
        }
    }
    let events = exchange(&mut owner, &mut mirror);
    let answers: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            MirrorEvent::Attached(client, opened) => Some((*client, opened.inputs, opened.applied)),
            MirrorEvent::Ready
            | MirrorEvent::News
            | MirrorEvent::Settled(..)
            | MirrorEvent::Answered(..)
            | MirrorEvent::Echoed(_)
            | MirrorEvent::Noticed(_)
            | MirrorEvent::Refused(..) => None,
        })
        .collect();
    assert_eq!(answers, [(ANN, Inputs::Known, 3)]);
}

#[test]
fn a_snapshot_is_waited_for_until_it_comes() {
    let (mut owner, mut mirror) = pair(Loss::Never);
    assert!(!owner.wants_snapshot());
    assert_eq!(mirror.snapshot(), None);
    exchange(&mut owner, &mut mirror);
    // The fold is ahead of the Log now; however often the holder wakes meanwhile, the wish stands.
    assert!(owner.wants_snapshot() && owner.wants_snapshot());
    owner.append(b"what it shows");
    owner.snapshot(13, &Bytes::from_static(b"a screen"));
    assert!(!owner.wants_snapshot());
    exchange(&mut owner, &mut mirror);
    assert_eq!(mirror.snapshot(), Some((13, Bytes::from_static(b"a screen"))));
}

#[test]
fn only_the_newest_echo_of_a_client_waits_for_a_gateway() {
    let (mut owner, mut mirror) = pair(Loss::Snapshot);
    mirror.attach(CHANNEL, "a kind", ANN, "Ann's phone".into(), None).unwrap();
    exchange(&mut owner, &mut mirror);
    let named = OwnerEvent::Attached(ANN, "Ann's phone".into());
    assert_eq!(owner.poll_event(), Some(named), "and the holder knows whom it speaks to");
    owner.echoed(ANN, 1);
    owner.append(b"ab");
    owner.echoed(ANN, 2);
    owner.notice(&Bytes::from_static(b"bell"));
    let at = owner.extent().head;
    let echo = Echo { ch: HOLD_CH, seq: 2, at, client: Some(ANN) };
    let mut events = exchange(&mut owner, &mut mirror);
    events.retain(|event| *event != MirrorEvent::News);
    let noticed = MirrorEvent::Noticed(Bytes::from_static(b"bell"));
    assert_eq!(events, [MirrorEvent::Echoed(echo), noticed]);
}
