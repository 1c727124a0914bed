import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "@bufbuild/protobuf";

import { FaultSchema, Inputs, Outcome, PongSchema, Priority, Resume } from "../src/generated/link_pb";
import { ClientSession } from "../src/session/session";
import type { Kind } from "../src/wire/codec";
import { Code, Fault } from "../src/wire/fault";
import { Bench, EPOCH, read, text } from "./bench";

test("a keystroke typed offline arrives once", () => {
  const { bench, ch } = Bench.opened();
  bench.cut();
  bench.session.send(bench.now, ch, text("a"));
  assert.deepEqual(bench.typed(), []);
  const hello = bench.connect();
  const { first, next } = hello.channels[0]?.outbox ?? {};
  assert.deepEqual([first, next], [1n, 1n], "what was never sent is not in doubt");
  assert.deepEqual(bench.typed(), [], "not before the gateway has said what it has");
  bench.say(bench.openedFrame(ch));
  assert.deepEqual(bench.typed(), ["1:a"]);
  assert.deepEqual(bench.typed(), []);
  bench.say(bench.ack(ch, 1n));
  bench.cut();
  bench.connect();
  bench.say(bench.openedFrame(ch, { applied: 1n }));
  assert.deepEqual(bench.typed(), []);
});

test("a keystroke whose acknowledgement was lost is not sent again", () => {
  const { bench, ch } = Bench.opened();
  bench.session.send(bench.now, ch, text("a"));
  bench.session.send(bench.now, ch, text("b"));
  assert.deepEqual(bench.typed(), ["1:a", "2:b"]);
  bench.cut();
  bench.connect();
  bench.clear();
  bench.say(bench.openedFrame(ch, { applied: 1n }));
  assert.deepEqual(bench.typed(), ["2:b"]);
  assert.ok(bench.events.some((event) => event.name === "applied" && event.seq === 1n));
});

test("a page that is loaded again types the rest exactly once, as the same instance", () => {
  const { bench, ch } = Bench.opened();
  bench.session.send(bench.now, ch, text("a"));
  bench.session.send(bench.now, ch, text("b"));
  bench.sent();
  const saved = bench.session.save();
  const session = new ClientSession({ client: saved.client, agent: "test", zstdWindowLog: 0 });
  assert.deepEqual(session.restore(saved, Priority.FOCUSED), [1]);
  Object.assign(bench, { session });
  const hello = bench.connect();
  assert.equal(hello.generation, 2n);
  assert.equal(hello.lastBoot, 5n);
  assert.equal(hello.channels[0]?.have, undefined);
  bench.say(bench.openedFrame(1, { applied: 1n, resume: Resume.FRESH }));
  assert.deepEqual(bench.typed(), ["2:b"]);
});

test("unknown inputs are shown to the person and not sent again", () => {
  const { bench, ch } = Bench.opened();
  bench.session.send(bench.now, ch, text("rm "));
  bench.session.send(bench.now, ch, text("x"));
  bench.sent();
  bench.cut();
  bench.connect();
  bench.say(bench.openedFrame(ch, { epoch: 78n, resume: Resume.EPOCH, inputs: Inputs.UNKNOWN, applied: 2n }));
  const asked = bench.events.find((event) => event.name === "inputsUnknown");
  assert.ok(asked?.name === "inputsUnknown");
  assert.deepEqual([asked.first, asked.next, asked.inputs.map(read)], [1n, 3n, ["rm ", "x"]]);
  assert.deepEqual(bench.typed(), []);
  bench.session.send(bench.now, ch, text("y"));
  assert.deepEqual(bench.typed(), ["3:y"]);
});

test("duplicates are dropped, and the new part of an overlap is shown", () => {
  const { bench, ch } = Bench.opened();
  bench.say(bench.data(ch, 0n, "hello"));
  bench.say(bench.data(ch, 0n, "hello"), bench.data(ch, 3n, "lo, you"));
  assert.equal(bench.shown(), "hello, you");
});

test("a gap ends the link, and the next one goes on from what is shown", () => {
  const { bench, ch } = Bench.opened();
  bench.say(bench.data(ch, 0n, "abc"));
  assert.throws(() => bench.say(bench.data(ch, 4n, "e")), (error) => error instanceof Fault && error.code === Code.BadSequence);
  bench.session.linkDown(bench.now, 0.5, new Fault(Code.BadSequence, "gap"));
  const hello = bench.connect();
  assert.deepEqual([hello.channels[0]?.have?.epoch, hello.channels[0]?.have?.offset], [EPOCH, 3n]);
});

test("a snapshot voids older data, and an older snapshot is dropped", () => {
  const { bench, ch } = Bench.opened();
  bench.say(bench.data(ch, 0n, "abc"), bench.snapshotFrame(ch, 10n, "screen"));
  bench.say(bench.data(ch, 3n, "defghij"), bench.data(ch, 10n, "k"), bench.snapshotFrame(ch, 5n, "old"));
  assert.equal(bench.shown(), "abck");
  assert.equal(bench.names().filter((name) => name === "snapshot").length, 1);
  const snapshot = bench.events.find((event) => event.name === "snapshot");
  assert.ok(snapshot?.name === "snapshot" && snapshot.had === 3n && snapshot.at === 10n);
});

test("a new life of the log begins with its snapshot, whatever was shown", () => {
  const { bench, ch } = Bench.opened();
  bench.say(bench.data(ch, 0n, "abcdef"));
  bench.cut();
  bench.connect();
  bench.clear();
  bench.say(bench.openedFrame(ch, { epoch: 99n, resume: Resume.EPOCH }), bench.snapshotFrame(ch, 2n), bench.data(ch, 2n, "x"));
  assert.equal(bench.shown(), "x");
  assert.deepEqual(bench.session.position(ch), { epoch: 99n, offset: 3n });
});

test("what is not opened on this link is not shown", () => {
  const { bench, ch } = Bench.opened();
  bench.cut();
  bench.connect();
  bench.clear();
  bench.say(bench.data(ch, 0n, "early"));
  assert.equal(bench.shown(), "");
});

test("credit counts what the view has parsed, not what arrived", () => {
  const { bench, ch } = Bench.opened();
  bench.run(bench.now + 1_000);
  bench.say(bench.data(ch, 0n, "x".repeat(5_000)), bench.data(ch, 5_000n, "y".repeat(5_000)));
  bench.session.consume(bench.now, ch, 5_000n);
  const windows = bench.run(bench.now + 1_000).filter((kind) => kind.case === "window");
  assert.equal(windows.length, 1);
  const [credit] = windows[0]!.case === "window" ? windows[0]!.value.credits : [];
  assert.deepEqual([credit?.consumed, credit?.limit], [5_000n, 5_000n + 256n * 1024n]);
});

test("a window is due at once under load, in 50 ms for a little, in 500 ms for a lone echo, and never when idle", () => {
  for (const [size, wait] of [[40_000, 0], [3_000, 50], [1, 500]] as const) {
    const { bench, ch } = Bench.opened();
    bench.run(bench.now + 1_000);
    bench.say(bench.data(ch, 0n, "x".repeat(size)));
    assert.equal(bench.session.pollTimeout(), bench.now + wait, `${size} bytes`);
    bench.run(bench.now + 1_000);
    assert.ok(bench.session.pollTimeout()! > bench.now + 50_000, "quiet");
  }
});

test("a window rides on a keystroke", () => {
  const { bench, ch } = Bench.opened();
  bench.run(bench.now + 1_000);
  bench.say(bench.data(ch, 0n, "x"));
  bench.session.send(bench.now, ch, text("a"));
  assert.deepEqual(bench.sent().map((kind) => kind.case), ["ping", "input", "window"]);
});

test("no more than 64 KiB is in flight, and a full outbox takes nothing", () => {
  const { bench, ch } = Bench.opened();
  const paste = "p".repeat(16 * 1024);
  for (let index = 0; index < 64; index++) assert.ok(bench.session.send(bench.now, ch, text(paste)));
  assert.equal(bench.session.send(bench.now, ch, text("x")), undefined);
  assert.equal(bench.typed().length, 4);
  bench.say(bench.ack(ch, 2n));
  assert.equal(bench.typed().length, 2);
});

test("a refused input says why and is settled", () => {
  const { bench, ch } = Bench.opened();
  bench.session.send(bench.now, ch, text("a"));
  bench.sent();
  bench.say({ case: "inputAck", value: { $typeName: "devtail.v1.InputAck", ch, applied: 1n, outcome: Outcome.REFUSED, reason: "It is read-only.", client: text("") } });
  const refused = bench.events.find((event) => event.name === "inputRefused");
  assert.ok(refused?.name === "inputRefused" && refused.reason === "It is read-only.");
  assert.equal(bench.session.waiting(ch).length, 0);
});

test("an idle link is asked once a minute and is quiet between", () => {
  const { bench } = Bench.opened();
  bench.run(bench.now + 1_000);
  const start = bench.now;
  assert.deepEqual(bench.run(start + 58_000).map((kind) => kind.case), []);
  assert.deepEqual(bench.run(start + 60_000).map((kind) => kind.case), ["ping"]);
});

test("a probe unanswered dials a second link in parallel, and an answer cancels it", () => {
  const { bench } = Bench.opened();
  bench.run(bench.now + 10_000);
  bench.clear();
  bench.session.nudge(bench.now);
  const pings = bench.run(bench.now + 1_600).flatMap((kind) => (kind.case === "ping" ? [kind.value.id] : []));
  assert.deepEqual(bench.names(), ["suspect", "dial"]);
  bench.say({ case: "pong", value: { $typeName: "devtail.v1.Pong", id: pings.at(-1)! } });
  assert.deepEqual(bench.names(), ["suspect", "dial", "live", "cancelDial"]);
});

test("the first of two links to be up wins", () => {
  const { bench, ch } = Bench.opened();
  bench.session.nudge(bench.now);
  bench.run(bench.now + 1_600);
  assert.ok(bench.names().includes("dial"));
  const hello = bench.connect();
  assert.equal(hello.generation, 2n);
  bench.say(bench.openedFrame(ch));
  assert.equal(bench.names().at(-2), "live");
});

test("silence is death after 45 s, and then it dials for ever", () => {
  const { bench } = Bench.opened();
  bench.session.nudge(bench.now);
  bench.run(bench.now + 60_000);
  assert.ok(bench.names().includes("hangUp"));
  const waits: number[] = [];
  for (let index = 0; index < 12; index++) {
    bench.session.dialFailed(bench.now, 0.999_999);
    bench.drain();
    const at = bench.session.pollTimeout() ?? bench.now;
    waits.push(Math.round((at - bench.now) / 100) / 10);
    bench.run(at, 0.999_999);
  }
  assert.deepEqual(waits, [0, 0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, 30]);
});

test("a timer that fires late charges no miss", () => {
  const { bench } = Bench.opened();
  bench.session.nudge(bench.now);
  bench.sent();
  bench.clear();
  bench.now += 3_600_000;
  bench.session.handleTimeout(bench.now, 0.5);
  bench.drain();
  assert.deepEqual(bench.names(), []);
  assert.deepEqual(bench.sent().map((kind) => kind.case), ["ping"]);
});

test("a key measures the round trip, at most once a second, and after 5 s of silence it is also a probe", () => {
  const { bench, ch } = Bench.opened();
  bench.run(bench.now + 1_000);
  bench.session.send(bench.now, ch, text("a"));
  const [ping, ...others] = bench.sent();
  assert.ok(ping?.case === "ping" && others[0]?.case === "input" && others.length === 1);
  bench.now += 300;
  bench.say({ case: "pong", value: create(PongSchema, { id: ping.value.id }) });
  assert.equal(bench.session.contact?.srtt, 300);
  bench.session.send(bench.now, ch, text("b"));
  assert.deepEqual(bench.sent().map((kind) => kind.case), ["input"]);
  bench.run(bench.now + 5_000);
  bench.session.send(bench.now, ch, text("b"));
  assert.deepEqual(bench.sent().map((kind) => kind.case), ["ping", "input"]);
});

test("the network's return starts the waits over and dials at once", () => {
  const { bench } = Bench.opened();
  bench.cut();
  for (let index = 0; index < 5; index++) {
    bench.session.dialFailed(bench.now, 1);
    bench.drain();
    bench.run(bench.session.pollTimeout() ?? bench.now, 1);
  }
  bench.session.dialFailed(bench.now, 1);
  bench.drain();
  bench.clear();
  bench.session.nudge(bench.now);
  bench.drain();
  assert.deepEqual(bench.names(), ["connecting", "dial"]);
});

test("a gateway that says GoAway is dialled when it said", () => {
  const { bench } = Bench.opened();
  bench.say({ case: "goAway", value: { $typeName: "devtail.v1.GoAway", reconnectAfterMs: 700 } });
  bench.cut();
  assert.equal(bench.session.pollTimeout(), bench.now + 700);
});

test("a fault that a retry cannot mend ends the session and says whether signing in helps", () => {
  const { bench } = Bench.opened();
  bench.session.linkDown(bench.now, 0.5, new Fault(Code.Revoked, "This device was revoked."));
  bench.drain();
  const last = bench.events.at(-1);
  assert.ok(last?.name === "state" && last.state.name === "closed" && last.state.fault.mustSignIn);
  assert.equal(bench.session.pollTimeout(), undefined);
});

test("a fault of one channel leaves the others", () => {
  const { bench, ch } = Bench.opened();
  const other = bench.open(new Uint8Array(16).fill(0xd0));
  bench.say({ case: "fault", value: create(FaultSchema, { code: Code.Gone, ch: other, message: "It is gone." }) });
  assert.ok(bench.events.some((event) => event.name === "refused" && event.ch === other && event.fault.code === Code.Gone));
  bench.say(bench.data(ch, 0n, "still here"));
  assert.equal(bench.shown(), "still here");
});

test("a channel that is unavailable is asked for again, and what was typed meanwhile arrives once", () => {
  const { bench, ch } = Bench.opened();
  const fault: Kind = { case: "fault", value: create(FaultSchema, { code: Code.Failed, ch, message: "It does not answer." }) };
  bench.session.send(bench.now, ch, text("a"));
  assert.deepEqual(bench.typed(), ["1:a"]);
  bench.say(fault);
  bench.session.send(bench.now, ch, text("b"));
  const opens = (kinds: Kind[]) => kinds.filter((kind) => kind.case === "open").length;
  assert.equal(opens(bench.run(bench.now + 499)), 0);
  assert.equal(opens(bench.run(bench.now + 1)), 1);
  bench.say(fault);
  assert.equal(opens(bench.run(bench.now + 999)), 0, "the wait doubles");
  assert.equal(opens(bench.run(bench.now + 1)), 1);
  assert.equal(bench.events.filter((event) => event.name === "unavailable").length, 2);
  bench.say(bench.openedFrame(ch, { applied: 1n }));
  assert.deepEqual(bench.typed(), ["2:b"]);
});

test("a new channel that fails is refused: whoever wanted it decides", () => {
  const { bench } = Bench.opened();
  const other = bench.open(new Uint8Array(16).fill(0xd0));
  bench.say({ case: "fault", value: create(FaultSchema, { code: Code.Failed, ch: other, message: "No." }) });
  assert.ok(bench.events.some((event) => event.name === "refused" && event.ch === other));
});

test("a question is asked again on the next link until it is answered", () => {
  const { bench } = Bench.opened();
  const req = bench.session.fetch("terminal", text("?"));
  assert.deepEqual(bench.sent().map((kind) => kind.case).filter((name) => name === "fetch"), ["fetch"]);
  bench.cut();
  bench.connect();
  assert.deepEqual(bench.sent().map((kind) => kind.case), ["fetch"]);
  bench.say({ case: "fetched", value: { $typeName: "devtail.v1.Fetched", req, answer: text("!") } });
  assert.ok(bench.events.some((event) => event.name === "fetched" && event.answer.ok));
});

test("a gateway that speaks as a client, or not first of all a Welcome, is refused", () => {
  const bench = new Bench();
  bench.dial();
  assert.throws(() => bench.say({ case: "ping", value: { $typeName: "devtail.v1.Ping", id: 1n } }), (error) => error instanceof Fault && error.code === Code.HelloExpected);
  const { bench: other } = Bench.opened();
  assert.throws(() => other.say({ case: "bye", value: { $typeName: "devtail.v1.Bye" } }), (error) => error instanceof Fault && error.code === Code.BadPacket);
});

test("a channel that was left and is read again numbers its inputs on", () => {
  const { bench, ch } = Bench.opened();
  bench.session.send(bench.now, ch, text("a"));
  bench.sent();
  bench.say(bench.ack(ch, 1n));
  bench.session.close(ch);
  const again = bench.open();
  bench.session.send(bench.now, again, text("b"));
  assert.deepEqual(bench.typed(), [], "nobody knows yet which numbers are used");
  bench.say(bench.openedFrame(again, { resume: Resume.FRESH, applied: 1n }));
  assert.deepEqual(bench.typed(), ["2:b"]);
});
