// Packets: one flag byte, then frames behind their lengths, perhaps compressed.
//
//   flag: bit 0 zstd · bits 1-2 context · bit 3 the encoder began a new stream · bits 4-7 zero
//
// A client never compresses, so encoding is one function; decoding has the streams' state.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";

import { type Frame, FrameSchema } from "../generated/link_pb";
import { check } from "./check";
import { Decompressor } from "./compress";
import { badPacket, Fault, tooLarge } from "./fault";
import { FRAME_PLAIN_MAX, FRAMES_PER_PACKET_MAX, PACKET_MAX } from "./limits";
import { readVarint, writeVarint } from "./varint";

const ZSTD = 1;
const CONTEXT_SHIFT = 1;
const CONTEXT_BITS = 0b11;
const RESET = 1 << 3;
const FLAGS = 0b1111;
const LENGTH_DELIMITED = 2;
/** Data, Snapshot, Input and Fetched carry one large field; a frame of any other kind is small. */
const WITH_PAYLOAD = [6, 7, 9, 12];

/** What a Frame says: the generated oneof. */
export type Kind = Exclude<Frame["kind"], { case: undefined }>;

/** The packet of these statements, uncompressed. */
export function seal(kinds: readonly Kind[]): Uint8Array {
  const frames = kinds.map((kind) => toBinary(FrameSchema, create(FrameSchema, { kind })));
  const lengths = frames.map((frame) => writeVarint(frame.length));
  const size = frames.reduce((sum, frame, at) => sum + frame.length + lengths[at]!.length, 1);
  const packet = new Uint8Array(size);
  let at = 1;
  frames.forEach((frame, index) => {
    packet.set(lengths[index]!, at);
    at += lengths[index]!.length;
    packet.set(frame, at);
    at += frame.length;
  });
  return packet;
}

/** Packets → frames, for one Link. */
export class Decoder {
  readonly #windowLogMax: number;
  readonly #contexts: (Decompressor | undefined)[] = [];

  /** Takes zstd windows up to this, log2 of bytes; 0: it refuses compressed packets. */
  constructor(windowLogMax: number) {
    this.#windowLogMax = windowLogMax;
  }

  /** The frames of a packet. Throws a Fault; every length is checked before anything is allocated for it. */
  open(packet: Uint8Array): Frame[] {
    if (packet.length > PACKET_MAX) throw tooLarge("packet", packet.length, PACKET_MAX);
    return readFrames(this.#plain(packet));
  }

  #plain(packet: Uint8Array): Uint8Array {
    const flag = packet[0];
    if (flag === undefined) throw badPacket("it is empty");
    if ((flag & ~FLAGS) !== 0 || ((flag & ZSTD) === 0 && flag !== 0)) throw badPacket("its flag byte is unknown");
    const body = packet.subarray(1);
    if ((flag & ZSTD) === 0) return body;
    if (this.#windowLogMax === 0) throw badPacket("it is compressed, which was not agreed");
    const context = (flag >> CONTEXT_SHIFT) & CONTEXT_BITS;
    if ((flag & RESET) !== 0) this.#contexts[context] = new Decompressor(this.#windowLogMax);
    const stream = this.#contexts[context];
    if (!stream) throw badPacket("it goes on a compression stream that never began");
    return stream.expand(body);
  }
}

function readFrames(plain: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  while (at < plain.length) {
    if (frames.length === FRAMES_PER_PACKET_MAX) {
      throw tooLarge("count of frames in a packet", frames.length + 1, FRAMES_PER_PACKET_MAX);
    }
    const length = readVarint(plain, at);
    if (!length) throw badPacket("a frame's length cannot be read");
    if (length.value > plain.length - length.next) throw badPacket("a frame is longer than its packet");
    const end = length.next + length.value;
    const frame = plain.subarray(length.next, end);
    if (frame.length > FRAME_PLAIN_MAX && !carriesPayload(frame)) {
      throw tooLarge("frame", frame.length, FRAME_PLAIN_MAX);
    }
    frames.push(readFrame(frame));
    at = end;
  }
  return frames;
}

function readFrame(bytes: Uint8Array): Frame {
  let frame: Frame;
  try {
    frame = fromBinary(FrameSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw badPacket("a frame is not protobuf");
  }
  check(frame);
  return frame;
}

function carriesPayload(frame: Uint8Array): boolean {
  const key = readVarint(frame, 0);
  return key !== undefined && (key.value & 7) === LENGTH_DELIMITED && WITH_PAYLOAD.includes(key.value >> 3);
}
