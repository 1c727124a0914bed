// One guess: a cell, or the cursor's place. The twin of client/src/predict/guess.rs.
import { CELL_PASTS_MAX } from "./limits";
import { BLANK, type Cell, type Spot } from "./shown";

/** Where the cursor is guessed to be, and by which input. */
export interface Place {
  readonly spot: Spot;
  readonly epoch: number;
  readonly seq: bigint;
}

/** What a guess has come to; "true": what came was new; "over": it came true, or may have, and that proves nothing. */
export type Verdict = "pending" | "true" | "over" | "false";

/** What a cell showed since it is guessed at; that it shows one of these again proves nothing. */
interface Past {
  readonly shown: readonly string[];
  /** There were more than are kept: nothing proves anything. */
  readonly isLong: boolean;
}

/** What a cell is guessed to show. */
export class Guess<S> {
  /** Undefined: it will change, and nobody knows to what. */
  cell: Cell<S> | undefined;
  /** Whether it was typed here, and not moved here by an edit at its left. */
  readonly isTyped: boolean;
  readonly spot: Spot;
  readonly epoch: number;
  /** The input that does it. */
  readonly seq: bigint;
  readonly made: number;
  #past: Past;

  /** A guess that takes the place of `old` where the screen really shows `real`. */
  constructor(
    old: Guess<S> | undefined,
    real: Cell<S>,
    { cell, ...made }: { cell: Cell<S> | undefined; isTyped: boolean; spot: Spot; epoch: number; seq: bigint; made: number },
  ) {
    this.cell = cell;
    this.isTyped = made.isTyped;
    this.spot = made.spot;
    this.epoch = made.epoch;
    this.seq = made.seq;
    this.made = made.made;
    this.#past = old ? old.#past : { shown: [], isLong: false };
    if (old?.cell) this.#past = add(this.#past, old.cell);
    this.#past = add(this.#past, real);
  }

  /** Whether the screen shows it, be it by this or not. */
  isSeen(real: Cell<S>): boolean {
    return this.cell?.glyph === real.glyph;
  }

  /** How it stands before what the screen really shows; `isSettled`: all that its input does at once is there. */
  verdict(real: Cell<S>, isSettled: boolean): Verdict {
    const orPending = (verdict: Verdict) => (isSettled ? verdict : "pending");
    if (!this.cell) return orPending("over");
    const isNew = !this.#past.isLong && !this.#past.shown.includes(face(real));
    const isSame = this.isSeen(real);
    // A blank is too easily true.
    if (this.cell.glyph === BLANK) return isSame && isNew ? "over" : orPending("over");
    if (isSame) return isNew ? "true" : orPending("over");
    return orPending("false");
  }
}

function add(past: Past, cell: Cell<unknown>): Past {
  if (past.shown.includes(face(cell))) return past;
  if (past.shown.length === CELL_PASTS_MAX) return { ...past, isLong: true };
  return { ...past, shown: [...past.shown, face(cell)] };
}

function face({ glyph, isDim }: Cell<unknown>): string {
  return isDim ? `dim ${glyph}` : glyph;
}
