import assert from "node:assert/strict";
import { test } from "node:test";

import { followable } from "../src/page/link-opener";
import { readSettings, type Settings } from "../src/page/settings";

const DEFAULTS: Settings = { theme: "system", contrast: "system", fontPx: 14, bell: "flash", keyRow: "auto", reader: false, scroll: 100, eager: false };

test("settings are read as they were written", () => {
  const chosen: Settings = { theme: "dark", contrast: "more", fontPx: 20.5, bell: "none", keyRow: "off", reader: true, scroll: 200, eager: true };
  assert.deepEqual(readSettings(JSON.stringify(chosen), DEFAULTS), chosen);
});

test("what cannot be is as it is by default, and a size is kept within its bounds", () => {
  assert.deepEqual(readSettings(null, DEFAULTS), DEFAULTS);
  for (const text of ["", "{", "7", "null", '{"theme":"pink","reader":"yes","fontPx":"14","scroll":null}']) assert.deepEqual(readSettings(text, DEFAULTS), DEFAULTS, text);
  assert.equal(readSettings('{"fontPx":900}', DEFAULTS).fontPx, 32);
  assert.equal(readSettings('{"fontPx":1}', DEFAULTS).fontPx, 8);
});

test("only addresses of the web and of mail are followed", () => {
  assert.equal(followable("https://a.example/x")?.href, "https://a.example/x");
  assert.equal(followable("mailto:a@b.example")?.protocol, "mailto:");
  for (const address of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ssh://host", "x", "", `https://a.example/${"x".repeat(3000)}`]) {
    assert.equal(followable(address), undefined, address);
  }
});
