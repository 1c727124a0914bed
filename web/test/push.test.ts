import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { finishedInWords, readFinished } from "../src/terminal/finished";
import { fragmentOf, readTold } from "../src/worker/told";

describe("what a push tells", () => {
  const url = `#t=${"ab".repeat(16)}`;

  test("is shown as it was told", () => {
    const told = { title: "build", body: "make finished after 12 s.", tag: "finished", url };
    assert.deepEqual(readTold(JSON.stringify(told)), { title: "build", body: told.body, tag: "finished", fragment: url });
  });

  test("is shown as something, whatever came", () => {
    for (const text of [undefined, "", "{", "null", "[]", '{"title":7,"body":""}']) {
      const told = readTold(text);
      assert.ok(told.title && told.body && told.tag, String(text));
      assert.equal(told.fragment, "");
    }
  });

  test("leads to a terminal and nowhere else", () => {
    assert.equal(fragmentOf(url), url);
    for (const elsewhere of ["https://evil.example/", "//evil.example", "#pair=x", `${url}&pair=x`, "#t=xy", `x${url}`, 7, undefined]) {
      assert.equal(fragmentOf(elsewhere), "", String(elsewhere));
    }
  });
});

describe("a command that is over", () => {
  test("is read from its mark, and nothing else is", () => {
    assert.deepEqual(readFinished("finished=75 make all"), { command: "make all", seconds: 75n });
    assert.deepEqual(readFinished("finished=1 "), { command: "", seconds: 1n });
    for (const other of ["size=80x24", "finished=x make", "finished=1", `finished=1 ${"x".repeat(65)}`, ""]) {
      assert.equal(readFinished(other), undefined, other);
    }
  });

  test("is told in words", () => {
    const after = (seconds: bigint, command = "make") => finishedInWords({ command, seconds });
    assert.equal(after(12n), "make finished after 12 s.");
    assert.equal(after(185n), "make finished after 3 min 5 s.");
    assert.equal(after(7890n), "make finished after 2 h 11 min.");
    assert.equal(after(10n, ""), "A command finished after 10 s.");
  });
});
