import assert from "node:assert/strict";
import { test } from "node:test";

import { theme } from "../src/terminal/theme";

test("light, dark, and each with more contrast", () => {
  const ground = (isDark: boolean, hasContrast: boolean) => theme({ isDark, hasContrast }).background;
  assert.deepEqual([ground(false, false), ground(true, false), ground(true, true)], ["#ffffff", "#15171c", "#000000"]);
  assert.equal(theme({ isDark: false, hasContrast: true }).foreground, "#000000");
});
