// The Outbox: what a person typed, kept until it is settled. The twin of protocol/src/log/outbox.rs.
import { INPUT_IN_FLIGHT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX } from "../wire/limits";

/** One input on its way. */
export interface Numbered {
  seq: bigint;
  bytes: Uint8Array;
}

/** One channel's numbered inputs, from the oldest unsettled to the newest. Numbers begin at 1. */
export class Outbox {
  #first: bigint;
  #entries: Uint8Array[];
  #bytes: number;
  /** How many of the entries were sent on this Link. */
  #sent = 0;
  #sentBytes = 0;

  /** An empty one, or one that another page of the same instance left behind. */
  constructor(first = 1n, entries: readonly Uint8Array[] = []) {
    this.#first = first;
    this.#entries = [...entries];
    this.#bytes = entries.reduce((sum, entry) => sum + entry.length, 0);
  }

  /** Numbers an input and keeps it; undefined if it does not fit, and then nothing is kept. */
  push(input: Uint8Array): bigint | undefined {
    if (this.#bytes + input.length > OUTBOX_MAX || this.#entries.length >= OUTBOX_ENTRIES_MAX) return undefined;
    this.#bytes += input.length;
    this.#entries.push(input);
    return this.next - 1n;
  }

  /** The next input to send, if one waits and the flight is not full; it counts as sent. */
  sendNext(): Numbered | undefined {
    const bytes = this.#entries[this.#sent];
    if (!bytes || this.#sentBytes >= INPUT_IN_FLIGHT_MAX) return undefined;
    const seq = this.#first + BigInt(this.#sent);
    this.#sent += 1;
    this.#sentBytes += Math.max(bytes.length, 1);
    return { seq, bytes };
  }

  /** Drops everything up to `applied`, which numbering then follows; returns how many inputs that settled. */
  settle(applied: bigint): number {
    let settled = 0;
    while (this.#first <= applied) {
      const input = this.#entries[settled];
      if (!input) break;
      this.#first += 1n;
      this.#bytes -= input.length;
      if (this.#sent > 0) {
        this.#sent -= 1;
        this.#sentBytes -= Math.max(input.length, 1);
      }
      settled += 1;
    }
    this.#entries.splice(0, settled);
    if (this.#first <= applied) this.#first = applied + 1n;
    return settled;
  }

  /** The Link is gone: what is not settled will be sent again, if the other side says so. */
  rewind(): void {
    this.#sent = 0;
    this.#sentBytes = 0;
  }

  get first(): bigint {
    return this.#first;
  }

  get next(): bigint {
    return this.#first + BigInt(this.#entries.length);
  }

  /** The inputs not yet settled, oldest first. */
  get waiting(): readonly Uint8Array[] {
    return this.#entries;
  }
}
