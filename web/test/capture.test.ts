import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { AnswerSchema, QuerySchema } from "../src/generated/terminal_pb";
import { keepingStatus, readKeeping, startKeeping, stopKeeping } from "../src/terminal/capture";

const ID = new Uint8Array(16).fill(7);

test("a recording is begun, asked about and ended of one terminal", () => {
  const kinds = [startKeeping("record", ID, ID), keepingStatus("record", ID), stopKeeping("record", ID)].map((bytes) => {
    const { kind } = fromBinary(QuerySchema, bytes);
    assert.ok(kind.case === "record" && kind.value.of.case === "terminal");
    assert.deepEqual(kind.value.of.value, ID);
    return kind.value.kind.case;
  });
  assert.deepEqual(kinds, ["start", "status", "stop"]);
  const all = fromBinary(QuerySchema, keepingStatus("capture")).kind;
  assert.ok(all.case === "capture" && all.value.of.case === undefined);
});

test("what is kept is read from an answer, and another answer holds none", () => {
  const captures = { captures: [{ name: "build", file: "/a.cast" }] };
  const answer = toBinary(AnswerSchema, create(AnswerSchema, { kind: { case: "record", value: captures } }));
  assert.deepEqual(readKeeping(answer).map(({ name, file }) => [name, file]), [["build", "/a.cast"]]);
  const other = toBinary(AnswerSchema, create(AnswerSchema, { kind: { case: "list", value: {} } }));
  assert.deepEqual(readKeeping(other), []);
});
