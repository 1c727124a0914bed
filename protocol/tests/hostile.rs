//! What a gateway's session answers to a peer that breaks the rules: the named Fault, and nothing allocated for it.

#![allow(clippy::unwrap_used, reason = "a test that fails here has found something")]

use std::time::Duration;

use bytes::Bytes;
use devtail_protocol::limits::{
    CHANNELS_MAX, FETCHES_MAX, HELLO_MAX, HELLO_WITHIN, INPUT_MAX, INPUT_UNAPPLIED_MAX, PACKET_MAX,
    PING_BURST, SERVER_IDLE,
};
use devtail_protocol::link::Class;
use devtail_protocol::log::{Extent, Loss};
use devtail_protocol::position::{Epoch, Unit};
use devtail_protocol::session::{Attached, Logs, ServerConfig, ServerEvent, ServerSession};
use devtail_protocol::wire::{
    Credit, Decoder, Encoder, Frame, Hello, Input, Inputs, Open, Priority, Sealed,
};
use devtail_protocol::{Boot, Ch, ChannelId, ClientId, Code, Fault, Time};

/// A channel with 1,000 bytes in it.
struct Full;

impl Logs for Full {
    fn extent(&self, _: Ch) -> Option<Extent> {
        Some(EXTENT)
    }
    fn read(&self, _: Ch, from: u64, bytes_max: usize) -> Option<Bytes> {
        Some(Bytes::from(vec![b'x'; (1000 - from as usize).min(bytes_max)]))
    }
    fn snapshot(&self, _: Ch) -> Option<(u64, Bytes)> {
        Some((1000, Bytes::new()))
    }
    fn end(&self, _: Ch) -> Option<Bytes> {
        None
    }
}

const EXTENT: Extent =
    Extent { epoch: Epoch(5), base: 0, head: 1000, ended: false, loss: Loss::Snapshot };
const CH: Ch = Ch(1);

fn open(ch: u32) -> Open {
    let id = ChannelId([ch as u8; 16]);
    let (spec, have, outbox, client) = (None, None, None, None);
    Open {
        ch: Ch(ch),
        id,
        kind: "terminal".into(),
        spec,
        have,
        window: 1000,
        priority: Priority::Focused,
        outbox,
        client,
        reader: String::new(),
    }
}

fn hello(channels: Vec<Open>) -> Frame {
    Frame::Hello(Hello {
        version_min: 1,
        version_max: 1,
        client: ClientId([9; 16]),
        generation: 1,
        last_boot: None,
        zstd_window_log: 14,
        channels,
        agent: String::new(),
    })
}

fn packet(frames: &[Frame]) -> Bytes {
    Encoder::new().seal(Time::ZERO, frames, Sealed::Plain)
}

fn fresh() -> ServerSession {
    ServerSession::new(Time::ZERO, ServerConfig { boot: Boot(3) })
}

/// A session that has said Hello and reads one channel.
fn live() -> ServerSession {
    let mut session = fresh();
    session.handle_packet(Time::ZERO, packet(&[hello(vec![open(1)])])).unwrap();
    let (inputs, class, sealed) = (Inputs::Known, Class::Interactive, Sealed::Plain);
    assert!(session.attached(
        Time::ZERO,
        CH,
        Attached {
            extent: EXTENT,
            client: None,
            unit: Unit::Bytes,
            inputs,
            applied: 0,
            class,
            sealed
        }
    ));
    while session.poll_event().is_some() {}
    while session.poll_transmit(Time::ZERO, &Full).is_some() {}
    session
}

fn refused(session: &mut ServerSession, frames: &[Frame]) -> Code {
    session.handle_packet(Time::ZERO, packet(frames)).unwrap_err().code
}

#[test]
fn a_first_frame_that_is_no_hello_is_refused() {
    assert_eq!(refused(&mut fresh(), &[Frame::Ping(1)]), Code::HelloExpected);
    assert_eq!(refused(&mut live(), &[hello(vec![])]), Code::HelloExpected);
}

#[test]
fn a_peer_that_says_nothing_is_dropped_after_five_seconds_and_one_that_falls_silent_after_four_minutes()
 {
    let mut session = fresh();
    assert_eq!(session.poll_timeout(), Some(Time::ZERO + HELLO_WITHIN));
    session.handle_timeout(Time::ZERO + (HELLO_WITHIN - Duration::from_millis(1))).unwrap();
    assert_eq!(
        session.handle_timeout(Time::ZERO + HELLO_WITHIN).unwrap_err().code,
        Code::HelloTimeout
    );
    assert_eq!(live().handle_timeout(Time::ZERO + SERVER_IDLE).unwrap_err().code, Code::Idle);
}

#[test]
fn a_version_of_tomorrow_alone_is_refused_and_beside_todays_is_not() {
    let Frame::Hello(today) = hello(vec![]) else { unreachable!() };
    let tomorrow = Frame::Hello(Hello { version_min: 2, version_max: 9, ..today.clone() });
    assert_eq!(refused(&mut fresh(), &[tomorrow]), Code::Version);
    let both = Frame::Hello(Hello { version_max: 9, ..today });
    fresh().handle_packet(Time::ZERO, packet(&[both])).unwrap();
}

#[test]
fn what_is_too_large_is_refused_by_its_length_alone() {
    let first = fresh().handle_packet(Time::ZERO, Bytes::from(vec![0; HELLO_MAX + 1]));
    assert_eq!(first.unwrap_err().code, Code::TooLarge);
    let later = live().handle_packet(Time::ZERO, Bytes::from(vec![0; PACKET_MAX + 1]));
    assert_eq!(later.unwrap_err().code, Code::TooLarge);
    // A frame that claims 2^63 bytes in a packet of a dozen.
    let liar = live()
        .handle_packet(Time::ZERO, Bytes::from_static(b"\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f"));
    assert_eq!(liar.unwrap_err().code, Code::BadPacket);
    // A megabyte of empty frames.
    let crowd = live().handle_packet(Time::ZERO, Bytes::from(vec![0; PACKET_MAX]));
    assert_eq!(crowd.unwrap_err().code, Code::TooLarge);
    let input = Frame::Input(Input {
        ch: CH,
        seq: 1,
        bytes: Bytes::from(vec![0; INPUT_MAX + 1]),
        client: None,
    });
    assert_eq!(refused(&mut live(), &[input]), Code::TooLarge);
}

#[test]
fn a_client_that_compresses_is_refused_and_so_is_an_unknown_flag() {
    for flag in [1u8, 0b1001, 2, 1 << 4, 1 << 7] {
        let fault = live().handle_packet(Time::ZERO, Bytes::from(vec![flag, 1, 2, 3])).unwrap_err();
        assert_eq!(fault.code, Code::BadPacket, "flag {flag:#b}");
    }
}

#[test]
fn a_zip_bomb_is_refused_before_it_has_grown() {
    let bomb = zstd::stream::encode_all(&vec![0u8; 64 << 20][..], 3).unwrap();
    let mut packet = vec![0b1001];
    packet.extend_from_slice(&bomb);
    let fault = Decoder::new(14).open(packet.into()).unwrap_err();
    assert!(matches!(fault.code, Code::TooLarge | Code::BadPacket), "{fault:?}");
    let small_window = zstd_in_window(&vec![0u8; 8 << 20]);
    let mut packet = vec![0b1001];
    packet.extend_from_slice(&small_window);
    assert_eq!(Decoder::new(14).open(packet.into()).unwrap_err().code, Code::TooLarge);
}

fn zstd_in_window(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(14).unwrap();
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn frames_that_only_a_gateway_sends_are_refused() {
    for frame in [Frame::GoAway(1), Frame::Fault(Fault::new(Code::Failed, "x"), None)] {
        assert_eq!(refused(&mut live(), &[frame]), Code::BadPacket);
    }
}

#[test]
fn lies_about_what_arrived_are_found_out() {
    let window = |consumed, rx_bytes| {
        let credit = Credit { ch: CH, consumed, limit: u64::MAX, priority: Priority::Focused };
        Frame::Window { credits: vec![credit], rx_bytes, client: None }
    };
    assert_eq!(refused(&mut live(), &[window(1001, 0)]), Code::BadSequence);
    assert_eq!(refused(&mut live(), &[window(0, 1 << 40)]), Code::BadSequence);
    live().handle_packet(Time::ZERO, packet(&[window(1000, 1)])).unwrap();
}

#[test]
fn floods_of_channels_questions_pings_and_inputs_end_at_their_limits() {
    let mut session = live();
    let opens: Vec<Frame> = (2..=CHANNELS_MAX as u32 + 1).map(|ch| Frame::Open(open(ch))).collect();
    session.handle_packet(Time::ZERO, packet(&opens)).unwrap();
    let mut told = None;
    while let Some(answer) = session.poll_transmit(Time::ZERO, &Full) {
        let frames = Decoder::new(14).open(answer).unwrap();
        for frame in frames {
            if let Frame::Fault(fault, _) = frame {
                told = Some(fault);
            }
        }
    }
    let told = told.expect("the channel above the limit is answered");
    assert_eq!((told.code, told.ch), (Code::Limit, Some(Ch(CHANNELS_MAX as u32 + 1))));

    let fetch = |req| Frame::Fetch { req, kind: "terminal".into(), query: Bytes::new() };
    let fetches: Vec<Frame> = (0..=FETCHES_MAX as u32).map(fetch).collect();
    assert_eq!(refused(&mut live(), &fetches), Code::Limit);

    let pings: Vec<Frame> = (0..=u64::from(PING_BURST)).map(Frame::Ping).collect();
    assert_eq!(refused(&mut live(), &pings), Code::Limit);

    let mut session = live();
    let paste = |seq| {
        Frame::Input(Input { ch: CH, seq, bytes: Bytes::from(vec![7; INPUT_MAX]), client: None })
    };
    let mut taken = 0;
    let limit = (1..).find_map(|seq| {
        session
            .handle_packet(Time::ZERO, packet(&[paste(seq)]))
            .inspect(|()| taken += INPUT_MAX)
            .err()
    });
    assert_eq!(limit.unwrap().code, Code::Limit);
    assert!(taken <= INPUT_UNAPPLIED_MAX, "{taken}");
}

#[test]
fn another_channel_under_an_open_name_is_refused_and_the_same_one_changes_nothing() {
    let mut session = live();
    session.handle_packet(Time::ZERO, packet(&[Frame::Open(open(1))])).unwrap();
    assert_eq!(session.poll_event(), None);
    let other = Open { id: ChannelId([77; 16]), ..open(1) };
    assert_eq!(refused(&mut session, &[Frame::Open(other)]), Code::BadSequence);
}

#[test]
fn an_input_for_a_channel_that_is_gone_is_void() {
    let mut session = live();
    session.refused(CH, Fault::new(Code::Gone, "It ended."));
    let input =
        Frame::Input(Input { ch: CH, seq: 1, bytes: Bytes::from_static(b"x"), client: None });
    session.handle_packet(Time::ZERO, packet(&[input])).unwrap();
    assert!(!matches!(session.poll_event(), Some(ServerEvent::Input { .. })));
}
