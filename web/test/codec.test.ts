import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { create } from "@bufbuild/protobuf";

import { DataSchema, InputSchema, PingSchema } from "../src/generated/link_pb";
import { Decoder, seal } from "../src/wire/codec";
import { Code, Fault } from "../src/wire/fault";
import { FRAMES_PER_PACKET_MAX, PACKET_MAX } from "../src/wire/limits";

const isFault = (code: Code) => (error: unknown) => error instanceof Fault && error.code === code;
const bytes = (...list: number[]) => Uint8Array.from(list);
const open = (packet: Uint8Array) => new Decoder(14).open(packet);

test("what was sealed opens as the same statements", () => {
  const data = { case: "data" as const, value: create(DataSchema, { ch: 3, off: 7n, bytes: bytes(1, 2) }) };
  const ping = { case: "ping" as const, value: create(PingSchema, { id: 300n }) };
  assert.deepEqual(open(seal([data, ping])).map((frame) => frame.kind), [data, ping]);
});

test("an offset above 2^53 keeps every digit", () => {
  const off = 2n ** 64n - 1n;
  const [frame] = open(seal([{ case: "data", value: create(DataSchema, { ch: 1, off }) }]));
  assert.equal(frame?.kind.case === "data" && frame.kind.value.off, off);
});

test("bytes that are no packet are a bad packet", () => {
  for (const packet of [bytes(), bytes(2), bytes(0x10), bytes(0, 5, 1), bytes(0, 0x80), bytes(0, 2, 0xff, 0xff), bytes(1, 1, 2, 3)]) {
    assert.throws(() => open(packet), isFault(Code.BadPacket), `packet ${Buffer.from(packet).toString("hex")}`);
  }
});

test("a length beyond the packet is refused, whatever it claims", () => {
  assert.throws(() => open(bytes(0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1)), isFault(Code.BadPacket));
});

test("a packet, a count and a plain frame above their limits are too large", () => {
  assert.throws(() => open(new Uint8Array(PACKET_MAX + 1)), isFault(Code.TooLarge));
  assert.throws(() => open(new Uint8Array(FRAMES_PER_PACKET_MAX + 2)), isFault(Code.TooLarge));
  const long = seal([{ case: "fault", value: { $typeName: "devtail.v1.Fault", code: 1, culprit: 0, retry: false, signIn: false, message: "x".repeat(20_000), ch: 0, client: bytes() } }]);
  assert.throws(() => open(long), isFault(Code.TooLarge));
});

test("a frame that promises what cannot be is a bad packet", () => {
  assert.throws(() => open(seal([{ case: "data", value: create(DataSchema, { ch: 0 }) }])), isFault(Code.BadPacket));
  assert.throws(() => open(seal([{ case: "input", value: create(InputSchema, { ch: 1, seq: 0n }) }])), isFault(Code.BadPacket));
});

test("compressed packets of one context go on, of an unknown one are refused", () => {
  const recording = JSON.parse(readFileSync(new URL("../test/zstd-stream.json", import.meta.url), "utf8")) as { packed: string[] };
  const first = Uint8Array.from([0b1001, ...Buffer.from(recording.packed[0]!, "hex")]);
  const decoder = new Decoder(14);
  // The recording's plain bytes are spaces (0x20): frames of 32 bytes that are no frames, so it fails behind the zstd stage.
  assert.throws(() => decoder.open(first), /not protobuf/);
  assert.throws(() => new Decoder(14).open(Uint8Array.from([0b0001, 0, 0])), /never began/);
  assert.throws(() => new Decoder(0).open(first), /not agreed/);
});
