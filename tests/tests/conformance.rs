//! Every vector of every version, in both directions: what the files say is what this code writes and reads, and what
//! it refuses. `cargo xtask bless` writes the files; a changed file is a changed wire and belongs into the CHANGELOG.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use bytes::{Buf as _, Bytes};
use devtail_protocol::wire::{Decoder, Encoder, Frame, Sealed};
use devtail_protocol::{Code, Time};
use devtail_tests::repo;
use devtail_tests::vectors::{self, Content, Vector};
use prost_reflect::{DynamicMessage, MessageDescriptor, SerializeOptions};

#[test]
fn every_vector_reads_and_writes_as_its_file_says() -> Result<()> {
    let frame = frame_descriptor()?;
    for vector in vectors::all() {
        check(&vector, &frame).with_context(|| vector.name.to_owned())?;
    }
    Ok(())
}

#[test]
fn every_file_is_a_vector_and_every_name_is_used_once() -> Result<()> {
    let wanted: BTreeSet<String> =
        vectors::all().iter().map(|vector| vector.name.to_owned()).collect();
    ensure!(wanted.len() == vectors::all().len(), "two vectors share a name");
    let found = fs::read_dir(folder())?.map(|entry| Ok(entry?.path()));
    let found: Vec<PathBuf> = found.collect::<Result<_>>()?;
    for path in found {
        let name = path.file_stem().context("a file has a name")?.to_string_lossy().into_owned();
        // A vector is kept for ever: taking one away breaks a peer that still sends it.
        ensure!(wanted.contains(&name), "{} is no vector of tests/src/vectors", path.display());
    }
    Ok(())
}

#[test]
fn every_kind_of_frame_has_a_vector() -> Result<()> {
    let kinds: BTreeSet<String> =
        frame_descriptor()?.fields().map(|field| field.json_name().to_owned()).collect();
    let mut seen = BTreeSet::new();
    for vector in vectors::all() {
        let Content::Plain(packets) = vector.content else { continue };
        for line in packets.concat().iter().map(|frame| json_of(frame, &frame_descriptor()?)) {
            let value: serde_json::Value = serde_json::from_str(&line?)?;
            seen.extend(value.as_object().into_iter().flat_map(|object| object.keys().cloned()));
        }
    }
    ensure!(seen == kinds, "without a vector: {:?}", kinds.difference(&seen).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_packet_of_a_mebibyte_and_one_byte_is_refused_unread() {
    let packet = Bytes::from(vec![0; devtail_protocol::limits::PACKET_MAX + 1]);
    assert_eq!(Decoder::new(14).open(packet).map_err(|fault| fault.code), Err(Code::TooLarge));
}

#[test]
fn a_random_byte_changed_in_any_vector_never_panics() {
    let mut seed = 1_u64;
    for vector in vectors::all() {
        for _ in 0..200 {
            let mut packets = vector.packets.clone();
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = (seed >> 33) as usize % packets.len();
            let mut changed = packets[at].to_vec();
            let Some(byte) = (!changed.is_empty()).then(|| (seed >> 17) as usize % changed.len())
            else {
                continue;
            };
            changed[byte] = seed as u8;
            packets[at] = changed.into();
            // Whatever is read can be written and read again as the same.
            if let Ok(frames) = vectors::read(&packets) {
                let again: Vec<Bytes> = frames
                    .iter()
                    .map(|frames| Encoder::new().seal(Time::ZERO, frames, Sealed::Plain))
                    .collect();
                assert_eq!(vectors::read(&again).as_ref(), Ok(&frames), "{}", vector.name);
            }
        }
    }
}

fn folder() -> PathBuf {
    repo::root().join("tests/vectors/v1")
}

fn check(vector: &Vector, frame: &MessageDescriptor) -> Result<()> {
    let hex = folder().join(vector.name).with_extension("hex");
    let says = match &vector.content {
        Content::Plain(frames) => {
            repo::same_as(&hex, &vectors::hex_of(vector.note, &vector.packets))?;
            text_of(frames, frame)?
        }
        Content::Read(frames) => {
            keep(&hex, vector, |packets| vectors::read(packets).as_ref() == Ok(frames))?;
            text_of(frames, frame)?
        }
        Content::Refused(code) => {
            keep(&hex, vector, |packets| refuses(packets, *code))?;
            format!("refused {} {code:?}\n", code.number())
        }
        Content::RefusedFirst(code) => {
            keep(&hex, vector, |packets| refuses_first(packets, *code))?;
            format!("refused-first {} {code:?}\n", code.number())
        }
    };
    repo::same_as(&hex.with_extension("txt"), &format!("# {}\n{says}", vector.note))?;
    if let Content::Plain(frames) = &vector.content {
        ensure!(
            vectors::read(&vector.packets).as_ref() == Ok(frames),
            "it is not read as it was written"
        );
    }
    Ok(())
}

/// Leaves a file alone whose packets still mean what they should: other releases of zstd may write other bytes.
fn keep(hex: &std::path::Path, vector: &Vector, means: impl Fn(&[Bytes]) -> bool) -> Result<()> {
    ensure!(
        means(&vector.packets),
        "this code does not read it so: {:?}",
        vectors::read(&vector.packets)
    );
    let kept = fs::read_to_string(hex).ok().map(|text| vectors::packets_of(&text)).transpose()?;
    match kept {
        Some(packets) if means(&packets) => Ok(()),
        Some(_) if !repo::blesses() => {
            bail!("{} is no longer read as it was: the wire broke", hex.display())
        }
        _ => repo::same_as(hex, &vectors::hex_of(vector.note, &vector.packets)),
    }
}

fn refuses(packets: &[Bytes], code: Code) -> bool {
    let Some((_, before)) = packets.split_last() else { return false };
    vectors::read(before).is_ok() && vectors::read(packets).is_err_and(|fault| fault.code == code)
}

fn refuses_first(packets: &[Bytes], code: Code) -> bool {
    let [packet] = packets else { return false };
    Decoder::open_first(packet.clone()).is_err_and(|fault| fault.code == code)
}

/// The frames as JSON, a line each, with a heading for each packet.
fn text_of(packets: &[Vec<Frame>], descriptor: &MessageDescriptor) -> Result<String> {
    let mut text = String::new();
    for frames in packets {
        text += "packet\n";
        for frame in frames {
            text += &json_of(frame, descriptor)?;
            text += "\n";
        }
    }
    Ok(text)
}

/// The frame in protobuf's JSON, read from its bytes by another decoder than ours.
fn json_of(frame: &Frame, descriptor: &MessageDescriptor) -> Result<String> {
    let mut packet = Encoder::new().seal(Time::ZERO, std::slice::from_ref(frame), Sealed::Plain);
    packet.advance(1);
    let length = prost::encoding::decode_varint(&mut packet)?;
    ensure!(length == packet.len() as u64, "a packet of one frame ends with it");
    let message = DynamicMessage::decode(descriptor.clone(), packet)?;
    let mut json = Vec::new();
    message.serialize_with_options(
        &mut serde_json::Serializer::new(&mut json),
        &SerializeOptions::new(),
    )?;
    Ok(String::from_utf8(json)?)
}

fn frame_descriptor() -> Result<MessageDescriptor> {
    let path = repo::root().join("protocol/proto/link.proto");
    let descriptors =
        protox::compile([&path], [path.parent().context("a proto file stands in a folder")?])?;
    let pool = prost_reflect::DescriptorPool::from_file_descriptor_set(descriptors)?;
    pool.get_message_by_name("devtail.v1.Frame").context("link.proto has a Frame")
}
