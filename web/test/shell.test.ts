import assert from "node:assert/strict";
import { test } from "node:test";

import { outdated, shellPath } from "../src/worker/shell";

const ORIGIN = "https://host.example";
const FILES = ["/assets/app-1.js", "/icon.svg"];
const path = (url: string, mode = "no-cors", method = "GET") => shellPath({ url: new URL(url, ORIGIN).href, mode, method }, ORIGIN, FILES);

test("the page and its own files come from the shell", () => {
  assert.equal(path("/", "navigate"), "/");
  assert.equal(path("/?from=home#t=00", "navigate"), "/");
  assert.equal(path("/index.html", "navigate"), "/");
  assert.equal(path("/assets/app-1.js"), "/assets/app-1.js");
});

test("what the gateway answers never does", () => {
  for (const url of ["/api/token", "/api/pair", "/ws", "/worker.js", "/assets/app-2.js", "/icon.svg?x"]) assert.equal(path(url), undefined, url);
  assert.equal(path("/api/push", "navigate"), undefined);
  assert.equal(path("/", "navigate", "POST"), undefined);
  assert.equal(path("https://elsewhere.example/icon.svg"), undefined);
});

test("caches of other versions go, and those of others stay", () => {
  assert.deepEqual(outdated(["devtail-shell-1", "devtail-shell-2", "something"], "devtail-shell-2"), ["devtail-shell-1"]);
});
