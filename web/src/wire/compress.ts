// One incoming zstd stream. fzstd decodes the blocks; this file makes it safe and prompt:
// - Lengths are read and judged here before fzstd may allocate for them.
// - fzstd sits on the first 18 bytes of a stream, which would hold back a short first packet. Empty raw blocks,
//   which zstd allows anywhere, are put behind the frame header until it has them.
import { Decompress } from "fzstd";

import { badPacket, Fault, tooLarge } from "./fault";
import { DECOMPRESSED_FREE, DECOMPRESSED_MAX, DECOMPRESSED_RATIO_MAX } from "./limits";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const FZSTD_HOLDS_BACK = 18;
const BLOCK_HEADER = 3;
const BLOCK_MAX = 128 * 1024;
const RAW = 0;
const RLE = 1;
const COMPRESSED = 2;
/** Of the frame header's descriptor: single segment, unused, reserved, checksum and dictionary id must be off. */
const DESCRIPTOR_MUST_BE_OFF = 0b0011_1111;
const CONTENT_SIZE_BITS = 0b1100_0000;

export class Decompressor {
  readonly #windowLogMax: number;
  readonly #stream = new Decompress((part) => this.#take(part));
  #began = false;
  #blockMax = BLOCK_MAX;
  #parts: Uint8Array[] = [];
  #produced = 0;
  #max = 0;

  constructor(windowLogMax: number) {
    this.#windowLogMax = windowLogMax;
  }

  /** Decompresses one packet's part of the stream. Throws a Fault: TooLarge above a limit, else BadPacket. */
  expand(packed: Uint8Array): Uint8Array {
    this.#parts = [];
    this.#produced = 0;
    this.#max = Math.min(DECOMPRESSED_MAX, Math.max(DECOMPRESSED_FREE, packed.length * DECOMPRESSED_RATIO_MAX));
    const blocks = this.#began ? packed : this.#begin(packed);
    this.#judgeBlocks(blocks);
    this.#push(blocks);
    return join(this.#parts, this.#produced);
  }

  /** Reads the frame header; returns the blocks behind it. */
  #begin(packed: Uint8Array): Uint8Array {
    const descriptor = packed[4];
    const window = packed[5];
    if (MAGIC.some((byte, at) => packed[at] !== byte) || descriptor === undefined || window === undefined) {
      throw badPacket("it is no zstd stream");
    }
    if ((descriptor & DESCRIPTOR_MUST_BE_OFF) !== 0 || (descriptor & CONTENT_SIZE_BITS) !== 0) {
      throw badPacket("its zstd stream has parts that were not agreed");
    }
    const windowBytes = (1 << (10 + Math.min(window >> 3, 20))) * (1 + (window & 7) / 8);
    if (windowBytes > 1 << this.#windowLogMax) throw badPacket("its zstd window is larger than was agreed");
    this.#blockMax = Math.min(BLOCK_MAX, windowBytes);
    this.#began = true;
    const padded = new Uint8Array(FZSTD_HOLDS_BACK);
    padded.set(packed.subarray(0, 6));
    this.#push(padded);
    return packed.subarray(6);
  }

  /** Packets end at block borders, because the encoder flushes; every block's length is known before it is decoded. */
  #judgeBlocks(blocks: Uint8Array): void {
    let at = 0;
    let announced = 0;
    while (at < blocks.length) {
      if (at + BLOCK_HEADER > blocks.length) throw badPacket("a compressed block is cut off");
      const header = blocks[at]! | (blocks[at + 1]! << 8) | (blocks[at + 2]! << 16);
      const type = (header >> 1) & 3;
      const size = header >> 3;
      if ((header & 1) !== 0 || type > COMPRESSED) throw badPacket("its compression stream ends or has unknown blocks");
      if (size > this.#blockMax) throw tooLarge("zstd block", size, this.#blockMax);
      if (type === RAW || type === RLE) announced += size;
      if (announced > this.#max) throw tooLarge("decompressed packet", announced, this.#max);
      at += BLOCK_HEADER + (type === RLE ? 1 : size);
    }
    if (at !== blocks.length) throw badPacket("a compressed block is cut off");
  }

  #push(bytes: Uint8Array): void {
    try {
      this.#stream.push(bytes);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw badPacket("its compressed bytes are damaged");
    }
  }

  #take(part: Uint8Array): void {
    this.#produced += part.length;
    if (this.#produced > this.#max) throw tooLarge("decompressed packet", this.#produced, this.#max);
    if (part.length > 0) this.#parts.push(part);
  }
}

function join(parts: Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
