//! What must be refused, and with which code.

use bytes::Bytes;
use devtail_protocol::Code;
use devtail_protocol::limits::{
    AGENT_NAME_MAX, CHANNELS_MAX, FRAME_PLAIN_MAX, FRAMES_PER_PACKET_MAX, HELLO_MAX, KIND_NAME_MAX,
};

use super::frames::CHANNEL;
use super::{Content, Vector, raw};

const HELLO: u32 = 1;
const WELCOME: u32 = 2;
const OPEN: u32 = 3;
const OPENED: u32 = 4;
const DATA: u32 = 6;
const INPUT: u32 = 9;
const FAULT: u32 = 17;

pub(super) fn all() -> Vec<Vector> {
    [packets(), lengths(), compressed(), openings(), fields(), firsts()].concat()
}

fn refused(name: &'static str, note: &'static str, code: Code, packet: impl Into<Bytes>) -> Vector {
    Vector { name, note, packets: vec![packet.into()], content: Content::Refused(code) }
}

/// A packet of one frame with one field.
fn one(tag: u32, fields: &[Vec<u8>]) -> Bytes {
    raw::packet(&[raw::block(tag, &fields.concat())])
}

fn packets() -> Vec<Vector> {
    let bad = Code::BadPacket;
    vec![
        refused("refused-empty", "a packet has a flag byte at least", bad, Bytes::new()),
        refused("refused-flag-bit", "an unknown bit of the flag byte is set", bad, vec![0x10]),
        refused("refused-flag-context", "a context without zstd says nothing", bad, vec![0x02]),
        refused("refused-flag-reset", "a reset without zstd says nothing", bad, vec![0x08]),
        refused(
            "refused-not-protobuf",
            "a field of a wire type that does not exist",
            bad,
            vec![0, 2, 0x0f, 0x00],
        ),
        refused(
            "refused-nested-garbage",
            "a Ping that is no message",
            bad,
            raw::packet(&[raw::block(13, &[0xff])]),
        ),
    ]
}

fn lengths() -> Vec<Vector> {
    let many = vec![Vec::new(); FRAMES_PER_PACKET_MAX + 1];
    let long_fault = one(FAULT, &[raw::number(1, 15), raw::block(5, &vec![b'a'; FRAME_PLAIN_MAX])]);
    vec![
        refused(
            "refused-truncated",
            "a frame that ends after its packet",
            Code::BadPacket,
            vec![0, 5, 0x6a, 0x02],
        ),
        refused(
            "refused-huge-length",
            "a declared length of 2^62 bytes",
            Code::BadPacket,
            [&[0][..], &[0x80; 8], &[0x40]].concat(),
        ),
        refused(
            "refused-endless-varint",
            "a length that never ends",
            Code::BadPacket,
            [&[0][..], &[0xff; 11]].concat(),
        ),
        refused(
            "refused-many-frames",
            "one frame more than a packet may hold",
            Code::TooLarge,
            raw::packet(&many),
        ),
        refused(
            "refused-long-frame",
            "a frame without a payload above its limit",
            Code::TooLarge,
            long_fault,
        ),
    ]
}

fn compressed() -> Vec<Vector> {
    let zeros = vec![0; 8 << 20];
    let near = b"a line that repeats, as lines of terminals do.\r\n".repeat(64);
    vec![
        refused(
            "refused-zstd-unbegun",
            "a stream goes on that never began",
            Code::BadPacket,
            vec![0x01, 0x28, 0xb5, 0x2f, 0xfd],
        ),
        refused(
            "refused-zstd-garbage",
            "a stream begins with what is not zstd",
            Code::BadPacket,
            [&[0x09][..], &[0xaa; 32]].concat(),
        ),
        refused(
            "refused-zstd-bomb",
            "8 MiB of zeros in a few hundred bytes",
            Code::TooLarge,
            zstd_packet(&zeros, 14),
        ),
        refused(
            "refused-zstd-window",
            "a window larger than was agreed",
            Code::BadPacket,
            zstd_packet(&near, 20),
        ),
    ]
}

/// A packet that begins a stream in context 0 with this text.
fn zstd_packet(plain: &[u8], window_log: u32) -> Bytes {
    use std::io::Write as _;
    let mut packet = vec![0x09];
    let mut encoder = zstd::Encoder::new(&mut packet, 3).expect("zstd takes level 3");
    encoder.window_log(window_log).expect("zstd takes this window");
    encoder.write_all(plain).and_then(|()| encoder.flush()).expect("a Vec takes every byte");
    drop(encoder);
    packet.into()
}

fn openings() -> Vec<Vector> {
    let bad = Code::BadPacket;
    let ch = raw::number(1, 1);
    let id = raw::block(2, &CHANNEL.0);
    let kind = raw::block(3, b"terminal");
    let long_kind = raw::block(3, &[b'k'; KIND_NAME_MAX + 1]);
    let no_epoch = raw::block(5, &raw::number(2, 9));
    let no_range = raw::block(8, &[raw::number(1, 5), raw::number(2, 4)].concat());
    let range_from_0 = raw::block(8, &raw::number(2, 4));
    let client = raw::block(9, &[7; 15]);
    let open = |fields: &[&Vec<u8>]| {
        one(OPEN, &fields.iter().map(|field| (*field).clone()).collect::<Vec<_>>())
    };
    vec![
        refused("refused-open-ch-0", "channel names begin with 1", bad, open(&[&id, &kind])),
        refused(
            "refused-open-ch-65536",
            "channel names end with 65535",
            bad,
            open(&[&raw::number(1, 65_536), &id, &kind]),
        ),
        refused(
            "refused-open-id",
            "a channel id has 16 bytes",
            bad,
            open(&[&ch, &raw::block(2, &[1; 15]), &kind]),
        ),
        refused(
            "refused-open-kind",
            "a kind's name above its limit",
            Code::TooLarge,
            open(&[&ch, &id, &long_kind]),
        ),
        refused(
            "refused-open-kind-utf8",
            "a kind's name that is no UTF-8",
            bad,
            open(&[&ch, &id, &raw::block(3, &[0xff])]),
        ),
        refused(
            "refused-open-epoch-0",
            "an epoch is never 0",
            bad,
            open(&[&ch, &id, &kind, &no_epoch]),
        ),
        refused(
            "refused-open-outbox",
            "a range that ends before it begins",
            bad,
            open(&[&ch, &id, &kind, &no_range]),
        ),
        refused(
            "refused-open-outbox-0",
            "inputs are numbered from 1",
            bad,
            open(&[&ch, &id, &kind, &range_from_0]),
        ),
        refused(
            "refused-open-client",
            "a client instance has 16 bytes",
            bad,
            open(&[&ch, &id, &kind, &client]),
        ),
    ]
}

fn fields() -> Vec<Vector> {
    let bad = Code::BadPacket;
    let versions = [raw::number(1, 1), raw::number(2, 1)].concat();
    let client = raw::block(3, &[1; 16]);
    let generation = raw::number(4, 1);
    let agent = raw::block(8, &[b'a'; AGENT_NAME_MAX + 1]);
    let many: Vec<u8> = (1..=CHANNELS_MAX as u64 + 1).flat_map(opening).collect();
    let hello = |fields: &[&[u8]]| one(HELLO, &[versions.clone(), fields.concat()]);
    vec![
        refused(
            "refused-hello-client",
            "a Hello without a client instance",
            bad,
            hello(&[&generation]),
        ),
        refused("refused-hello-generation", "generations begin with 1", bad, hello(&[&client])),
        refused(
            "refused-hello-agent",
            "a self-description above its limit",
            Code::TooLarge,
            hello(&[&client, &generation, &agent]),
        ),
        refused(
            "refused-hello-channels",
            "one channel more than a Session may have",
            Code::Limit,
            hello(&[&client, &generation, &many]),
        ),
        refused(
            "refused-welcome-boot",
            "a boot is never 0",
            bad,
            one(WELCOME, &[raw::number(1, 1)]),
        ),
        refused(
            "refused-opened-epoch",
            "an epoch is never 0",
            bad,
            one(OPENED, &[raw::number(1, 1), fixed_epoch_0()]),
        ),
        refused("refused-data-ch", "Data of no channel", bad, one(DATA, &[raw::block(3, b"x")])),
        refused(
            "refused-input-seq",
            "inputs are numbered from 1",
            bad,
            one(INPUT, &[raw::number(1, 1), raw::block(3, b"x")]),
        ),
    ]
}

/// Hello.channels with one Open of this channel name.
fn opening(ch: u64) -> Vec<u8> {
    raw::block(7, &[raw::number(1, ch), raw::block(2, &CHANNEL.0), raw::block(3, b"t")].concat())
}

fn fixed_epoch_0() -> Vec<u8> {
    raw::fixed(2, 0)
}

/// What only the first packet of a Link is refused for.
fn firsts() -> Vec<Vector> {
    let large = one(FAULT, &[raw::number(1, 15), raw::block(5, &vec![b'a'; HELLO_MAX])]);
    let first = |name, note, code, packet| Vector {
        content: Content::RefusedFirst(code),
        ..refused(name, note, code, packet)
    };
    vec![
        first("refused-first-large", "a first packet above its own limit", Code::TooLarge, large),
        first(
            "refused-first-zstd",
            "a first packet is never compressed",
            Code::BadPacket,
            zstd_packet(b"hello", 14),
        ),
    ]
}
