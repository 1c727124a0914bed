// Something to tell a terminal that is not on the page: opened in the background, told, left again.
import type { Driver } from "../driver/driver";
import { Priority } from "../generated/link_pb";
import type { SessionEvent } from "../session/event";
import { KIND } from "../terminal/message";
import { Code, Fault } from "../wire/fault";

export class Errand {
  readonly id: Uint8Array;
  readonly ch: number;
  readonly #driver: Driver;
  readonly #done: (trouble: Fault | undefined) => void;
  #last = 0n;

  constructor(driver: Driver, id: Uint8Array, done: (trouble: Fault | undefined) => void) {
    this.id = id;
    this.#driver = driver;
    this.#done = done;
    this.ch = driver.act((session) => session.open(id, KIND, undefined, undefined, Priority.BACKGROUND));
  }

  tell(input: Uint8Array): void {
    this.#last = this.#driver.act((session, now) => session.send(now, this.ch, input)) ?? this.#last;
  }

  /** Whether that was the end of it. */
  handle(event: SessionEvent): boolean {
    if (!this.#ends(event)) return false;
    this.#driver.act((session) => session.close(this.ch));
    this.#done(troubleOf(event));
    return true;
  }

  #ends(event: SessionEvent): boolean {
    if (event.name === "applied" || event.name === "inputRefused") return event.seq >= this.#last;
    return event.name === "refused" || event.name === "end";
  }
}

function troubleOf(event: SessionEvent): Fault | undefined {
  if (event.name === "inputRefused") return new Fault(Code.Denied, event.reason);
  return event.name === "refused" ? event.fault : undefined;
}
