import assert from "node:assert/strict";
import { test } from "node:test";

import { Audience, personId, personName, readPeople } from "../src/terminal/people";

const ME = Uint8Array.of(0x1a, 0x2b, 0x3c, 0x4d, ...new Array<number>(12).fill(9));

test("the mark names who is here and who drives", () => {
  const people = readPeople("people=d1a2b3c4d Ann's phone;v00000007 ");
  assert.deepEqual(people, [
    { id: "1a2b3c4d", drives: true, name: "Ann's phone" },
    { id: "00000007", drives: false, name: "" },
  ]);
  assert.equal(personName(people![1]!), "Another device");
  assert.deepEqual(readPeople("people="), []);
});

test("what is no such mark names nobody", () => {
  for (const data of ["size=80x24", "people=x1a2b3c4d a", "people=d1a2 a", "people=d1a2b3c4d"]) {
    assert.equal(readPeople(data), undefined, data);
  }
  const many = Array.from({ length: 40 }, (_, at) => `v${at.toString(16).padStart(8, "0")} ${"n".repeat(200)}`).join(";");
  assert.equal(readPeople(`people=${many}`)?.length, 16);
  assert.equal(readPeople(`people=${many}`)?.[0]?.name.length, 64);
});

test("a device that another one drives for knows whom to ask", () => {
  const audience = new Audience();
  audience.told(readPeople("people=d00000007 Ben")!);
  assert.ok(!audience.driver, "nobody said yet who this device is");
  audience.opened(ME);
  assert.equal(personId(ME), "1a2b3c4d");
  assert.ok(!audience.driver);
  audience.told(readPeople("people=d1a2b3c4d me;v00000007 Ben")!);
  assert.ok(!audience.driver, "it drives itself");
  assert.deepEqual(audience.others.map(personName), ["Ben"]);
  audience.told(readPeople("people=d00000008 me;v1a2b3c4d me")!);
  assert.ok(!audience.driver, "another window of the same device");
  audience.told(readPeople("people=d00000007 Ben;v1a2b3c4d me")!);
  assert.deepEqual(audience.driver, { id: "00000007", drives: true, name: "Ben" });
});
