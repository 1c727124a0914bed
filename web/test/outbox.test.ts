import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../src/session/outbox";
import { text } from "./bench";

const all = () => true;

test("what was never sent can be taken back, and its numbers are given again", () => {
  const outbox = new Outbox();
  outbox.opened(0n);
  outbox.push(text("a"));
  outbox.push(text("b"));
  assert.equal(outbox.sendNext()?.seq, 1n);
  outbox.push(text("c"));
  assert.equal(outbox.neverSent, 2);
  assert.deepEqual(outbox.withdraw(all), [text("b"), text("c")]);
  assert.deepEqual(outbox.waiting, [text("a")]);
  assert.equal(outbox.push(text("d")), 2n);
  assert.deepEqual(outbox.sendNext(), { seq: 2n, bytes: text("d") });
});

test("what was sent on a link that is gone may have arrived: it stays", () => {
  const outbox = new Outbox();
  outbox.opened(0n);
  outbox.push(text("a"));
  outbox.sendNext();
  outbox.rewind();
  outbox.push(text("b"));
  assert.equal(outbox.neverSent, 1);
  assert.deepEqual(outbox.withdraw(all), [text("b")]);
  assert.deepEqual(outbox.sendNext(), { seq: 1n, bytes: text("a") });
});

test("only what is meant is taken back, and the rest keeps its order", () => {
  const outbox = new Outbox();
  for (const letter of ["a", "R", "b"]) outbox.push(text(letter));
  assert.deepEqual(outbox.withdraw((input) => input[0] !== 0x52), [text("a"), text("b")]);
  assert.deepEqual(outbox.waiting, [text("R")]);
  outbox.opened(4n);
  assert.equal(outbox.sendNext()?.seq, 5n);
  outbox.settle(5n);
  assert.equal(outbox.neverSent, 0);
});
