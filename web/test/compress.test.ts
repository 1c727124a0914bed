import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Decompressor } from "../src/wire/compress";
import { Code, Fault } from "../src/wire/fault";

interface Recording {
  packed: string[];
  plain: { bytes: number; sha256: string }[];
}

const recording = JSON.parse(readFileSync(new URL("../test/zstd-stream.json", import.meta.url), "utf8")) as Recording;
const packed = recording.packed.map((hex) => Uint8Array.from(Buffer.from(hex, "hex")));
const isFault = (code: Code) => (error: unknown) => error instanceof Fault && error.code === code;

test("each flushed block of an open stream comes out at once, even a first one of 16 bytes", () => {
  const stream = new Decompressor(14);
  assert.equal(packed[0]!.length, 16);
  packed.forEach((part, index) => {
    const plain = stream.expand(part);
    assert.equal(plain.length, recording.plain[index]!.bytes, `part ${index}`);
    assert.equal(createHash("sha256").update(plain).digest("hex"), recording.plain[index]!.sha256, `part ${index}`);
  });
});

test("a window larger than agreed is refused before it is allocated", () => {
  assert.throws(() => new Decompressor(12).expand(packed[0]!), isFault(Code.BadPacket));
  const huge = packed[0]!.slice();
  huge[5] = 0xff;
  assert.throws(() => new Decompressor(14).expand(huge), isFault(Code.BadPacket));
});

test("a bomb is refused by its announced size", () => {
  const header = packed[0]!.slice(0, 6);
  const block = [(16384 << 3) & 0xff | 2, (16384 >> 5) & 0xff, (16384 >> 13) & 0xff, 0];
  const bomb = Uint8Array.from([...header, ...Array.from({ length: 300 }, () => block).flat()]);
  assert.throws(() => new Decompressor(14).expand(bomb), isFault(Code.TooLarge));
});

test("a block larger than the window is refused before it is made", () => {
  const size = 2_000_000;
  const block = [(size << 3) & 0xff | 2, (size >> 5) & 0xff, (size >> 13) & 0xff, 0];
  const bomb = Uint8Array.from([...packed[0]!.slice(0, 6), ...block]);
  assert.throws(() => new Decompressor(14).expand(bomb), isFault(Code.TooLarge));
});

test("a damaged, cut or foreign stream is a bad packet", () => {
  assert.throws(() => new Decompressor(14).expand(packed[0]!.slice(0, 12)), isFault(Code.BadPacket));
  assert.throws(() => new Decompressor(14).expand(Uint8Array.from([1, 2, 3, 4, 5, 6, 7])), isFault(Code.BadPacket));
  const damaged = packed[1]!.slice();
  damaged.fill(0xff, 3);
  const stream = new Decompressor(14);
  stream.expand(packed[0]!);
  assert.throws(() => stream.expand(damaged), isFault(Code.BadPacket));
});
