// What keyboards do to a text field, written from what is known of them and not recorded on devices, and what the program must get of it. A step is what
// the field holds after an event; the events' own data is left out, since nothing is read from it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Draft } from "../src/terminal/draft";

type Step =
  | { key: string }
  | { start: true }
  | { input: string }
  | { end: string };

const FILLER = " ".repeat(16);
const DESK = { filler: "", isEager: false };
const PHONE = { filler: FILLER, isEager: false };
const ANDROID = { filler: FILLER, isEager: true };

const key = (name: string): Step => ({ key: name });
const start: Step = { start: true };
const input = (...texts: string[]): Step[] => texts.map((text) => ({ input: text }));
const end = (text: string): Step => ({ end: text });

/** What the program gets, one entry for each input; a composed one in brackets. */
function play(habits: typeof DESK, steps: readonly Step[]): string[] {
  const draft = new Draft(() => habits);
  let value = habits.filler;
  draft.reset(value);
  const typed = steps.map((step) => {
    if ("key" in step) return draft.before(value, step.key);
    if ("start" in step) return draft.compositionStarted(value);
    // What beforeinput sees is what the field held until now.
    draft.before(value);
    value = habits.filler + ("input" in step ? step.input : step.end);
    return "end" in step ? draft.compositionEnded(value) : draft.changed(value);
  });
  return typed.flatMap((each) => (each ? [each.isComposed ? `[${each.text}]` : each.text] : []));
}

test("letters of a hardware keyboard are typed one by one", () => {
  const draft = new Draft(() => DESK);
  draft.before("", "a");
  assert.deepEqual(draft.changed("a"), { text: "a", isComposed: false });
  draft.before("a", "b");
  assert.deepEqual(draft.changed("ab"), { text: "b", isComposed: false });
  assert.equal(draft.changed("ab"), undefined, "Firefox says it once more");
});

test("Mozc: kana and their conversion are sent once, when they are taken", () => {
  const steps = [key("Process"), start, ...input("ｋ", "か", "かｎ", "かん", "かんｊ", "かんじ", "感じ", "漢字"), end("漢字"), ...input("漢字")];
  assert.deepEqual(play(DESK, steps), ["[漢字]"]);
});

test("Mozc: what is given up is not sent", () => {
  assert.deepEqual(play(DESK, [start, ...input("ｋ", "か", ""), end("")]), []);
});

test("Pinyin on a desk: the letters wait for the character that they become", () => {
  assert.deepEqual(play(DESK, [start, ...input("n", "ni", "ni'h", "ni'ha", "ni'hao", "你好"), end("你好")]), ["[你好]"]);
});

test("Hangul: each syllable goes as the next begins, and a consonant may move over", () => {
  const steps = [start, ...input("ㅎ", "하", "한"), ...input("하"), end("하"), start, ...input("하나", "하나"), end("하나"), ...input("하나 ")];
  assert.deepEqual(play(DESK, steps), ["[하]", "[나]", " "]);
});

test("Hangul on an iPhone, which composes by deleting: the program sees each syllable grow", () => {
  const steps = [...input("ㅎ"), ...input(""), ...input("하"), ...input(""), ...input("한")];
  assert.deepEqual(play(PHONE, steps), ["ㅎ", "\x7f", "하", "\x7f", "한"]);
});

test("Gboard in English: each letter of the word under composition goes at once, and a letter taken back is taken back", () => {
  const steps = [key("Unidentified"), start, ...input("l", "ls", "lsx", "ls"), end("ls"), ...input("ls ")];
  assert.deepEqual(play(ANDROID, steps), ["l", "s", "x", "\x7f", " "]);
});

test("Gboard: a suggestion replaces what differs, without a letter doubled or lost", () => {
  const steps = [start, ...input("g", "gi", "gir"), end("gir"), ...input("git "), start, ...input("git s", "git st"), end("git status "), ...input("git status ")];
  assert.deepEqual(play(ANDROID, steps), ["g", "i", "r", "[\x7ft ]", "s", "t", "[atus ]"]);
});

test("Gboard: a number after a colon is typed once", () => {
  const steps = [key("Unidentified"), start, ...input(":"), end(":"), key("Unidentified"), ...input(":5"), ...input(":5")];
  assert.deepEqual(play(ANDROID, steps), [":", "5"]);
});

test("Gboard: it composes a word anew that was typed already, and nothing is sent twice", () => {
  const steps = [start, ...input("cat"), end("cat"), start, ...input("cat", "ca"), end("ca")];
  assert.deepEqual(play(ANDROID, steps), ["[cat]", "\x7f"]);
});

test("Gboard: deleting reaches what the field only pretends to hold", () => {
  const draft = new Draft(() => ANDROID);
  draft.reset(FILLER);
  assert.deepEqual(draft.changed(FILLER.slice(1)), { text: "\x7f", isComposed: false });
  assert.equal(draft.isWorn(FILLER.slice(1)), false);
  assert.equal(draft.isWorn(" ".repeat(7)), true, "before it is used up");
});

test("Gboard in Japanese: letters that become kana are held, though Latin ones are not", () => {
  assert.deepEqual(play(ANDROID, [start, ...input("ｎ", "に", "にほ", "日本"), end("日本")]), ["[日本]"]);
});

test("pinyin on Android waits where letters are not sent at once", () => {
  assert.deepEqual(play(PHONE, [start, ...input("n", "ni", "你"), end("你")]), ["[你]"]);
});

test("an iPhone's dictation comes as text that changes its mind", () => {
  const steps = [...input("list"), ...input("list files"), ...input("ls files")];
  assert.deepEqual(play(PHONE, steps), ["[list]", "[ files]", `[${"\x7f".repeat(9)}s files]`]);
});

test("smart quotes, dashes and dots become what was pressed", () => {
  assert.deepEqual(play(PHONE, [key('"'), ...input("“")]), ['"']);
  assert.deepEqual(play(PHONE, [key("-"), ...input("-"), key("-"), ...input("—")]), ["-", "[\x7f--]"]);
  assert.deepEqual(play(PHONE, [key("."), ...input(".", ".."), key("."), ...input("…")]), [".", ".", "[\x7f\x7f...]"]);
  assert.deepEqual(play(PHONE, [key("“"), ...input("“")]), ["“"], "who picks one gets it");
});

test("two blanks stay two blanks", () => {
  assert.deepEqual(play(PHONE, [...input("a"), ...input("a "), ...input("a. ")]), ["a", " ", " "]);
});

test("Enter of a phone's keyboard is a carriage return", () => {
  assert.deepEqual(play(ANDROID, [...input("y"), ...input("y\n")]), ["y", "\r"]);
});

test("an emoji is one character, also to be deleted", () => {
  assert.deepEqual(play(PHONE, [...input("👍"), ...input("")]), ["👍", "\x7f"]);
});

test("a dead key's accent is shown while it waits, and its letter is sent", () => {
  const draft = new Draft(() => DESK);
  draft.before("", "Dead");
  draft.compositionStarted("");
  assert.equal(draft.changed("´"), undefined);
  assert.equal(draft.preview, "´");
  assert.deepEqual(draft.compositionEnded("é"), { text: "é", isComposed: true });
  assert.equal(draft.preview, "");
});

test("what a program put into the field is not typed", () => {
  const draft = new Draft(() => DESK);
  draft.reset("");
  draft.before("selected by the mouse", "a");
  assert.deepEqual(draft.changed("selected by the mousea"), { text: "a", isComposed: false });
});

test("a waiting Ctrl holds nothing back", () => {
  const draft = new Draft(() => PHONE);
  draft.reset(FILLER);
  draft.compositionStarted(FILLER);
  assert.deepEqual(draft.changed(`${FILLER}c`, true), { text: "c", isComposed: false });
});
