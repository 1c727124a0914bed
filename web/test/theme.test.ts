import assert from "node:assert/strict";
import { test } from "node:test";

test("a terminal that was left hears of no new colours", async () => {
  const preference = Object.assign(new EventTarget(), { matches: true });
  Object.assign(globalThis, { matchMedia: () => preference });
  // It asks for the preference as it is loaded.
  const { onThemeChange, theme } = await import("../src/terminal/theme");
  const heard: unknown[] = [];
  const forget = onThemeChange(() => heard.push(theme().background));
  preference.matches = false;
  preference.dispatchEvent(new Event("change"));
  forget();
  preference.dispatchEvent(new Event("change"));
  assert.deepEqual(heard, ["#ffffff"]);
});
