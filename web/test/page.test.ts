import assert from "node:assert/strict";
import { test } from "node:test";

import { suggestedName } from "../src/driver/pairing";
import { formatSaved, parseSaved } from "../src/driver/tab";
import { tooMany } from "../src/page/crowd";
import { SizeClaim } from "../src/page/size-claim";
import { shown } from "../src/page/text";
import { fromHex, toHex } from "../src/wire/hex";
import type { Saved } from "../src/session/saved";

const PHONE = { cols: 48, rows: 40 };
const DESK = { cols: 120, rows: 45 };

test("a session saved in a tab is read back whole", () => {
  const saved: Saved = {
    client: new Uint8Array(16).fill(7),
    generation: 2n ** 60n,
    lastBoot: 2n ** 63n,
    channels: [
      { id: new Uint8Array(16).fill(1), kind: "terminal", spec: undefined, outbox: { ahead: 9n, first: 3n, risked: 4n, inputs: [Uint8Array.of(0, 255), Uint8Array.of()] } },
      { id: new Uint8Array(16).fill(2), kind: "terminal", spec: Uint8Array.of(9), outbox: { ahead: undefined, first: 1n, risked: 1n, inputs: [] } },
    ],
  };
  assert.deepEqual(parseSaved(formatSaved(saved)), saved);
});

test("what is not a saved session begins a new one", () => {
  for (const damaged of ["", "null", "{}", '{"client":"AAAA","channels":[]}', '{"client":3}', "[]"]) {
    assert.equal(parseSaved(damaged), undefined, damaged);
  }
});

test("the device that works takes the size over, and the one that looks on leaves it", () => {
  const claim = new SizeClaim();
  assert.deepEqual(claim.moved(PHONE, DESK), PHONE, "attaching is work");
  claim.sized(PHONE);
  assert.equal(claim.work(PHONE, PHONE), undefined);
  claim.sized(DESK);
  assert.equal(claim.moved(PHONE, DESK), undefined, "the other device drives");
  assert.deepEqual(claim.work(PHONE, DESK), PHONE, "typing takes it back");
  assert.equal(claim.work(PHONE, DESK), undefined, "once, while the host has not answered");
});

test("a size that fits already is not sent", () => {
  assert.equal(new SizeClaim().moved(DESK, DESK), undefined);
});

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
