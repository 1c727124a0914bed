//! Snapshots that a reader asks for: it is given one, and one that it can take.

use std::time::Duration;

use std::cell::RefCell;

use bytes::Bytes;

use super::{Attached, ServerConfig, ServerSession};
use crate::hold::{FrontId, Mirror, Owner};
use crate::link::Class;
use crate::log::{Extent, Inbox, Log, Loss};
use crate::position::{Epoch, Position, Unit};
use crate::session::Logs;
use crate::time::Time;
use crate::wire::{Credit, Decoder, Encoder, Frame, Hello, Inputs, Open, Priority, Sealed};
use crate::{Boot, Ch, ChannelId, ClientId};

const FRONT: FrontId = FrontId(1);
const CHANNEL: ChannelId = ChannelId([7; 16]);
const CH: Ch = Ch(1);
const ANN: ClientId = ClientId([1; 16]);

/// One channel in its holder, and a gateway's copy.
struct Channel {
    owner: Owner,
    mirror: RefCell<Mirror>,
}

impl Channel {
    fn new() -> Self {
        let log = Log::new(Epoch(5), Unit::Bytes, 1 << 20, Loss::Snapshot);
        let mut owner = Owner::new(Boot(3), log, Inbox::new());
        owner.front_up(FRONT).unwrap();
        let mirror = RefCell::new(Mirror::new(ClientId([9; 16]), CHANNEL, "a kind"));
        let mut channel = Self { owner, mirror };
        channel.exchange();
        channel
    }

    fn exchange(&mut self) {
        let Self { owner, mirror } = self;
        let mirror = mirror.get_mut();
        while let Some(packet) = mirror.poll_transmit() {
            owner.handle_packet(FRONT, packet).unwrap();
        }
        owner.snapshot(owner.extent().head, &Bytes::from_static(b"a screen"));
        while let Some(packet) = owner.poll_transmit(FRONT) {
            mirror.handle_packet(packet).unwrap();
        }
    }

    fn write(&mut self, bytes: usize) {
        self.owner.append(&vec![b'x'; bytes]);
        self.exchange();
    }
}

impl Logs for Channel {
    fn extent(&self, _: Ch) -> Option<Extent> {
        self.mirror.borrow().extent()
    }
    fn read(&self, _: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        self.mirror.borrow().read(from, bytes_max)
    }
    fn snapshot(&self, _: Ch) -> Option<(u64, Bytes)> {
        self.mirror.borrow_mut().snapshot()
    }
    fn end(&self, _: Ch) -> Option<Bytes> {
        self.mirror.borrow().end().cloned()
    }
}

fn say(session: &mut ServerSession, frames: &[Frame]) {
    let packet = Encoder::new().seal(Time::ZERO, frames, Sealed::Plain);
    session.handle_packet(Time::ZERO, packet).unwrap();
}

/// A session that has asked to read on from here, or anew.
fn opening(offset: impl Into<Option<u64>>) -> ServerSession {
    let have = offset.into().map(|offset| Position { epoch: Epoch(5), offset });
    let open = Open {
        ch: CH,
        id: CHANNEL,
        kind: "a kind".into(),
        spec: None,
        have,
        window: 1 << 20,
        priority: Priority::Focused,
        outbox: None,
        client: None,
        reader: String::new(),
    };
    let hello = Hello {
        version_min: 1,
        version_max: 1,
        client: ANN,
        generation: 1,
        last_boot: None,
        zstd_window_log: 0,
        channels: vec![open],
        agent: String::new(),
    };
    let mut session = ServerSession::new(Time::ZERO, ServerConfig { boot: Boot(3) });
    say(&mut session, &[Frame::Hello(hello)]);
    session
}

fn attach(session: &mut ServerSession, channel: &Channel) {
    let extent = channel.extent(CH).unwrap();
    let (inputs, class, sealed) = (Inputs::Known, Class::Interactive, Sealed::Plain);
    let unit = Unit::Bytes;
    let attached = Attached { extent, client: None, unit, inputs, applied: 0, class, sealed };
    assert!(session.attached(Time::ZERO, CH, attached));
}

/// What the reader is sent now.
fn sent(session: &mut ServerSession, now: Time, channel: &Channel) -> Vec<Frame> {
    let mut all = Vec::new();
    while let Some(packet) = session.poll_transmit(now, channel) {
        all.extend(Decoder::new(0).open(packet).unwrap());
    }
    all
}

/// Where the Snapshots stand that the reader is sent now.
fn snapshots(session: &mut ServerSession, channel: &Channel) -> Vec<u64> {
    let frames = sent(session, Time::ZERO, channel);
    let at = |frame: &Frame| if let Frame::Snapshot(it) = frame { Some(it.at) } else { None };
    frames.iter().filter_map(at).collect()
}

/// All that the reader is sent until nothing more comes of it.
fn settled(session: &mut ServerSession, channel: &mut Channel) -> Vec<u64> {
    let mut all = Vec::new();
    for _ in 0..4 {
        all.extend(snapshots(session, channel));
        channel.exchange();
    }
    all
}

#[test]
fn a_snapshot_that_another_asked_for_long_ago_is_not_given_to_who_has_more() {
    let mut channel = Channel::new();
    channel.write(1000);
    // Whoever asked is gone before it comes.
    assert_eq!(channel.snapshot(CH), None);
    channel.exchange();
    channel.write(20_000);
    let mut session = opening(21_000);
    attach(&mut session, &channel);
    say(&mut session, &[Frame::Refresh(CH, 0)]);
    assert_eq!(settled(&mut session, &mut channel), [21_000]);
}

#[test]
fn who_begins_to_read_begins_with_what_there_is_now() {
    let mut channel = Channel::new();
    channel.write(1000);
    assert_eq!(channel.snapshot(CH), None);
    channel.exchange();
    channel.write(20_000);
    let mut session = opening(None);
    attach(&mut session, &channel);
    assert_eq!(settled(&mut session, &mut channel), [21_000]);
}

#[test]
fn who_wants_a_snapshot_in_any_case_is_given_one_whatever_is_asked_behind_that() {
    let mut channel = Channel::new();
    channel.write(1000);
    let mut session = opening(1000);
    attach(&mut session, &channel);
    say(&mut session, &[Frame::Refresh(CH, 0)]);
    say(&mut session, &[Frame::Refresh(CH, 16 << 10)]);
    assert_eq!(settled(&mut session, &mut channel), [1000]);
}

#[test]
fn a_snapshot_of_a_channel_that_is_being_opened_comes_once_it_is() {
    let mut channel = Channel::new();
    channel.write(1000);
    let mut session = opening(1000);
    say(&mut session, &[Frame::Refresh(CH, 0)]);
    assert_eq!(settled(&mut session, &mut channel), []);
    attach(&mut session, &channel);
    assert_eq!(settled(&mut session, &mut channel), [1000]);
}

#[test]
fn what_came_while_a_snapshot_was_on_its_way_is_not_waited_for() {
    let mut channel = Channel::new();
    let mut session = opening(0);
    attach(&mut session, &channel);
    channel.write(200_000);
    assert_eq!(snapshots(&mut session, &channel), []);
    channel.exchange();
    // The prompt behind the flood, long after the last key.
    channel.write(2);
    let late = Time::from_micros(1_000_000);
    let is_snapshot = |frame: &Frame| matches!(frame, Frame::Snapshot(it) if it.at == 200_000);
    assert!(sent(&mut session, late, &channel).iter().any(is_snapshot));
    let credit = Credit { ch: CH, consumed: 200_000, limit: 300_000, priority: Priority::Focused };
    say(&mut session, &[Frame::Window { credits: vec![credit], rx_bytes: 0, client: None }]);
    let is_prompt = |frame: &Frame| matches!(frame, Frame::Data(data) if data.bytes.len() == 2);
    let frames = sent(&mut session, late, &channel);
    assert!(!frames.iter().any(is_prompt), "it may be a frame's beginning: {frames:?}");
    let mut frames = Vec::new();
    let mut now = late;
    while now < late + Duration::from_millis(200) && frames.is_empty() {
        now = session.poll_timeout().unwrap();
        session.handle_timeout(now).unwrap();
        frames = sent(&mut session, now, &channel);
    }
    assert!(frames.iter().any(is_prompt), "{frames:?}");
}

#[test]
fn what_comes_at_once_behind_a_key_does_not_wait_for_a_frame() {
    let mut channel = Channel::new();
    let mut session = opening(0);
    attach(&mut session, &channel);
    channel.write(200_000);
    assert_eq!(snapshots(&mut session, &channel), []);
    channel.exchange();
    channel.write(2);
    let frames = sent(&mut session, Time::ZERO, &channel);
    let is_prompt = |frame: &Frame| matches!(frame, Frame::Data(data) if data.bytes.len() == 2);
    assert!(frames.iter().any(is_prompt), "{frames:?}");
}

#[test]
fn the_rest_of_a_flood_behind_a_key_waits_for_20_ms_and_not_until_the_snapshot_before_it_is_shown()
{
    let mut channel = Channel::new();
    let mut session = opening(0);
    attach(&mut session, &channel);
    let mut shown_at = |ms: u64, more: usize| {
        channel.write(more);
        let now = Time::from_micros(ms * 1000);
        let mut frames = sent(&mut session, now, &channel);
        channel.exchange();
        frames.extend(sent(&mut session, now, &channel));
        let at = |frame: Frame| if let Frame::Snapshot(it) = frame { Some(it.at) } else { None };
        frames.into_iter().filter_map(at).collect::<Vec<u64>>()
    };
    assert_eq!(shown_at(0, 200_000), [200_000]);
    assert_eq!(shown_at(19, 100_000), []);
    assert_eq!(shown_at(20, 0), [300_000], "the prompt may stand here");
    assert_eq!(shown_at(40, 100_000), [400_000]);
    assert_eq!(shown_at(60, 100_000), [], "three are under way");
    // Long after the key each one is shown before the next.
    assert_eq!(shown_at(1000, 100_000), []);
}
