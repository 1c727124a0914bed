// When to dial again: 0, 0.5, 1, 2 … 30 s with full jitter, for ever. The twin of protocol/src/session/backoff.rs.
import { BACKOFF_MAX_MS } from "../wire/limits";

const FIRST_MS = 500;
const DOUBLINGS_MAX = 6;

export class Backoff {
  #failures = 0;

  /** Milliseconds to wait before the next dial, given a random number of [0, 1). The first is at once. */
  next(random: number): number {
    const failures = this.#failures++;
    if (failures === 0) return 0;
    return Math.min(FIRST_MS * 2 ** Math.min(failures - 1, DOUBLINGS_MAX), BACKOFF_MAX_MS) * random;
  }

  /** A Link was welcomed. Until it has lived it may be one that dies each time: the next dial waits, but never long. */
  welcomed(): void {
    this.#failures = Math.min(this.#failures, 1);
  }

  /** The network changed, the page came to the front, or a Link proved good. */
  reset(): void {
    this.#failures = 0;
  }
}
