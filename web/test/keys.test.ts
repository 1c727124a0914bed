import assert from "node:assert/strict";
import { test } from "node:test";

import { StickyKeys } from "../src/page/sticky";
import { encodeNamed, encodeText, PLAIN } from "../src/terminal/key";
import { type KeyDown, press } from "../src/terminal/press";

const DOWN: KeyDown = { key: "", code: "", keyCode: 0, shift: false, alt: false, ctrl: false, meta: false, isAltGraph: false };
const LINUX = { isMac: false, isApplicationCursor: false, sticky: PLAIN };
const MAC = { ...LINUX, isMac: true };

/** What a key sends; undefined if the browser has it. */
function sent(down: Partial<KeyDown>, keyboard = LINUX): string | undefined {
  const done = press({ ...DOWN, ...down }, keyboard);
  return done?.name === "send" ? done.text : done?.name;
}

test("keys with a name say what xterm's say", () => {
  const say = (name: string, modifiers = {}) => encodeNamed(name, { ...PLAIN, ...modifiers }, false);
  assert.deepEqual(["ArrowUp", "End", "Delete", "F1", "F4", "F5", "F12"].map((name) => say(name)), ["\x1b[A", "\x1b[F", "\x1b[3~", "\x1bOP", "\x1bOS", "\x1b[15~", "\x1b[24~"]);
  assert.equal(say("ArrowRight", { ctrl: true }), "\x1b[1;5C");
  assert.equal(say("F5", { shift: true }), "\x1b[15;2~");
  assert.equal(say("F1", { alt: true, ctrl: true }), "\x1b[1;7P");
  assert.equal(say("Tab", { shift: true }), "\x1b[Z");
  assert.equal(say("Enter", { alt: true }), "\x1b\r");
  assert.deepEqual([say("Backspace"), say("Backspace", { ctrl: true }), say("Backspace", { alt: true })], ["\x7f", "\b", "\x1b\x7f"]);
  assert.equal(say("CapsLock"), undefined);
});

test("in application mode the arrows say so, but not under a modifier", () => {
  assert.equal(encodeNamed("ArrowUp", PLAIN, true), "\x1bOA");
  assert.equal(encodeNamed("ArrowUp", { ...PLAIN, shift: true }, true), "\x1b[1;2A");
});

test("modifiers are for the first character of a text", () => {
  assert.equal(encodeText("cat", { ...PLAIN, ctrl: true }), "\x03at");
  assert.equal(encodeText("x", { ...PLAIN, alt: true }), "\x1bx");
  assert.equal(encodeText("x", { ...PLAIN, alt: true, ctrl: true }), "\x1b\x18");
  assert.equal(encodeText("x", { ...PLAIN, shift: true }), "X");
  assert.equal(encodeText("か", { ...PLAIN, ctrl: true }), "か");
});

test("Ctrl makes control characters, with Space, digits and slash as terminals have them", () => {
  const ctrl = (key: string, code = "") => sent({ key, code, ctrl: true });
  assert.deepEqual(["a", "z", " ", "[", "\\", "]", "/", "2", "6"].map((key) => ctrl(key)), ["\x01", "\x1a", "\0", "\x1b", "\x1c", "\x1d", "\x1f", "\0", "\x1e"]);
  assert.equal(sent({ key: "_", code: "Minus", ctrl: true, shift: true }), "\x1f");
  assert.equal(ctrl("с", "KeyC"), "\x03", "also on a Cyrillic layout");
});

test("Alt is Meta, by the key's place where Option made another letter of it", () => {
  assert.equal(sent({ key: "b", code: "KeyB", alt: true }), "\x1bb");
  assert.equal(sent({ key: "∫", code: "KeyB", alt: true }, MAC), "\x1bb");
  assert.equal(sent({ key: "Dead", code: "KeyE", alt: true }, MAC), "\x1be");
  assert.equal(sent({ key: "≥", code: "Period", alt: true }, MAC), "\x1b.");
  assert.equal(sent({ key: "x", code: "KeyX", alt: true, ctrl: true }), "\x1b\x18");
});

test("the third level of a layout is text, though Windows says Ctrl and Alt", () => {
  assert.equal(sent({ key: "@", code: "KeyQ", alt: true, ctrl: true, isAltGraph: true }), undefined);
});

test("letters, dead keys and what an input method has are left to the browser", () => {
  assert.equal(sent({ key: "a", code: "KeyA" }), undefined);
  assert.equal(sent({ key: "A", code: "KeyA", shift: true }), undefined);
  assert.equal(sent({ key: "Dead", code: "BracketLeft" }), undefined);
  assert.equal(sent({ key: "Enter", keyCode: 229 }), undefined);
  assert.equal(sent({ key: "Process", code: "KeyA" }), undefined);
});

test("the clipboard's keys copy, or are left to the browser, which pastes", () => {
  assert.equal(sent({ key: "C", code: "KeyC", ctrl: true, shift: true }), "copy");
  assert.equal(sent({ key: "V", code: "KeyV", ctrl: true, shift: true }), undefined);
  assert.equal(sent({ key: "Insert", shift: true }), undefined);
  assert.equal(sent({ key: "v", code: "KeyV", meta: true }, MAC), undefined);
  assert.equal(sent({ key: "a", code: "KeyA", meta: true }, MAC), "selectAll");
  assert.equal(sent({ key: "ArrowLeft", meta: true }, MAC), "\x01");
  assert.equal(sent({ key: "l", code: "KeyL", meta: true }), undefined, "the system's own");
});

test("the browser keeps its zoom, and Shift with a page key scrolls", () => {
  assert.equal(sent({ key: "-", code: "Minus", ctrl: true }), undefined);
  assert.equal(sent({ key: "=", code: "Equal", ctrl: true }), undefined);
  assert.equal(sent({ key: "PageUp", shift: true }), "scroll");
});

test("a modifier of the key row is for hardware keys as well", () => {
  assert.equal(sent({ key: "ArrowLeft" }, { ...LINUX, sticky: { ...PLAIN, ctrl: true } }), "\x1b[1;5D");
});

test("a tapped modifier is for one key, a double tapped one for all, and a tap lets go", () => {
  const sticky = new StickyKeys(() => undefined);
  sticky.tap(0, "ctrl");
  assert.deepEqual([sticky.use().ctrl, sticky.use().ctrl], [true, false]);
  sticky.tap(1_000, "ctrl");
  sticky.tap(1_200, "ctrl");
  assert.equal(sticky.stuck("ctrl"), "locked");
  assert.deepEqual([sticky.use().ctrl, sticky.use().ctrl], [true, true]);
  sticky.tap(5_000, "ctrl");
  assert.equal(sticky.stuck("ctrl"), "off");
  sticky.tap(6_000, "alt");
  sticky.tap(8_000, "alt");
  assert.equal(sticky.stuck("alt"), "off", "two slow taps take it back");
});
