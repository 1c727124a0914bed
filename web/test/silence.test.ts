// The emulator's core, without a browser, is asked everything there is to ask; it must not say a word.
import assert from "node:assert/strict";
import { test } from "node:test";

import headless from "@xterm/headless";
import type { IParser } from "@xterm/xterm";

import { isFocusReport, silence } from "../src/terminal/silence";

const ESC = "\x1b";
const ST = `${ESC}\\`;
const FINALS = Array.from({ length: 0x7f - 0x40 }, (_, index) => String.fromCharCode(0x40 + index));
const PREFIXES = ["", "?", ">", "=", "<"];
const INTERMEDIATES = ["", "!", '"', "#", "$", "%", "&", "'", " ", "*", "+"];
const PARAMS = ["", "0", "1", "2", "4", "5", "6", "14", "15", "16", "18", "19", "20", "21", "25", "26", "53", "996", "1004", "1006", "2004", "2026", "14;2"];

async function wordsOf(...sequences: string[]): Promise<string[]> {
  const terminal = new headless.Terminal({ allowProposedApi: true, cols: 80, rows: 24 });
  silence(terminal.parser as unknown as IParser);
  const words: string[] = [];
  terminal.onData((data) => words.push(data));
  terminal.onBinary((data) => words.push(data));
  for (const sequence of sequences) await new Promise<void>((parsed) => terminal.write(sequence, parsed));
  terminal.dispose();
  return words.filter((word) => !isFocusReport(word));
}

test("a terminal that is not silenced does answer, so this test can fail", async () => {
  const terminal = new headless.Terminal({ allowProposedApi: true });
  const words: string[] = [];
  terminal.onData((data) => words.push(data));
  await new Promise<void>((parsed) => terminal.write(`${ESC}[c${ESC}[6n${ESC}P$qm${ST}`, parsed));
  assert.equal(words.length, 3);
});

test("no CSI sequence makes it speak", async () => {
  const all = PREFIXES.flatMap((prefix) => INTERMEDIATES.flatMap((between) => FINALS.map((final) => PARAMS.map((params) => `${ESC}[${prefix}${params}${between}${final}`).join(""))));
  assert.deepEqual(await wordsOf(...all), []);
});

test("no escape, DCS or OSC sequence makes it speak", async () => {
  const escapes = FINALS.filter((final) => !"P[]X^_".includes(final)).map((final) => `${ESC}${final}`);
  const dcs = INTERMEDIATES.flatMap((between) => FINALS.map((final) => ["m", "r", '"p', '"q', " q", "544e"].map((data) => `${ESC}P${between}${final}${data}${ST}`).join("")));
  const osc = Array.from({ length: 120 }, (_, id) => [`${ESC}]${id};?${ST}`, `${ESC}]${id};1;?${ST}`, `${ESC}]${id};c;?\x07`].join(""));
  assert.deepEqual(await wordsOf(...escapes, ...dcs, ...osc, "\x05"), []);
});

test("a colour that is set passes, a colour that is asked for does not", async () => {
  const terminal = new headless.Terminal({ allowProposedApi: true });
  const passed: string[] = [];
  terminal.parser.registerOscHandler(11, (data) => (passed.push(data), true));
  silence(terminal.parser as unknown as IParser);
  await new Promise<void>((parsed) => terminal.write(`${ESC}]11;?${ST}${ESC}]11;#123456${ST}`, parsed));
  assert.deepEqual(passed, ["#123456"]);
});
