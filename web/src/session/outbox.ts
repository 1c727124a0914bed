// The Outbox: what a person typed, kept until it is settled. The twin of protocol/src/log/outbox.rs.
import { INPUT_COST, INPUT_IN_FLIGHT_MAX, OUTBOX_ENTRIES_MAX, OUTBOX_MAX } from "../wire/limits";

/** One input on its way, under its number on the wire. */
export interface Numbered {
  seq: bigint;
  bytes: Uint8Array;
}

/** Numbers: first <= number < next. */
export interface Range {
  first: bigint;
  next: bigint;
}

/** An Outbox between two pages. */
export interface SavedOutbox {
  ahead: bigint | undefined;
  first: bigint;
  risked: bigint;
  inputs: readonly Uint8Array[];
}

/**
 * One channel's numbered inputs, from the oldest unsettled to the newest. Its numbers begin at 1. On the wire they follow
 * those that the client has used in this channel before: the first Opened says how many, and until then nothing is sent.
 */
export class Outbox {
  /** What the wire's numbers are ahead of ours; undefined until the channel was opened once. */
  #ahead: bigint | undefined;
  #first: bigint;
  /** Behind the newest number that was sent on any Link. */
  #risked: bigint;
  #entries: Uint8Array[];
  #bytes: number;
  /** How many of the entries were sent on this Link, and what they cost. */
  #sent = 0;
  #sentCost = 0;

  /** An empty one, or what another page of the same instance left behind. */
  constructor(saved: SavedOutbox = { ahead: undefined, first: 1n, risked: 1n, inputs: [] }) {
    this.#ahead = saved.ahead;
    this.#first = saved.first;
    this.#risked = saved.risked;
    this.#entries = [...saved.inputs];
    this.#bytes = saved.inputs.reduce((sum, entry) => sum + entry.length, 0);
  }

  save(): SavedOutbox {
    return { ahead: this.#ahead, first: this.#first, risked: this.#risked, inputs: this.#entries };
  }

  /** Numbers an input and keeps it; undefined if it does not fit, and then nothing is kept. */
  push(input: Uint8Array): bigint | undefined {
    if (this.#bytes + input.length > OUTBOX_MAX || this.#entries.length >= OUTBOX_ENTRIES_MAX) return undefined;
    this.#bytes += input.length;
    this.#entries.push(input);
    return this.#first + BigInt(this.#entries.length) - 1n;
  }

  /** The next input to send, if one waits and the flight is not full; it counts as sent. */
  sendNext(): Numbered | undefined {
    const bytes = this.#entries[this.#sent];
    if (this.#ahead === undefined || !bytes || this.#sentCost >= INPUT_IN_FLIGHT_MAX) return undefined;
    const number = this.#first + BigInt(this.#sent);
    this.#sent += 1;
    this.#sentCost += bytes.length + INPUT_COST;
    if (number >= this.#risked) this.#risked = number + 1n;
    return { seq: this.#ahead + number, bytes };
  }

  /** The channel was opened: the owner has settled everything up to `applied`. Returns our numbers that this settles. */
  opened(applied: bigint): Range {
    if (this.#ahead !== undefined) return this.settle(applied);
    this.#ahead = applied;
    return { first: this.#first, next: this.#first };
  }

  /** Drops everything up to `applied` on the wire; returns our numbers that this settles. */
  settle(applied: bigint): Range {
    const first = this.#first;
    const upTo = this.#ahead === undefined ? 0n : applied - this.#ahead;
    let count = 0;
    while (this.#first <= upTo && count < this.#entries.length) {
      const { length } = this.#entries[count++]!;
      this.#first += 1n;
      this.#bytes -= length;
      if (this.#sent === 0) continue;
      this.#sent -= 1;
      this.#sentCost -= length + INPUT_COST;
    }
    this.#entries.splice(0, count);
    return { first, next: this.#first };
  }

  /** Takes back inputs that were never sent on any Link, if they are meant; their numbers are given again. */
  withdraw(isMeant: (input: Uint8Array) => boolean): Uint8Array[] {
    const kept = this.#entries.slice(0, this.#entries.length - this.neverSent);
    const taken: Uint8Array[] = [];
    for (const entry of this.#entries.slice(kept.length)) (isMeant(entry) ? taken : kept).push(entry);
    this.#entries = kept;
    this.#bytes -= taken.reduce((sum, { length }) => sum + length, 0);
    return taken;
  }

  /** How many of those that wait were never sent on any Link; they are the newest. */
  get neverSent(): number {
    const risked = Number(this.#risked - this.#first);
    return this.#entries.length - Math.max(0, Math.min(risked, this.#entries.length));
  }

  /** Our number of an input that has this one on the wire; undefined if it was none of ours. */
  ours(seq: bigint): bigint | undefined {
    const number = this.#ahead === undefined ? 0n : seq - this.#ahead;
    return number >= 1n && number < this.#risked ? number : undefined;
  }

  /** The Link is gone: what is not settled will be sent again, if the other side says so. */
  rewind(): void {
    this.#sent = 0;
    this.#sentCost = 0;
  }

  /** The numbers on the wire that were sent and are not settled; undefined if nothing ever was sent. */
  get range(): Range | undefined {
    if (this.#ahead === undefined) return undefined;
    const first = this.#ahead + this.#first;
    const risked = this.#ahead + this.#risked;
    const next = risked > first ? risked : first;
    return { first, next };
  }

  /** Whether the channel was opened once: the numbers on the wire are known. */
  get isNumbered(): boolean {
    return this.#ahead !== undefined;
  }

  /** The inputs not yet settled, oldest first. */
  get waiting(): readonly Uint8Array[] {
    return this.#entries;
  }
}
