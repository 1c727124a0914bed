// A paste that is larger than what a session takes at once.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Held, HELD_MAX } from "../src/page/held";
import { Priority, Resume } from "../src/generated/link_pb";
import { withMore } from "../src/session/saved";
import { ClientSession } from "../src/session/session";
import { keys, keysOf, resize } from "../src/terminal/message";
import { OUTBOX_MAX } from "../src/wire/limits";
import { Bench, text } from "./bench";

const PASTE = `\x1b[200~${"0123456789\r".repeat(150_000)}\x1b[201~`;

/** Sends what fits, applies what is sent, and so on until nothing moves; returns what the terminal was typed. */
function applyAll(bench: Bench, ch: number, handOver: () => void): string {
  let typed = "";
  for (;;) {
    const inputs = bench.sent().flatMap((kind) => (kind.case === "input" ? [kind.value] : []));
    if (inputs.length === 0) return typed;
    typed += inputs.map(({ bytes }) => keysOf(bytes)).join("");
    bench.say(bench.ack(ch, inputs.at(-1)!.seq));
    handOver();
  }
}

/** What a pane does with what is typed into it. */
function held(bench: Bench, ch: number): { held: Held; type: (typed: string) => boolean; handOver: () => bigint | undefined } {
  const held = new Held();
  const handOver = () => held.handOver((input) => bench.session.send(bench.now, ch, input));
  const type = (typed: string) => {
    const isTaken = held.take(keys(text(typed)));
    handOver();
    return isTaken;
  };
  return { held, type, handOver };
}

test("a paste above 1 MiB arrives whole, and what is typed meanwhile behind it", () => {
  const { bench, ch } = Bench.opened();
  const { held: rest, type, handOver } = held(bench, ch);
  assert.ok(PASTE.length > OUTBOX_MAX && type(PASTE));
  const waiting = bench.session.waiting(ch).length;
  assert.ok(waiting > 0 && rest.keys > 0);
  assert.ok(type("x"));
  rest.take([resize({ cols: 80, rows: 24 })]);
  assert.equal(waiting + rest.keys, keys(text(PASTE)).length + 1, "a size is no key");
  assert.equal(applyAll(bench, ch, handOver), `${PASTE}x`);
  assert.equal(rest.inputs.length, 0);
});

test("what is handed over at once has a number, and what waits has none yet", () => {
  const { bench, ch } = Bench.opened();
  const { type, handOver, held: rest } = held(bench, ch);
  rest.take(keys(text("a")));
  assert.equal(handOver(), 1n);
  type(PASTE);
  assert.equal(handOver(), undefined);
});

test("a paste that is too large is not taken in part", () => {
  const { bench, ch } = Bench.opened();
  const { held: rest, type } = held(bench, ch);
  assert.equal(type("y".repeat(HELD_MAX)), false);
  assert.deepEqual([bench.session.waiting(ch).length, rest.inputs.length], [0, 0]);
  assert.ok(type("y".repeat(HELD_MAX - OUTBOX_MAX)));
  const [waiting, kept] = [bench.session.waiting(ch).length, rest.inputs.length];
  assert.equal(type("z".repeat(3 * OUTBOX_MAX)), false);
  assert.deepEqual([bench.session.waiting(ch).length, rest.inputs.length], [waiting, kept]);
  assert.ok(type("z"), "what fits is still taken");
});

test("what a terminal that is over held makes room again", () => {
  const rest = new Held();
  const most = keys(text("y".repeat(HELD_MAX - OUTBOX_MAX)));
  assert.deepEqual([rest.take(most), rest.take(most)], [true, false]);
  rest.clear();
  assert.deepEqual([rest.keys, rest.take(most)], [0, true]);
});

test("a page that is loaded again in mid-paste types the rest of it once", () => {
  const { bench, ch } = Bench.opened();
  const { held: rest, type } = held(bench, ch);
  type(PASTE);
  const first = bench.sent().flatMap((kind) => (kind.case === "input" ? [kind.value] : []));
  const saved = withMore(bench.session.save(), () => rest.inputs);
  const session = new ClientSession({ client: saved.client, agent: "test", zstdWindowLog: 0 });
  session.restore(saved, Priority.FOCUSED);
  Object.assign(bench, { session });
  bench.connect();
  bench.say(bench.openedFrame(1, { resume: Resume.FRESH, applied: first.at(-1)!.seq }));
  const typed = first.map(({ bytes }) => keysOf(bytes)).join("") + applyAll(bench, 1, () => undefined);
  assert.equal(typed, PASTE);
});
