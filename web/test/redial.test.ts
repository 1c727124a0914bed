// When a session dials again, and what a gateway may make it owe.
import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "@bufbuild/protobuf";
import { FaultSchema } from "../src/generated/link_pb";
import type { Kind } from "../src/wire/codec";
import { Code, Fault } from "../src/wire/fault";
import { CONTROL_FRAMES_MAX, FRAMES_PER_PACKET_MAX, GO_AWAY_MAX_MS, LINK_PROVED_MS } from "../src/wire/limits";
import { Bench } from "./bench";

test("a changed network gives up the dial under way and dials at once", () => {
  const { bench } = Bench.opened();
  bench.cut();
  assert.equal(bench.names().at(-1), "dial");
  bench.clear();
  bench.session.networkChanged(bench.now);
  bench.drain();
  assert.deepEqual(bench.names(), ["cancelDial", "connecting", "dial"]);
  bench.connect();
  assert.equal(bench.names().at(-1), "live");
});

test("a changed network gives up a link that was not welcomed yet and dials at once", () => {
  const { bench, ch } = Bench.opened();
  bench.cut();
  bench.dial();
  bench.clear();
  bench.session.networkChanged(bench.now);
  bench.drain();
  assert.deepEqual(bench.names(), ["hangUp", "connecting", "dial"]);
  assert.equal(bench.session.pollTimeout(), undefined, "the old greeting's end is nobody's concern");
  const hello = bench.connect();
  assert.deepEqual([hello.generation, hello.channels[0]?.ch], [3n, ch]);
});

test("the last word of a suspect link does not end the dial beside it", () => {
  const { bench } = Bench.opened();
  bench.session.nudge(bench.now);
  bench.run(bench.now + 2_000);
  assert.deepEqual(bench.names(), ["suspect", "dial"]);
  bench.clear();
  const superseded = new Fault(Code.Superseded, "a newer one");
  const frame = { case: "fault" as const, value: create(FaultSchema, { code: superseded.code, retry: true, message: superseded.message }) };
  assert.throws(() => bench.say(frame), Fault);
  bench.session.linkDown(bench.now, 0.5, superseded);
  bench.drain();
  assert.deepEqual(bench.names(), ["connecting"], "the dial goes on");
});

test("a changed network asks a live link and dials beside it, and dials at once between links", () => {
  const { bench } = Bench.opened();
  bench.run(bench.now + 1_000);
  bench.session.networkChanged(bench.now);
  assert.deepEqual(bench.sent().map((kind) => kind.case), ["ping"]);
  bench.drain();
  assert.deepEqual(bench.names(), ["dial"]);
  bench.session.dialFailed(bench.now, 1);
  bench.cut(1);
  for (let index = 0; index < 5; index++) {
    bench.session.dialFailed(bench.now, 1);
    bench.run(bench.session.pollTimeout() ?? bench.now, 1);
  }
  bench.session.dialFailed(bench.now, 1);
  bench.drain();
  bench.clear();
  bench.session.networkChanged(bench.now);
  bench.drain();
  assert.deepEqual(bench.names(), ["connecting", "dial"]);
});

test("the page's coming to the front leaves a dial under way alone", () => {
  const { bench } = Bench.opened();
  bench.cut();
  bench.clear();
  bench.session.nudge(bench.now);
  bench.drain();
  assert.deepEqual(bench.names(), []);
});

test("links that die right behind their welcome are dialled later and later", () => {
  const { bench } = Bench.opened();
  const waits: number[] = [];
  for (let index = 0; index < 6; index++) {
    bench.run(bench.now + LINK_PROVED_MS - 1);
    bench.cut(1);
    const at = bench.session.pollTimeout() ?? bench.now;
    waits.push(at - bench.now);
    bench.run(at, 1);
    bench.connect();
  }
  assert.deepEqual(waits, [0, 500, 500, 500, 500, 500]);
  bench.run(bench.now + LINK_PROVED_MS);
  bench.cut(1);
  assert.equal(bench.names().at(-1), "dial", "one that lived starts the waits over");
});

test("a link that lived starts the waits over once, not at each failure of a second dial", () => {
  const { bench } = Bench.opened();
  bench.run(bench.now + 10_000);
  bench.session.nudge(bench.now);
  bench.run(bench.now + 1_600);
  const dials: number[] = [];
  for (let index = 0; index < 4; index++) {
    bench.clear();
    bench.session.dialFailed(bench.now, 0.999_999);
    const before = bench.now;
    while (!bench.names().includes("dial")) bench.run(bench.session.pollTimeout()!);
    dials.push(Math.round((bench.now - before) / 100) / 10);
  }
  assert.deepEqual(dials, [0.5, 0.5, 1, 2]);
});

test("a gateway that pings and does not read is cut", () => {
  const { bench } = Bench.opened();
  const pings = Array.from({ length: FRAMES_PER_PACKET_MAX }, (): Kind => ({ case: "ping", value: { $typeName: "devtail.v1.Ping", id: 1n } }));
  for (let owed = 0; owed < CONTROL_FRAMES_MAX; owed += pings.length) bench.say(...pings);
  assert.throws(() => bench.say(pings[0]!), (error) => error instanceof Fault && error.code === Code.Limit && error.shouldRetry);
  bench.cut();
  bench.connect();
  assert.equal(bench.sent().filter((kind) => kind.case === "pong").length, 0, "what one link owed dies with it");
});

test("a gateway that says GoAway for ever is dialled within five minutes", () => {
  const { bench } = Bench.opened();
  bench.say({ case: "goAway", value: { $typeName: "devtail.v1.GoAway", reconnectAfterMs: 2 ** 32 - 1 } });
  bench.cut();
  assert.equal(bench.session.pollTimeout(), bench.now + GO_AWAY_MAX_MS);
  assert.equal(GO_AWAY_MAX_MS, 5 * 60 * 1_000);
});
