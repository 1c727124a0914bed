// A text that is sought upwards in a terminal's rows, and the places found so far. Pure.
import type { Found, Match } from "../generated/terminal_pb";

export class Sought {
  readonly text: string;
  /** The newest first. */
  readonly #matches: Match[] = [];
  #at = -1;
  /** From where the host goes on upwards; undefined: it has searched all. */
  #before: number | undefined;
  #isDone = false;
  /** Whether the next one is wanted as soon as it is known. */
  isWanted = true;

  /** Sought from the row before this one; from the last row if undefined. */
  constructor(text: string, before: number | undefined) {
    this.text = text;
    this.#before = before;
  }

  /** Where to ask on from. */
  get question(): { before: number | undefined } | undefined {
    return this.#isDone ? undefined : { before: this.#before };
  }

  take(found: Found): void {
    this.#before = Number(found.reached);
    this.#isDone = !found.more;
    this.#matches.push(...found.matches);
  }

  /** The next older place, if one is known. */
  older(): Match | undefined {
    const found = this.#matches[this.#at + 1];
    this.isWanted = !found && !this.#isDone;
    if (found) this.#at += 1;
    return found;
  }

  /** The next newer place, of those that were found. */
  newer(): Match | undefined {
    if (this.#at <= 0) return undefined;
    this.#at -= 1;
    return this.#matches[this.#at];
  }

  /** Which place is looked at, of how many known, and whether there may be more. */
  get count(): { at: number; of: number; more: boolean } {
    return { at: this.#at + 1, of: this.#matches.length, more: !this.#isDone };
  }
}
