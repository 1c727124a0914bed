// Keys whose effects are not all there: what is typed again, in thought, when the guesses have to begin anew.
// The twin of client/src/predict/strokes.rs.
import type { Key } from "./keys";
import { STROKES_MAX } from "./limits";

/** A key on its way, and the input it came with. */
export interface Stroke {
  readonly key: Key;
  readonly seq: bigint;
  readonly made: number;
}

/** The keys on their way, oldest first. */
export class Strokes {
  #waiting: Stroke[] = [];

  push(stroke: Stroke): void {
    if (this.#waiting.length === STROKES_MAX) this.#waiting.shift();
    this.#waiting.push(stroke);
  }

  /** The next whose effects are all there. */
  settled(isSettled: (seq: bigint) => boolean): Stroke | undefined {
    const first = this.#waiting[0];
    return first && isSettled(first.seq) ? this.#waiting.shift() : undefined;
  }

  get waiting(): readonly Stroke[] {
    return [...this.#waiting];
  }

  /** They are not to be typed again. */
  clear(): void {
    this.#waiting = [];
  }
}
