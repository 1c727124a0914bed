// What a predictor knows: the guesses, the epochs, and what it learned. Its rules are in edit.ts and judge.ts.
import { Display } from "./display";
import { Echoes } from "./echoes";
import type { Guess, Place } from "./guess";
import { type Line, Prompts } from "./prompts";
import type { Extent, Spot } from "./shown";
import { Strokes } from "./strokes";

/** Columns a row can have, and more: a guess's key orders rows before columns. */
const COLS_MAX = 1 << 16;

export class State<S> {
  readonly #guesses = new Map<number, Guess<S>>();
  /** One an epoch, the newest last. */
  cursors: Place[] = [];
  /** Where the first of `cursors` began. */
  line: Line | undefined;
  /** The row it began in. */
  anchor = 0;
  /** A row at whose beginning was typed, and nothing but text since. */
  rowBegun: number | undefined;
  /** A key has left that row since: what stands in the row it came to is not what will stand there. */
  hasLeftRow = false;
  /** Guesses belong to this epoch now. */
  epoch = 1;
  /** Epochs up to this one are shown. */
  proven = 0;
  /** The newest input typed. */
  newest = 0n;
  readonly strokes = new Strokes();
  readonly echoes = new Echoes();
  readonly display = new Display();
  prompts = new Prompts();
  /** Those of the screen behind the alternate one. */
  shelved: Prompts | undefined;
  extent: Extent | undefined;

  /** By row and column. */
  get guesses(): Guess<S>[] {
    return [...this.#guesses.entries()].sort(([one], [other]) => one - other).map(([, guess]) => guess);
  }

  get count(): number {
    return this.#guesses.size;
  }

  guessAt(spot: Spot): Guess<S> | undefined {
    return this.#guesses.get(keyOf(spot));
  }

  keep(guess: Guess<S>): void {
    this.#guesses.set(keyOf(guess.spot), guess);
  }

  drop(guess: Guess<S>): void {
    this.#guesses.delete(keyOf(guess.spot));
  }

  /** Whether anything is guessed and not yet judged, shown or not. */
  get isActive(): boolean {
    return this.cursors.length > 0 || this.#guesses.size > 0;
  }

  isProven(epoch: number): boolean {
    return epoch <= this.proven;
  }

  becomeTentative(): void {
    this.epoch += 1;
  }

  /** Drops all guesses: what is typed next is shown once it is proven. */
  reset(): void {
    this.strokes.clear();
    this.clear();
  }

  /** Drops all guesses, and keeps what is on its way. */
  clear(): void {
    this.#guesses.clear();
    this.cursors = [];
    this.line = undefined;
    this.becomeTentative();
  }
}

function keyOf({ row, col }: Spot): number {
  return row * COLS_MAX + col;
}
