// What was typed and the session has no room for yet: kept in order, and handed over as inputs settle.
import { isKeys } from "../terminal/message";
import { INPUT_COST } from "../wire/limits";

/** What a terminal holds at most, each input with what it costs: the largest paste that is taken, whole or not at all. */
export const HELD_MAX = 16 * 1024 * 1024;

export class Held {
  #inputs: Uint8Array[] = [];
  #cost = 0;

  /** Takes all of these behind what is held, or, if that is too much, none; whether it did. */
  take(inputs: readonly Uint8Array[]): boolean {
    const cost = costOf(inputs);
    if (this.#cost + cost > HELD_MAX) return false;
    for (const input of inputs) this.#inputs.push(input);
    this.#cost += cost;
    return true;
  }

  /** Hands over what `send` takes, oldest first; returns the number of the last it took. */
  handOver(send: (input: Uint8Array) => bigint | undefined): bigint | undefined {
    let count = 0;
    let last: bigint | undefined;
    for (const input of this.#inputs) {
      const seq = send(input);
      if (seq === undefined) break;
      last = seq;
      count += 1;
    }
    this.#cost -= costOf(this.#inputs.splice(0, count));
    return last;
  }

  /** Drops everything: nobody will take it any more. */
  clear(): void {
    this.#inputs = [];
    this.#cost = 0;
  }

  /** What is held, oldest first. */
  get inputs(): readonly Uint8Array[] {
    return this.#inputs;
  }

  /** How many of them type something. */
  get keys(): number {
    return this.#inputs.filter(isKeys).length;
  }
}

function costOf(inputs: readonly Uint8Array[]): number {
  return inputs.reduce((sum, { length }) => sum + length + INPUT_COST, 0);
}
