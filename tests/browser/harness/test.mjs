// A test that ends. The runner's own limit would be the whole file's; a step that waits for ever must name its test.
import { test as unlimited } from "node:test";

/** The longest one takes some 20 s; a machine that does something else besides takes several times that. */
const ENDS_WITHIN_MS = 180_000;

export function test(name, body) {
  return unlimited(name, { timeout: ENDS_WITHIN_MS }, body);
}
