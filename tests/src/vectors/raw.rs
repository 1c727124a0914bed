//! Packets by hand, byte for byte: what no encoder of ours would ever send.

use bytes::Bytes;
use prost::encoding::{WireType, encode_key, encode_varint};

/// A field with a number in it.
pub(super) fn number(tag: u32, value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_key(tag, WireType::Varint, &mut bytes);
    encode_varint(value, &mut bytes);
    bytes
}

/// A field of eight bytes.
pub(super) fn fixed(tag: u32, value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_key(tag, WireType::SixtyFourBit, &mut bytes);
    bytes.extend(value.to_le_bytes());
    bytes
}

/// A field with bytes, text or a message in it.
pub(super) fn block(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_key(tag, WireType::LengthDelimited, &mut bytes);
    encode_varint(value.len() as u64, &mut bytes);
    bytes.extend(value);
    bytes
}

/// A plain packet of these frames.
pub(super) fn packet(frames: &[Vec<u8>]) -> Bytes {
    let mut bytes = vec![0];
    for frame in frames {
        encode_varint(frame.len() as u64, &mut bytes);
        bytes.extend(frame);
    }
    bytes.into()
}
