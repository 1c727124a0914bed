// What the typed bytes mean to a line editor. The twin of client/src/predict/keys.rs.
import { widthOf } from "../terminal/widths";

const ESC = 0x1b;
/** ^A ^E Tab ^K ^L ^U ^W */
const EDITS = [0x01, 0x05, 0x09, 0x0b, 0x0c, 0x15, 0x17];
/** Up, Down, End, Home, the mouse; and with parameters Delete, words by Ctrl, a paste's brackets. */
const MOVES = "ABCDFHMm~";
/** The window's focus came or went. */
const FOCUS = "IO";

/**
 * One key. "edit" moves or edits in a way not predicted, and text typed after it is text; "other" may change what all
 * later keys mean.
 */
export type Key =
  | { name: "text"; char: string }
  | { name: "backspace" | "left" | "right" | "enter" | "interrupt" | "edit" | "other" };

/** Takes typed bytes apart, however they are cut. */
export class Keys {
  #at: "ground" | "escape" | "control" = "ground";
  /** Whether the control sequence has no parameters. */
  #isPlain = true;
  /** A character whose last byte is not here yet. */
  #letter: number[] = [];

  /** The key that this byte completes. */
  feed(byte: number): Key | undefined {
    switch (this.#at) {
      case "ground":
        return this.#ground(byte);
      case "escape":
        if (byte === 0x5b || byte === 0x4f) {
          this.#at = "control";
          this.#isPlain = true;
          return undefined;
        }
        this.#at = byte === ESC ? "escape" : "ground";
        return { name: "other" };
      case "control":
        if (byte >= 0x20 && byte <= 0x3f) {
          this.#isPlain = false;
          return undefined;
        }
        this.#at = byte === ESC ? "escape" : "ground";
        return byte >= 0x40 && byte <= 0x7e ? control(String.fromCharCode(byte), this.#isPlain) : { name: "other" };
    }
  }

  #ground(byte: number): Key | undefined {
    if (byte >= 0x80) return this.#more(byte);
    this.#letter = [];
    if (byte === ESC) {
      this.#at = "escape";
      return undefined;
    }
    if (byte === 0x7f) return { name: "backspace" };
    if (byte === 0x0d) return { name: "enter" };
    if (byte === 0x03) return { name: "interrupt" };
    if (EDITS.includes(byte)) return { name: "edit" };
    return byte < 0x20 ? { name: "other" } : { name: "text", char: String.fromCharCode(byte) };
  }

  #more(byte: number): Key | undefined {
    this.#letter.push(byte);
    const length = lengthOf(this.#letter[0]!);
    const isBroken = length === 0 || (this.#letter.length > 1 && (byte & 0xc0) !== 0x80);
    if (!isBroken && this.#letter.length < length) return undefined;
    const char = isBroken ? undefined : decode(this.#letter);
    this.#letter = [];
    if (char === undefined) return { name: "other" };
    return widthOf(char.codePointAt(0)!) === 1 ? { name: "text", char } : { name: "edit" };
  }
}

/** How many bytes a letter has that begins with this one; 0 if none does. */
function lengthOf(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

function decode(letter: number[]): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(letter));
  } catch {
    return undefined;
  }
}

/** The key behind the last byte of ESC [ … or ESC O …. */
function control(last: string, isPlain: boolean): Key | undefined {
  if (isPlain && FOCUS.includes(last)) return undefined;
  if (isPlain && last === "C") return { name: "right" };
  if (isPlain && last === "D") return { name: "left" };
  return { name: MOVES.includes(last) ? "edit" : "other" };
}
