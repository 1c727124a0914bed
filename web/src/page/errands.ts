// What is told to terminals that are not on the page, each in a channel of its own.
import type { Driver } from "../driver/driver";
import type { SessionEvent } from "../session/event";
import { toHex } from "../wire/hex";
import type { Fault } from "../wire/fault";
import { Errand } from "./errand";

export class Errands {
  readonly #driver: Driver;
  readonly #done: (id: Uint8Array, trouble: Fault | undefined) => void;
  readonly #byChannel = new Map<number, Errand>();

  /** `done` is told how each went. */
  constructor(driver: Driver, done: (id: Uint8Array, trouble: Fault | undefined) => void) {
    this.#driver = driver;
    this.#done = done;
  }

  tell(id: Uint8Array, input: Uint8Array): void {
    const errand = this.#to(id) ?? new Errand(this.#driver, id, (trouble) => this.#done(id, trouble));
    this.#byChannel.set(errand.ch, errand);
    errand.tell(input);
  }

  handle(ch: number, event: SessionEvent): void {
    if (this.#byChannel.get(ch)?.handle(event)) this.#byChannel.delete(ch);
  }

  /** Gives its channel to whoever looks at the terminal now, with a fresh Snapshot to come: a channel is open once. */
  handOver(id: Uint8Array): number | undefined {
    const errand = this.#to(id);
    if (!errand) return undefined;
    this.#byChannel.delete(errand.ch);
    this.#driver.act((session) => session.refresh(errand.ch, 0n));
    return errand.ch;
  }

  #to(id: Uint8Array): Errand | undefined {
    return [...this.#byChannel.values()].find((errand) => toHex(errand.id) === toHex(id));
  }
}
