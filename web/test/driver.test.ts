import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";

import { Driver } from "../src/driver/driver";
import { TokenUnavailable, Tokens } from "../src/driver/tokens";
import type { SessionEvent } from "../src/session/event";
import { ClientSession } from "../src/session/session";
import { seal } from "../src/wire/codec";
import { Code } from "../src/wire/fault";
import { TOKEN_WITHIN_MS } from "../src/wire/limits";
import { install, SocketDouble } from "./browser-doubles";

const WELCOME = seal([{ case: "welcome", value: { $typeName: "devtail.v1.Welcome", version: 1, boot: 5n, zstdWindowLog: 0 } }]);

/** A page whose driver was started, with a token at hand, and what it has said. */
async function started(t: TestContext): Promise<{ page: EventTarget; driver: Driver; names: string[] }> {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = new EventTarget();
  install(page);
  const tokens = new Tokens();
  tokens.take({ token: "a.b", expiresAt: Infinity });
  const names: string[] = [];
  const heard = (event: SessionEvent) => names.push(event.name === "state" ? event.state.name : event.name);
  const driver = new Driver(new ClientSession({ client: new Uint8Array(16), agent: "test", zstdWindowLog: 0 }), tokens, heard);
  driver.start();
  await settled();
  return { page, driver, names };
}

/** Waits until every promise that could be kept was. */
const settled = () => new Promise<void>((next) => setImmediate(next));

test("a text message ends the link as a bad packet", async (t) => {
  const { names } = await started(t);
  const [socket] = SocketDouble.all;
  socket!.onopen();
  socket!.onmessage({ data: WELCOME.slice().buffer });
  assert.equal(names.at(-1), "live");
  socket!.onmessage({ data: "hello" });
  assert.equal(socket!.closed, 4000 + Code.BadPacket);
  assert.equal(names.at(-1), "connecting");
});

test("a network that comes back ends the dial under way and begins another", async (t) => {
  const { page } = await started(t);
  assert.equal(SocketDouble.all.length, 1);
  page.dispatchEvent(new Event("resume"));
  await settled();
  assert.equal(SocketDouble.all.length, 1, "to look at the page changes nothing");
  page.dispatchEvent(new Event("online"));
  await settled();
  assert.equal(SocketDouble.all.length, 2);
  assert.equal(SocketDouble.all[0]!.closed, 1000);
  assert.equal(SocketDouble.all[1]!.closed, undefined);
});

test("a token that is not answered is given up, and asked for again", async (t) => {
  install(new EventTarget());
  const asked: AbortSignal[] = [];
  const giveUp = new AbortController();
  const timeout = t.mock.method(AbortSignal, "timeout", () => giveUp.signal);
  t.mock.method(globalThis, "fetch", async (_: string, { signal }: { signal: AbortSignal }) => {
    asked.push(signal);
    if (!signal.aborted) await once(signal, "abort");
    throw signal.reason;
  });
  const tokens = new Tokens();
  const first = assert.rejects(tokens.access(), TokenUnavailable);
  await settled();
  assert.deepEqual(timeout.mock.calls.map(({ arguments: [ms] }) => ms), [TOKEN_WITHIN_MS]);
  assert.deepEqual(asked, [giveUp.signal]);
  giveUp.abort();
  await first;
  await assert.rejects(tokens.access(), TokenUnavailable);
  assert.equal(asked.length, 2);
});
