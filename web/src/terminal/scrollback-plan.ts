// What has to be asked, and when, until rows that are not in the buffer can be put there. Pure.
//
//   idle ── wanted ──► filling ── all rows are here ──► refreshing ── Snapshot ──► holding ── all rows below it ──► idle
//
// The buffer can only be written as a whole: older rows, then a Snapshot's screen. So the newest Snapshot, and what came
// behind it, is held until every row up to it is here; whatever goes wrong, it is given out as it would have been.
import { PAGE_ROWS, type Row } from "./scrollback-message";

/** Rows that are held here: more than the host keeps at once, so that going on to the oldest drops none. */
const ROWS_MAX = 12_000;

/** What comes from the session. */
export interface Held<S> {
  snapshot: S;
  top: number;
}

/** What the plan wants done. */
export type Step<S> = { name: "rows"; first: number; count: number } | { name: "refresh" } | { name: "write"; held: Held<S>; first: number; rows: Row[] };

type Phase<S> = { name: "idle" } | { name: "filling" } | { name: "refreshing" } | { name: "holding"; held: Held<S> };

export class Plan<S> {
  #phase: Phase<S> = { name: "idle" };
  #rows = new Map<number, Row>();
  /** Number of the oldest row the host has. */
  #base = 0;
  /** The oldest row that is wanted. */
  #from = 0;
  /** A question that is not answered yet. */
  #asked: { first: number } | undefined;

  /** Number of the oldest row the host has, as far as is known. */
  get base(): number {
    return this.#base;
  }

  get isIdle(): boolean {
    return this.#phase.name === "idle";
  }

  /** Whether what comes is held. */
  get isHolding(): boolean {
    return this.#phase.name === "holding";
  }

  /** Rows from this one on are wanted. */
  want(from: number): void {
    const wanted = Math.max(from, this.#base, 0);
    this.#from = this.isIdle ? wanted : Math.min(this.#from, wanted);
    if (this.isIdle) this.#phase = { name: "filling" };
  }

  /** A Snapshot came; whether it is held. */
  take(snapshot: S, top: number): boolean {
    if (this.#phase.name !== "refreshing" && this.#phase.name !== "holding") return false;
    this.#phase = { name: "holding", held: { snapshot, top } };
    return true;
  }

  /** The Link is another: a Snapshot that was asked for will not come. Whether to ask again. */
  get isRefreshing(): boolean {
    return this.#phase.name === "refreshing";
  }

  /** What to do next; `top`: the first row on the screen now. */
  next(top: number): Step<S> | undefined {
    const phase = this.#phase;
    if (phase.name === "idle" || phase.name === "refreshing" || this.#asked) return undefined;
    const upto = phase.name === "holding" ? phase.held.top : top;
    const missing = this.#missing(upto);
    if (missing !== undefined) {
      this.#asked = { first: missing };
      return { name: "rows", first: missing, count: Math.min(PAGE_ROWS, upto - missing) };
    }
    if (phase.name === "filling") {
      this.#phase = { name: "refreshing" };
      return { name: "refresh" };
    }
    this.#phase = { name: "idle" };
    const first = Math.min(this.#from, upto);
    const rows = Array.from({ length: upto - first }, (_, index) => this.#rows.get(first + index)!);
    return { name: "write", held: phase.held, first, rows };
  }

  /** Rows came. */
  answered(first: number, base: number, rows: readonly Row[]): void {
    const asked = this.#asked;
    this.#asked = undefined;
    this.#base = base;
    rows.forEach((row, index) => this.#rows.set(first + index, row));
    // What the host does not keep any more cannot be had.
    const lost = asked && rows.length === 0 ? asked.first + 1 : 0;
    this.#from = Math.max(this.#from, base, lost);
    for (const number of this.#rows.keys()) if (number < base) this.#rows.delete(number);
    if (this.#rows.size > ROWS_MAX) this.#rows.clear();
  }

  /** The rows cannot be had, or nobody wants them: gives back what is held. */
  abandon(): Held<S> | undefined {
    const phase = this.#phase;
    this.#phase = { name: "idle" };
    this.#asked = undefined;
    return phase.name === "holding" ? phase.held : undefined;
  }

  /** Another life of the terminal's Log: its rows have other numbers. */
  forget(): void {
    this.#rows.clear();
    this.#base = 0;
  }

  #missing(upto: number): number | undefined {
    for (let number = this.#from; number < upto; number++) if (!this.#rows.has(number)) return number;
    return undefined;
  }
}
