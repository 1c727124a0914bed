import assert from "node:assert/strict";
import { test } from "node:test";

import headless from "@xterm/headless";

import { Widths } from "../src/terminal/widths";

/** The column after this was printed, and the text of its cells. */
async function print(text: string): Promise<[number, string]> {
  const terminal = new headless.Terminal({ allowProposedApi: true, cols: 40, rows: 2 });
  const widths = new Widths();
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = widths.version;
  await new Promise<void>((done) => terminal.write(text, done));
  const { cursorX } = terminal.buffer.active;
  return [cursorX, terminal.buffer.active.getLine(0)!.translateToString(true)];
}

test("characters take the cells that the host gives them", async () => {
  assert.deepEqual(await print("a"), [1, "a"]);
  assert.deepEqual(await print("日本"), [4, "日本"]);
  // U+1FAE0 is of Unicode 14: newer than the tables xterm.js brings along.
  assert.deepEqual(await print("🚀🫠x"), [5, "🚀🫠x"]);
  assert.deepEqual(await print("e\u0301x"), [2, "e\u0301x"]);
  assert.deepEqual(await print("日\u3099x"), [3, "日\u3099x"]);
  assert.deepEqual(await print("─│╭"), [3, "─│╭"]);
});

test("every code point has a width", () => {
  const widths = new Widths();
  const seen = new Set<number>();
  for (let codepoint = 0; codepoint <= 0x10ffff; codepoint += 1) seen.add(widths.wcwidth(codepoint));
  assert.deepEqual([...seen].sort(), [0, 1, 2]);
});
