// Which row of the host each line of xterm.js's buffer is. Rows leave there as they leave the host's screen, so from one
// known line on they are counted; a marker keeps that line while older ones are trimmed away.
import type { IMarker, Terminal } from "@xterm/xterm";

import type { Start } from "./scrollback-layout";

/** What is used of an xterm.js, with a page or without. */
export type Buffered = Pick<Terminal, "buffer" | "registerMarker" | "onScroll" | "parser">;

/** A known line that is about to be trimmed is let go for a newer one while it has still so many above it. */
const ABOVE_MIN = 1_000;

export class ScrollbackLines {
  readonly #terminal: Buffered;
  /** Row `row` is on the marker's line; without one, on line 0: nothing was trimmed since. */
  #marker: IMarker | undefined;
  #row = 0;
  /** The oldest row from which on none is missing. */
  #first = 0;
  /** The oldest row from which on all are as the host has them. */
  #whole = 0;
  /** Rows that were written by a layout: where the first of them begins, from the known line. */
  #laidOut: { row: number; line: number; starts: readonly Start[] } | undefined;

  constructor(terminal: Buffered) {
    this.#terminal = terminal;
    terminal.onScroll(() => this.#keepMarker());
    terminal.parser.registerCsiHandler({ final: "J" }, ([how]) => (how === 3 && this.#isNormal && this.#cleared(), false));
    terminal.parser.registerEscHandler({ final: "c" }, () => (this.#cleared(), false));
  }

  /** Number of the first row of the primary screen: what the host calls `rows_above`. */
  get top(): number {
    return this.#row + this.#baseY - this.#line;
  }

  /** Number of the oldest row in the buffer from which on none is missing, nor cut, up to the screen. */
  get first(): number {
    return Math.max(this.#whole, this.rowAt(0) ?? this.#first);
  }

  /** The host says which row is the first on the primary screen. Whether that was known. */
  know(top: number): boolean {
    if (top === this.top) return true;
    this.#set(top);
    return false;
  }

  /** The buffer holds these rows above the screen and nothing else; `top` is the first on it. */
  laidOut(row: number, starts: readonly Start[], top: number): void {
    this.#set(top);
    this.#first = this.#whole = row;
    this.#laidOut = { row, line: -this.#line, starts };
  }

  /** Lines above the screen are not what the host has any more (they were cut to another width). */
  forget(): void {
    this.#whole = this.top;
  }

  /** The row that a line shows; undefined if the line is not known. */
  rowAt(line: number): number | undefined {
    const laidOut = this.#laidOut;
    const offset = line - this.#line;
    const behind = laidOut && laidOut.row + laidOut.starts.length;
    const row = this.#row + offset;
    if (!laidOut || row >= behind!) return row >= this.#first ? row : undefined;
    const { starts } = laidOut;
    const within = offset - laidOut.line;
    if (within < 0) return undefined;
    let low = 0;
    for (let high = starts.length; low + 1 < high; ) {
      const middle = (low + high) >> 1;
      if (starts[middle]!.line <= within) low = middle;
      else high = middle;
    }
    // Of several that stand in this line, the one it begins with.
    while (low > 0 && starts[low]!.line === within && starts[low]!.col > 0) low -= 1;
    return laidOut.row + low;
  }

  /** Where a row begins in the buffer; undefined if it is not there. */
  startOf(row: number): Start | undefined {
    if (row < this.#first) return undefined;
    const start = this.#laidOut?.starts[row - this.#laidOut.row];
    const line = start ? this.#laidOut!.line + start.line + this.#line : row - this.#row + this.#line;
    return line < 0 ? undefined : { line, col: start?.col ?? 0 };
  }

  get #line(): number {
    return this.#marker?.line ?? 0;
  }

  get #baseY(): number {
    return this.#terminal.buffer.normal.baseY;
  }

  get #isNormal(): boolean {
    return this.#terminal.buffer.active.type === "normal";
  }

  #set(top: number): void {
    this.#laidOut = undefined;
    this.#first = this.#whole = top;
    this.#mark(top);
  }

  /** Keeps the last line above the screen: what a program deletes or inserts on it does not move that. */
  #mark(top: number): void {
    this.#marker?.dispose();
    this.#marker = undefined;
    const { baseY, cursorY } = this.#terminal.buffer.normal;
    this.#row = top - baseY;
    if (baseY === 0 || !this.#isNormal) return;
    this.#marker = this.#terminal.registerMarker(-1 - cursorY);
    this.#row = top - 1;
  }

  #keepMarker(): void {
    const isOld = this.#marker ? this.#line < ABOVE_MIN && this.#baseY > 2 * ABOVE_MIN : this.#baseY > 0;
    if (!isOld || !this.#isNormal) return;
    const before = this.#line;
    this.#mark(this.top);
    if (this.#laidOut) this.#laidOut.line += before - this.#line;
  }

  /** A program clears what is above the screen. */
  #cleared(): void {
    const { top } = this;
    this.#marker?.dispose();
    this.#marker = undefined;
    this.#laidOut = undefined;
    this.#row = this.#first = this.#whole = top;
  }
}
