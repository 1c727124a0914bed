// What is typed into one terminal and not settled: part of it held here, part of it with the session, part of it on its way.
import type { Driver } from "../driver/driver";
import { isKeys, keysOf } from "../terminal/message";
import { Held } from "./held";

/** What waits, as a person reads it. */
export interface Waiting {
  /** It was sent, and may have arrived. */
  sent: string;
  /** It never left this device. */
  unsent: string;
}

export type Sending =
  /** All is with the session; the number of the last. */
  | { name: "sent"; seq: bigint | undefined }
  /** It waits behind a paste. */
  | { name: "held" }
  /** Nothing of it was taken. */
  | { name: "full" };

export class Outgoing {
  readonly #driver: Driver;
  readonly #ch: () => number | undefined;
  readonly #held = new Held();

  constructor(driver: Driver, ch: () => number | undefined) {
    this.#driver = driver;
    this.#ch = ch;
  }

  /** Sends these behind what is held, all or none. */
  send(inputs: readonly Uint8Array[]): Sending {
    if (!this.#held.take(inputs)) return { name: "full" };
    const seq = this.handOver();
    return this.#held.inputs.length === 0 ? { name: "sent", seq } : { name: "held" };
  }

  /** The session may have room again. */
  handOver(): bigint | undefined {
    const ch = this.#ch();
    if (ch === undefined) return undefined;
    return this.#driver.act((session, now) => this.#held.handOver((input) => session.send(now, ch, input)));
  }

  /** Drops what is held: nobody will take it any more. */
  clear(): void {
    this.#held.clear();
  }

  /** What the session has no room for yet, oldest first. */
  get held(): readonly Uint8Array[] {
    return this.#held.inputs;
  }

  /** Keys typed and not settled. */
  get keys(): number {
    return this.#inSession.filter(isKeys).length + this.#held.keys;
  }

  get waiting(): Waiting {
    const ch = this.#ch();
    const inputs = this.#inSession;
    const unsent = ch === undefined ? 0 : this.#driver.act((session) => session.unsent(ch)?.neverSent ?? 0);
    const text = (part: readonly Uint8Array[]) => part.map(keysOf).join("");
    const from = inputs.length - unsent;
    return { sent: text(inputs.slice(0, from)), unsent: text([...inputs.slice(from), ...this.#held.inputs]) };
  }

  /** Takes back every key that never left this device. */
  withdraw(): void {
    const ch = this.#ch();
    if (ch !== undefined) this.#driver.act((session) => session.unsent(ch)?.withdraw(isKeys));
    const others = this.#held.inputs.filter((input) => !isKeys(input));
    this.#held.clear();
    this.#held.take(others);
    this.handOver();
  }

  get #inSession(): readonly Uint8Array[] {
    const ch = this.#ch();
    return ch === undefined ? [] : this.#driver.act((session) => session.waiting(ch));
  }
}
