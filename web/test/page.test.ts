import assert from "node:assert/strict";
import { test } from "node:test";

import { suggestedName } from "../src/driver/pairing";
import { tooMany } from "../src/page/crowd";
import { shown } from "../src/page/text";
import { fromHex, toHex } from "../src/wire/hex";

test("of too many terminals the one looked at longest ago is left, but never one with keys that wait", () => {
  const panes = [1, 0, 2, 0, 0].map((waiting, number) => ({ waiting, number }));
  const left = (max: number) => tooMany(panes, max).map(({ number }) => number);
  assert.deepEqual([left(5), left(4), left(3), left(1)], [[], [1], [1, 3], [1, 3]]);
});

test("typed bytes are shown with their control characters visible", () => {
  assert.equal(shown("rm x\r\x03"), "rm x⏎^C");
  assert.equal(shown("y".repeat(100)).length, 81);
});

test("hex goes there and back", () => {
  assert.equal(toHex(Uint8Array.of(0, 171)), "00ab");
  assert.deepEqual(fromHex("00ab"), Uint8Array.of(0, 171));
  assert.equal(fromHex("0g"), undefined);
  assert.equal(fromHex(""), undefined);
});

test("a device gets a name a person recognises", () => {
  assert.equal(suggestedName("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"), "Chrome on Android");
  assert.equal(suggestedName("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1"), "Safari on iPhone");
  assert.equal(suggestedName("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"), "Firefox on Linux");
  assert.equal(suggestedName("curl/8"), "Browser");
});
