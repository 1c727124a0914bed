// Something to tell a terminal that is not on the page: opened in the background, told, left again.
import type { Driver } from "../driver/driver";
import { Priority } from "../generated/link_pb";
import type { SessionEvent } from "../session/event";
import { KIND } from "../terminal/message";

export class Errand {
  readonly ch: number;
  readonly #driver: Driver;
  readonly #done: (trouble: string | undefined) => void;

  constructor(driver: Driver, id: Uint8Array, input: Uint8Array, done: (trouble: string | undefined) => void) {
    this.#driver = driver;
    this.#done = done;
    this.ch = driver.act((session) => session.open(id, KIND, undefined, undefined, Priority.BACKGROUND));
    driver.act((session, now) => session.send(now, this.ch, input));
  }

  /** Whether that was the end of it. */
  handle(event: SessionEvent): boolean {
    const isOver = event.name === "applied" || event.name === "inputRefused" || event.name === "refused" || event.name === "end";
    if (!isOver) return false;
    this.#driver.act((session) => session.close(this.ch));
    if (event.name === "inputRefused") this.#done(event.reason);
    else this.#done(event.name === "refused" ? event.fault.message : undefined);
    return true;
  }
}
