// What a key of a keyboard does before the browser has its say. Characters are left to the browser, which knows about
// layouts, dead keys and input methods: they come back as text.
import { control, encodeNamed, type Modifiers } from "./key";

/** A keydown, as far as it matters here. */
export interface KeyDown extends Modifiers {
  key: string;
  code: string;
  keyCode: number;
  meta: boolean;
  /** The third level of a layout, where "@" and "{" are: never Alt, although Windows says Ctrl and Alt then. */
  isAltGraph: boolean;
}

/** What it is pressed into. */
export interface Keyboard {
  isMac: boolean;
  isApplicationCursor: boolean;
  /** Modifiers of the key row that wait for a key. */
  sticky: Modifiers;
}

export type Press =
  | { name: "send"; text: string }
  | { name: "scroll"; pages: number }
  | { name: "copy" }
  | { name: "selectAll" };

/** An input method has this key. */
export const IN_COMPOSITION = 229;
/** What Option yields on a Mac is a letter of its own; the key's place says which one was meant. */
const PLACES: Record<string, string> = {
  Minus: "-_",
  Equal: "=+",
  BracketLeft: "[{",
  BracketRight: "]}",
  Backslash: "\\|",
  Semicolon: ";:",
  Quote: "'\"",
  Backquote: "`~",
  Comma: ",<",
  Period: ".>",
  Slash: "/?",
  Space: "  ",
};
const DIGIT_SHIFTED = ")!@#$%^&*(";
/** What editors on a Mac do with Command, said in control characters. */
const COMMANDS: Record<string, string> = { ArrowLeft: "\x01", ArrowRight: "\x05", Backspace: "\x15" };

/** What a key does; undefined: the browser decides, and what it types comes as text. */
export function press(down: KeyDown, keyboard: Keyboard): Press | undefined {
  if (down.keyCode === IN_COMPOSITION || down.key === "Process") return undefined;
  if (down.meta) return keyboard.isMac ? command(down) : undefined;
  if (down.key.length > 1 && down.key !== "Dead") return named(down, keyboard);
  if (down.isAltGraph) return undefined;
  if (down.ctrl && down.shift && down.code === "KeyC") return { name: "copy" };
  if (down.ctrl || down.alt) return chord(down, keyboard.isMac);
  return undefined;
}

function command({ key }: KeyDown): Press | undefined {
  if (key === "a") return { name: "selectAll" };
  const text = COMMANDS[key];
  return text === undefined ? undefined : { name: "send", text };
}

function named(down: KeyDown, { sticky, isApplicationCursor }: Keyboard): Press | undefined {
  const { key, shift, ctrl } = down;
  if (key === "Insert" && (shift || ctrl)) return undefined;
  if (key === "PageUp" && shift) return { name: "scroll", pages: -1 };
  if (key === "PageDown" && shift) return { name: "scroll", pages: 1 };
  const modifiers = { shift: shift || sticky.shift, alt: down.alt || sticky.alt, ctrl: ctrl || sticky.ctrl };
  const text = encodeNamed(key, modifiers, isApplicationCursor);
  return text === undefined ? undefined : { name: "send", text };
}

/** Ctrl or Alt with a character. What has no meaning to a program stays the browser's: its zoom, its tabs. */
function chord(down: KeyDown, isMac: boolean): Press | undefined {
  const meta = down.alt ? "\x1b" : "";
  const isAscii = /^[ -~]$/.test(down.key);
  const character = isAscii && !(isMac && down.alt) ? down.key : characterAt(down);
  if (character === undefined) return undefined;
  if (!down.ctrl) return { name: "send", text: meta + character };
  const text = down.shift && /^[a-z]$/i.test(character) ? undefined : control(character);
  return text === undefined ? undefined : { name: "send", text: meta + text };
}

/** The character at a key's place on a US keyboard: for Option on a Mac, and ^C on a Cyrillic layout. */
function characterAt({ code, shift }: KeyDown): string | undefined {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return shift ? letter : letter.toLowerCase();
  const digit = /^Digit([0-9])$/.exec(code)?.[1];
  if (digit !== undefined) return shift ? DIGIT_SHIFTED[Number(digit)] : digit;
  return PLACES[code]?.[shift ? 1 : 0];
}
