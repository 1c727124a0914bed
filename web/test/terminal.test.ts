import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBinary } from "@bufbuild/protobuf";

import { InputSchema } from "../src/generated/terminal_pb";
import { readClipboard } from "../src/terminal/clipboard";
import { readMark, writeMark } from "../src/terminal/mark";
import { endInWords, isInterrupt, isKeys, keys, keysOf, kill, predictedKeys, resize, toGrid } from "../src/terminal/message";
import { INPUT_MAX } from "../src/wire/limits";
import { text } from "./bench";

test("a long paste becomes inputs that each fit the wire, and loses nothing", () => {
  const paste = "0123456789".repeat(10_000);
  const inputs = keys(text(paste));
  assert.ok(inputs.every((input) => input.length <= INPUT_MAX));
  assert.equal(inputs.map(keysOf).join(""), paste);
});

test("predicted keys are keys, and ask for an echo", () => {
  const [input] = predictedKeys(text("a"));
  assert.equal(isKeys(input!), true);
  assert.equal(keysOf(input!), "a");
  assert.equal(fromBinary(InputSchema, input!).echo, true);
});

test("keys are told from other inputs", () => {
  assert.equal(isKeys(keys(text("a"))[0]!), true);
  assert.equal(isKeys(resize({ cols: 80, rows: 24 })), false);
  assert.equal(keysOf(kill()), "");
  assert.equal(fromBinary(InputSchema, resize({ cols: 80, rows: 24 })).kind.case, "resize");
});

test("^C, ^Z and ^\\ interrupt, and a paste with one of them inside does not", () => {
  assert.deepEqual(["\x03", "\x1a", "\x1c", "c", "a\x03"].map((typed) => isInterrupt(text(typed))), [true, true, true, false, false]);
});

test("a size mark is read, and what only resembles one is not", () => {
  assert.deepEqual(readMark("size=120x40"), { cols: 120, rows: 40 });
  assert.equal(writeMark({ cols: 120, rows: 40 }), "\x1b]8377;size=120x40\x1b\\");
  for (const other of ["", "size=0x4", "size=1001x4", "size=12x", "size=1x1;", "colour=red", "size=99999x2"]) {
    assert.equal(readMark(other), undefined, other);
  }
});

test("an absent size has its default, and a huge one is cut", () => {
  assert.deepEqual(toGrid(undefined), { cols: 80, rows: 24 });
  assert.deepEqual(toGrid({ cols: 5_000, rows: 0 }), { cols: 1_000, rows: 24 });
});

test("OSC 52 sets a text in UTF-8; asking, clearing and damage set nothing", () => {
  assert.equal(readClipboard(`c;${Buffer.from("grüße").toString("base64")}`), "grüße");
  for (const other of ["c;?", "c;", "c", "c;@@@", `c;${"A".repeat(200_000)}`]) assert.equal(readClipboard(other), undefined);
});

test("an end is told in words", () => {
  assert.equal(endInWords(new Uint8Array()), "Ended");
  assert.equal(endInWords(Uint8Array.of(0x08, 0x00)), "Ended");
  assert.equal(endInWords(Uint8Array.of(0x08, 0x03)), "Ended with status 3");
});
