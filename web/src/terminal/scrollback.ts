// The rows above the screen: those that left it while this page looked, and older ones, which come from the host as a
// person scrolls up to them. xterm.js can only be written at its end, so older rows come with a Snapshot behind them.
import type { Terminal } from "@xterm/xterm";

import { writeMark } from "./mark";
import type { Grid } from "./message";
import { join, layOut, type WidthOf } from "./scrollback-layout";
import { ScrollbackLines } from "./scrollback-lines";
import { type Answer, PAGE_ROWS, readRows, rowsQuery } from "./scrollback-message";
import { Plan, type Step } from "./scrollback-plan";

/** Lines xterm.js keeps above the screen: the host's rows, and as many again where a narrow grid folds wide ones. */
export const SCROLLBACK_LINES = 20_000;
/** Lines that older rows may take of these; the rest is for what comes. */
const LAID_OUT_MAX = 18_000;
/** From so many known lines above the viewport on, older rows are asked for. */
const NEAR = 60;
/** Cancels whatever sequence the parser stands in, and ends the link (OSC 8) that a program opened: no reset of looks does. */
const CANCEL = "\x18\x1b]8;;\x1b\\";
/** A screen with nothing on it and nothing above it, and nothing that changes how text is written. */
const BLANK = "\x1b[?1049l\x1b[r\x1b[?6l\x1b[4l\x1b[20l\x1b[?7h\x1b[0m\x1b(B\x1b)B\x0f\x1b[3J\x1b[H\x1b[2J";

/** What of an xterm.js it needs, with a page or without. */
export type Scrolled = Pick<Terminal, "buffer" | "registerMarker" | "onScroll" | "parser" | "write" | "rows" | "cols" | "scrollToLine" | "scrollLines">;

/** Whom it asks. */
export interface ScrollbackHost {
  id: Uint8Array;
  /** Asks the kind; returns the question's number, or undefined if it cannot be asked now. */
  fetch(query: Uint8Array): number | undefined;
  /** Asks for a Snapshot. */
  refresh(): void;
  /** Another part of the buffer is seen, or more of it is there. */
  moved(): void;
}

/** A Snapshot as it came. */
export interface Shot {
  grid: Grid;
  vt: Uint8Array;
  top: number;
  parsed: () => void;
}

export class Scrollback {
  readonly #terminal: Scrolled;
  readonly #widths: WidthOf;
  readonly #host: ScrollbackHost;
  readonly #lines: ScrollbackLines;
  readonly #plan = new Plan<Shot>();
  /** What came behind a Snapshot that is held. Credit bounds it: nothing of it counts as parsed. */
  #behind: { bytes: Uint8Array; parsed: () => void }[] = [];
  #question: number | undefined;
  /** The row to show once it is there. */
  #goal: { row: number; then?: (() => void) | undefined } | undefined;
  /** The host could not say: nothing more is asked until the terminal is read anew. */
  #isRefused = false;
  /** Rewrites of the buffer that are not parsed yet: until then it is neither the old nor the new. */
  #rebuilds = 0;
  /** What to show once they are. */
  #seen: { row: number; then?: (() => void) | undefined } | undefined;

  constructor(terminal: Scrolled, widths: WidthOf, host: ScrollbackHost) {
    this.#terminal = terminal;
    this.#widths = widths;
    this.#host = host;
    this.#lines = new ScrollbackLines(terminal);
    terminal.onScroll(() => this.#scrolled());
  }

  /** Shows what came next, or holds it behind a Snapshot that is held. */
  data(bytes: Uint8Array, parsed: () => void): void {
    if (this.#plan.isHolding) this.#behind.push({ bytes, parsed });
    else this.#terminal.write(bytes, parsed);
  }

  /** Shows a Snapshot in place of the screen, and nothing above it is lost; or holds it until the rows above it are here. */
  snapshot(shot: Shot): void {
    this.#isRefused = false;
    // It voids what came before it.
    this.#behind.length = 0;
    if (!this.#plan.take(shot, shot.top)) this.#show(shot);
    this.#turn();
  }

  /** An answer to a question of this page; whether it was to ours. */
  answered(req: number, answer: Answer): boolean {
    if (req !== this.#question) return false;
    this.#question = undefined;
    const rows = answer.ok ? readRows(answer.bytes) : undefined;
    if (rows) {
      this.#plan.answered(Number(rows.first), Number(rows.base), rows.rows);
      this.#turn();
    } else {
      this.#isRefused = true;
      this.letGo();
    }
    return true;
  }

  /** The terminal's Log begins anew: no row has the number it had. */
  forget(): void {
    this.letGo();
    this.#plan.forget();
    this.#lines.forget();
  }

  /** The terminal is read on another Link. */
  reopened(): void {
    if (this.#plan.isRefreshing) this.#host.refresh();
  }

  /** The grid has another width: lines above it are cut or folded, and asked for again when they come into sight. */
  rewidened(): void {
    this.#lines.forget();
  }

  /** Gives out what is held as if no older rows were wanted. */
  letGo(): void {
    const held = this.#plan.abandon();
    this.#goal = undefined;
    this.#seen = undefined;
    this.#question = undefined;
    if (held) this.#show(held.snapshot);
    for (const { bytes, parsed } of this.#behind.splice(0)) this.#terminal.write(bytes, parsed);
  }

  /** A person wants to see further up than the buffer goes. */
  pulledUp(rows: number): void {
    if (this.#isAtTop && !this.isBusy) this.#goal = { row: Math.max(0, this.#firstSeen - Math.max(1, rows)) };
    this.#scrolled();
  }

  /** Shows this row at the top; or among others, and then does something, for instance marks a place in it. */
  reveal(row: number, then?: () => void): void {
    const { active } = this.#terminal.buffer;
    const start = this.#lines.startOf(row);
    if (active.type === "alternate") return;
    if (start && row >= this.#lines.first) {
      if (!then) return this.#terminal.scrollToLine(start.line);
      const within = start.line - active.viewportY;
      if (within < this.#abovePlace || within >= this.#terminal.rows) this.#terminal.scrollToLine(Math.max(0, start.line - this.#abovePlace));
      return then();
    }
    this.#goal = { row, then };
    this.#want(row - NEAR);
  }

  /** Where a cell of a row is in the buffer; undefined if it is not there. */
  place(row: number, col: number): { line: number; col: number } | undefined {
    const start = this.#lines.startOf(row);
    if (!start) return undefined;
    const cell = start.col + col;
    return { line: start.line + Math.floor(cell / this.#terminal.cols), col: cell % this.#terminal.cols };
  }

  /** Which row is at the top of the viewport, of how many; undefined while the screen itself is seen, or no row is known there. */
  get seen(): { row: number; of: number } | undefined {
    const { active } = this.#terminal.buffer;
    if (active.type === "alternate" || active.viewportY >= active.baseY) return undefined;
    return { row: this.#firstSeen, of: this.top + this.#terminal.rows };
  }

  /** Number of the first row on the primary screen. */
  get top(): number {
    return this.#lines.top;
  }

  /** Whether rows are on their way. */
  get isBusy(): boolean {
    return !this.#plan.isIdle || this.#rebuilds > 0;
  }

  get #firstSeen(): number {
    return this.#lines.rowAt(this.#terminal.buffer.normal.viewportY) ?? this.#lines.first;
  }

  /** Rows to put above those that are here: as many again, so that few whole rewrites lead to the oldest. */
  get #page(): number {
    return Math.min(Math.max(PAGE_ROWS, this.top - this.#lines.first), 4 * PAGE_ROWS);
  }

  /** A place that is jumped to stands so many lines from the viewport's top: below a search bar that lies over it. */
  get #abovePlace(): number {
    return Math.floor(this.#terminal.rows / 3);
  }

  get #isAtTop(): boolean {
    const { active } = this.#terminal.buffer;
    return active.type === "normal" && active.viewportY === 0;
  }

  #scrolled(): void {
    this.#host.moved();
    if (this.isBusy) return;
    const { active } = this.#terminal.buffer;
    const isBelow = active.viewportY === active.baseY && !this.#goal;
    if (isBelow || active.type === "alternate") return;
    const { first } = this.#lines;
    const start = this.#lines.startOf(first)?.line ?? active.baseY;
    if (first <= this.#plan.base) this.#goal = undefined;
    else if (active.viewportY - start < NEAR) this.#want(Math.min(first, this.#firstSeen) - this.#page);
  }

  #want(from: number): void {
    if (this.#isRefused) return;
    this.#plan.want(from);
    this.#turn();
  }

  #turn(): void {
    for (let step = this.#plan.next(this.top); step; step = this.#plan.next(this.top)) {
      if (step.name === "write") this.#rebuild(step);
      if (step.name === "refresh") this.#host.refresh();
      if (step.name !== "rows") continue;
      this.#question = this.#host.fetch(rowsQuery(this.#host.id, step.first, step.count));
      if (this.#question === undefined) return this.letGo();
    }
    this.#host.moved();
  }

  /** Writes a Snapshot over the screen; xterm.js parses a chunk whole before it draws. */
  #show({ grid, vt, top, parsed }: Shot): void {
    this.#terminal.write(join([encode(CANCEL + writeMark(grid)), vt]), () => {
      this.#lines.know(top);
      parsed();
    });
  }

  /** Writes rows, the Snapshot behind them and what came behind that, in place of all there is. */
  #rebuild({ held: { snapshot, top }, first, rows }: Step<Shot> & { name: "write" }): void {
    const { grid, vt, parsed } = snapshot;
    this.#seen = this.#goal ?? { row: this.#firstSeen };
    let laid = layOut(rows, Math.max(2, grid.cols), this.#widths);
    if (laid.lines > LAID_OUT_MAX) {
      const cut = laid.lines - LAID_OUT_MAX;
      const from = laid.starts.findIndex(({ line, col }) => line >= cut && col === 0);
      rows = rows.slice(from);
      first += from;
      laid = layOut(rows, Math.max(2, grid.cols), this.#widths);
    }
    // What of it is still on the screen leaves it at the top.
    const leave = "\x1b[999;1H" + "\n".repeat(Math.min(laid.lines, grid.rows - 1));
    const head = encode(CANCEL + writeMark(grid) + BLANK);
    this.#goal = undefined;
    this.#rebuilds += 1;
    // In one chunk: between two it may draw.
    this.#terminal.write(join([head, laid.vt, encode(leave), vt]), () => {
      this.#rebuilds -= 1;
      this.#lines.laidOut(first, laid.starts, top);
      parsed();
      const seen = this.#seen;
      const start = seen && this.#lines.startOf(Math.max(seen.row, this.#lines.first));
      if (!start) return;
      this.#terminal.scrollToLine(seen.then ? Math.max(0, start.line - this.#abovePlace) : start.line);
      seen.then?.();
    });
    for (const { bytes, parsed } of this.#behind.splice(0)) this.#terminal.write(bytes, parsed);
  }

}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
