import assert from "node:assert/strict";
import { test } from "node:test";

import { formatSaved, leaveOnExit, parseSaved, takeInstance } from "../src/driver/tab";
import type { Saved } from "../src/session/saved";
import { install } from "./browser-doubles";

const SAVED: Saved = {
  client: new Uint8Array(16).fill(7),
  generation: 2n ** 60n,
  lastBoot: 2n ** 63n,
  channels: [
    {
      id: new Uint8Array(16).fill(1),
      kind: "terminal",
      spec: undefined,
      outbox: { ahead: 9n, first: 3n, risked: 4n, inputs: [Uint8Array.of(0, 255), Uint8Array.of()] },
    },
    { id: new Uint8Array(16).fill(2), kind: "terminal", spec: Uint8Array.of(9), outbox: { ahead: undefined, first: 1n, risked: 1n, inputs: [] } },
  ],
};
const EMPTY: Saved = { ...SAVED, channels: [] };

test("a session saved in a tab is read back whole", () => {
  assert.deepEqual(parseSaved(formatSaved(SAVED)), SAVED);
});

test("what is not a saved session begins a new one", () => {
  for (const damaged of ["", "null", "{}", '{"client":"AAAA","channels":[]}', '{"client":3}', "[]"]) {
    assert.equal(parseSaved(damaged), undefined, damaged);
  }
});

test("a page that goes, or is frozen, leaves its session to the tab's next page, which takes it once", async () => {
  for (const way of ["pagehide", "freeze"]) {
    const page = new EventTarget();
    install(page);
    leaveOnExit(() => SAVED);
    page.dispatchEvent(new Event(way));
    assert.deepEqual((await takeInstance()).saved, SAVED, way);
    assert.equal((await takeInstance()).saved, undefined, way);
  }
});

test("a page that comes back has its session to itself again", async () => {
  for (const [way, back] of [["pagehide", "pageshow"], ["freeze", "resume"]] as const) {
    const page = new EventTarget();
    install(page);
    leaveOnExit(() => SAVED);
    page.dispatchEvent(new Event(way));
    page.dispatchEvent(new Event(back));
    assert.equal((await takeInstance()).saved, undefined, way);
  }
});

test("a page that goes out of sight leaves its session: a phone may end it there without another word", async () => {
  for (const [returns, left] of [[false, SAVED], [true, undefined]] as const) {
    const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
    install(page);
    leaveOnExit(() => SAVED);
    page.dispatchEvent(new Event("visibilitychange"));
    page.visibilityState = "visible";
    if (returns) page.dispatchEvent(new Event("visibilitychange"));
    assert.deepEqual((await takeInstance()).saved, left);
  }
});

test("a frozen page that no lock protects leaves nothing: a duplicate of its tab would be it too", async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  install(page, { hasLocks: false });
  leaveOnExit(() => SAVED);
  page.dispatchEvent(new Event("freeze"));
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal((await takeInstance()).saved, undefined);
});

test("where there is no room for everything, the rest is left", async () => {
  const page = new EventTarget();
  install(page, { storageMax: formatSaved(SAVED).length - 1 });
  leaveOnExit(() => SAVED, () => EMPTY);
  page.dispatchEvent(new Event("pagehide"));
  assert.deepEqual((await takeInstance()).saved, EMPTY);
});
