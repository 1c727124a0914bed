import assert from "node:assert/strict";
import { test } from "node:test";

import { Fingers, HOLD_MS } from "../src/terminal/gesture";
import { drag, lengthOf, wordAt } from "../src/terminal/span";

const at = (x: number, y: number) => ({ x, y });

test("a finger that comes and leaves taps", () => {
  const fingers = new Fingers();
  fingers.down(0, [at(10, 10)]);
  assert.equal(fingers.moved(20, [at(14, 12)]), undefined, "it may tremble");
  assert.deepEqual(fingers.up(90, []), { name: "tap", at: at(10, 10) });
});

test("a finger that moves scrolls, and throws if it was fast when it left", () => {
  const fingers = new Fingers();
  fingers.down(0, [at(10, 200)]);
  assert.deepEqual(fingers.moved(10, [at(10, 220)]), { name: "scroll", by: 20, at: at(10, 220) });
  assert.deepEqual(fingers.moved(20, [at(10, 250)]), { name: "scroll", by: 30, at: at(10, 250) });
  const left = fingers.up(25, []);
  assert.ok(left?.name === "fling" && left.speed > 1);
  fingers.down(100, [at(10, 200)]);
  fingers.moved(110, [at(10, 250)]);
  assert.equal(fingers.up(500, []), undefined, "it stood still before");
});

test("a finger that stays holds, and what it does then is a drag", () => {
  const fingers = new Fingers();
  fingers.down(0, [at(10, 10)]);
  assert.equal(fingers.held(HOLD_MS - 1), undefined);
  assert.deepEqual(fingers.held(HOLD_MS), { name: "hold", at: at(10, 10) });
  assert.deepEqual(fingers.moved(600, [at(90, 10)]), { name: "drag", at: at(90, 10) });
  assert.deepEqual(fingers.up(700, []), { name: "drop" });
});

test("a finger that scrolls never holds", () => {
  const fingers = new Fingers();
  fingers.down(0, [at(10, 10)]);
  fingers.moved(10, [at(10, 40)]);
  assert.equal(fingers.held(HOLD_MS), undefined);
});

test("two fingers pinch, and the one that stays behind does nothing", () => {
  const fingers = new Fingers();
  fingers.down(0, [at(0, 0)]);
  fingers.down(5, [at(0, 0), at(0, 100)]);
  assert.deepEqual(fingers.moved(20, [at(0, 0), at(0, 150)]), { name: "pinch", scale: 1.5 });
  assert.equal(fingers.up(30, [at(0, 0)]), undefined);
  assert.equal(fingers.moved(40, [at(0, 90)]), undefined);
  assert.equal(fingers.up(50, []), undefined);
});

test("a word is what has no blank, quote or bracket in it", () => {
  const row = [..."ls (/tmp/a-b.txt) x  "];
  const word = ({ start, end }: ReturnType<typeof wordAt>) => row.slice(start.col, end.col).join("");
  assert.equal(word(wordAt(row, { col: 8, row: 0 })), "/tmp/a-b.txt");
  assert.equal(word(wordAt(row, { col: 0, row: 0 })), "ls");
  assert.equal(word(wordAt(row, { col: 19, row: 0 })), " ");
});

test("a word of characters that take two cells is picked whole, from either half", () => {
  const row = ["見", "", "出", "", " ", "x"];
  const word = (col: number) => wordAt(row, { col, row: 0 });
  for (const col of [0, 1, 2, 3]) assert.deepEqual(word(col), { start: { col: 0, row: 0 }, end: { col: 4, row: 0 } });
});

test("an end that is dragged past the other stops there", () => {
  const span = { start: { col: 4, row: 2 }, end: { col: 8, row: 2 } };
  assert.deepEqual(drag(span, "end", { col: 3, row: 5 }), { start: span.start, end: { col: 4, row: 5 } });
  assert.equal(lengthOf(drag(span, "end", { col: 3, row: 5 }), 80), 240);
  assert.deepEqual(drag(span, "end", { col: 0, row: 0 }).end, { col: 5, row: 2 });
  assert.deepEqual(drag(span, "start", { col: 70, row: 9 }).start, { col: 7, row: 2 });
});
