// The conformance vectors that the Rust side writes: the wire, byte by byte, kept for ever.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { fromJsonString, toJson } from "@bufbuild/protobuf";

import { type Frame, FrameSchema } from "../src/generated/link_pb";
import { toFault } from "../src/wire/check";
import { Decoder, type Kind, seal } from "../src/wire/codec";
import { Fault } from "../src/wire/fault";
import { ZSTD_WINDOW_LOG } from "../src/wire/limits";

const folder = new URL("../../tests/vectors/v1/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), "utf8");
const names = readdirSync(folder).filter((file) => file.endsWith(".hex")).map((file) => file.slice(0, -4));

const lines = (file: string) => read(file).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
const packetsOf = (name: string) => lines(`${name}.hex`).map((line) => Uint8Array.from(Buffer.from(line === "-" ? "" : line, "hex")));
/** Compressed bytes are one encoder's choice, and unknown parts are not written again: these are only read. */
const isOnlyRead = (name: string) => name.startsWith("zstd") || name === "frame-unknown" || name === "fault-newer-code";

/** The Frames of each packet, as the text beside the vector states them in protobuf's JSON. */
function statedIn(name: string): Frame[][] {
  const packets: Frame[][] = [];
  for (const line of lines(`${name}.txt`)) {
    if (line === "packet") packets.push([]);
    else packets.at(-1)!.push(fromJsonString(FrameSchema, line));
  }
  return packets;
}

/** A fault code that is not ours to know reads as 15, where the frame becomes a Fault. */
function asJson(frame: Frame) {
  if (frame.kind.case !== "fault" || frame.kind.value.code === toFault(frame.kind.value).code) return toJson(FrameSchema, frame);
  const { code, message } = toFault(frame.kind.value);
  return { fault: { code, culprit: "CULPRIT_US", retry: true, message } };
}

test("there are vectors to read", () => {
  assert.ok(names.length >= 70, `only ${names.length} found`);
});

for (const name of names.filter((name) => !name.startsWith("refused"))) {
  test(`vector ${name} reads as it says`, () => {
    const decoder = new Decoder(ZSTD_WINDOW_LOG);
    const found = packetsOf(name).map((packet) => decoder.open(packet).map(asJson));
    assert.deepEqual(found, statedIn(name).map((packet) => packet.map(asJson)));
  });
}

for (const name of names.filter((name) => !name.startsWith("refused") && !isOnlyRead(name))) {
  test(`vector ${name} is written byte for byte`, () => {
    const written = statedIn(name).map((frames) => Buffer.from(seal(frames.map((frame) => frame.kind as Kind))).toString("hex"));
    assert.deepEqual(written, lines(`${name}.hex`));
  });
}

for (const name of names.filter((name) => name.startsWith("refused"))) {
  const [verdict, code] = lines(`${name}.txt`)[0]!.split(" ");
  // "refused-first" is a rule for a gateway: the first packet of a client is small and plain. A client never meets it.
  if (verdict !== "refused") continue;
  test(`vector ${name} is refused with code ${code}`, () => {
    const decoder = new Decoder(ZSTD_WINDOW_LOG);
    const packets = packetsOf(name);
    packets.slice(0, -1).forEach((packet) => decoder.open(packet));
    assert.throws(() => decoder.open(packets.at(-1)!), (error) => error instanceof Fault && error.code === Number(code));
  });
}
