// Predictive echo: what a key will most likely show, shown before the host has answered. The twin of client/src/predict,
// which tells the rules and where they come from; both are held to tests/prediction/cases. Pure: `now` is an argument.
import { Edit } from "./edit";
import type { Guess } from "./guess";
import { beginAnew, isAstray, judge } from "./judge";
import { Keys } from "./keys";
import { PREDICTED_INPUT_MAX } from "./limits";
import { BLANK, isSame, OTHER, type Shown, type Spot } from "./shown";
import { State } from "./state";

/** How something was typed: keys, as the program gets them, or text that an input method composed, never predicted. */
export type Typed = { name: "keys"; bytes: Uint8Array } | { name: "composed" };

/** One cell to be painted. */
export interface Painted<S> {
  readonly spot: Spot;
  /** Undefined: what is really there, only underlined. */
  readonly char: string | undefined;
  readonly style: S;
  /** Because it will be long before the host confirms it. */
  readonly isUnderlined: boolean;
}

/** What differs from the real screen. */
export interface Overlay<S> {
  /** By row and column. */
  readonly cells: readonly Painted<S>[];
  /** Where the cursor is; undefined: where it really is. */
  readonly cursor: Spot | undefined;
}

export class Predictor<S> {
  readonly #state = new State<S>();
  #keys = new Keys();

  /** This was typed, and is the channel's input number `seq`. */
  typed(now: number, view: Shown<S>, seq: bigint, typed: Typed): void {
    const state = this.#state;
    judge(state, now, view);
    const isSettled = state.echoes.hasSettled(state.newest);
    state.newest = seq;
    if (view.isSecret) {
      this.#keys = new Keys();
      return;
    }
    if (typed.name === "composed") {
      // Nobody knows where the cursor will be.
      state.prompts.isFresh = false;
      state.strokes.clear();
      return state.becomeTentative();
    }
    if (typed.bytes.length > PREDICTED_INPUT_MAX) {
      state.prompts.isFresh = false;
      return state.reset();
    }
    if (isAstray(state, view)) beginAnew(state, view);
    for (const byte of typed.bytes) {
      const key = this.#keys.feed(byte);
      if (!key) continue;
      const stroke = { key, seq, made: now };
      state.strokes.push(stroke);
      new Edit(state, view, stroke).act(isSettled);
    }
  }

  /** The view has parsed the Log up to here. */
  parsed(now: number, view: Shown<S>, offset: bigint): void {
    this.#state.echoes.parsed(offset);
    judge(this.#state, now, view);
  }

  /** The host says: every immediate effect of the inputs up to `seq` lies before offset `at`. */
  echoed(now: number, view: Shown<S>, seq: bigint, at: bigint): void {
    this.#state.echoes.echoed(seq, at);
    judge(this.#state, now, view);
  }

  /** A Snapshot took the place of all that was shown; it is bound to this offset. */
  restored(offset: bigint): void {
    this.#state.echoes.restored(offset);
    this.reset();
  }

  /** How long a round trip takes now in milliseconds, smoothed; undefined if that is unknown, which counts as quick. */
  measured(srtt: number | undefined): void {
    this.#state.display.measured(srtt, this.#state.isActive);
  }

  /** Time has passed. */
  handleTimeout(now: number, view: Shown<S>): void {
    judge(this.#state, now, view);
  }

  /** When the overlay may change by itself. */
  pollTimeout(): number | undefined {
    const due = this.#state.guesses.flatMap(({ made }) => this.#state.display.due(made) ?? []);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** Whether anything is guessed and not yet judged, shown or not. */
  get isActive(): boolean {
    return this.#state.isActive;
  }

  /** Drops all guesses: what is typed next is shown once it is proven. */
  reset(): void {
    this.#state.reset();
  }

  /** What to paint over this screen, which must be the one that was last parsed. */
  overlay(view: Shown<S>): Overlay<S> {
    const { display, extent, cursors, guesses } = this.#state;
    const isSameSize = extent?.rows === view.extent.rows && extent.cols === view.extent.cols;
    if (!display.shows || view.isSecret || !isSameSize) return { cells: [], cursor: undefined };
    const place = cursors.findLast(({ epoch }) => this.#state.isProven(epoch));
    const shown = guesses.filter(({ epoch }) => this.#state.isProven(epoch));
    return {
      cells: shown.flatMap((guess) => this.#paint(view, guess) ?? []),
      cursor: place && !isSame(place.spot, view.cursor) ? place.spot : undefined,
    };
  }

  #paint(view: Shown<S>, { spot, cell }: Guess<S>): Painted<S> | undefined {
    const { underlines } = this.#state.display;
    const real = view.cell(spot);
    if (!cell) {
      const marks = underlines && spot.col + 1 !== view.extent.cols && real.glyph !== OTHER;
      return marks ? { spot, char: undefined, style: real.style, isUnderlined: true } : undefined;
    }
    if (cell.glyph === real.glyph && cell.isDim === real.isDim) return undefined;
    const isBlank = cell.glyph === BLANK && real.glyph === BLANK;
    return { spot, char: cell.glyph, style: cell.style, isUnderlined: underlines && !isBlank };
  }
}
