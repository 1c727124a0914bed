// Which inputs are settled: all that they do at once is parsed. The twin of client/src/predict/echoes.rs.
import { ECHOES_WAITING_MAX } from "./limits";

export class Echoes {
  #parsed = 0n;
  #settled = 0n;
  /** Input numbers and the offsets they wait for, both rising. */
  #waiting: { seq: bigint; at: bigint }[] = [];

  /** Every immediate effect of the inputs up to `seq` lies before `at`. */
  echoed(seq: bigint, at: bigint): void {
    // A later one says all that the oldest would have said, only later.
    if (this.#waiting.length === ECHOES_WAITING_MAX) this.#waiting.shift();
    this.#waiting.push({ seq, at });
    this.#settle();
  }

  /** The view is here. */
  parsed(offset: bigint): void {
    if (offset > this.#parsed) this.#parsed = offset;
    this.#settle();
  }

  /** The view is here, maybe in another life of the Log: offsets said before mean nothing. */
  restored(offset: bigint): void {
    this.#waiting = [];
    this.#parsed = offset;
  }

  hasSettled(seq: bigint): boolean {
    return seq <= this.#settled;
  }

  #settle(): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.at <= this.#parsed) {
      const { seq } = this.#waiting.shift()!;
      if (seq > this.#settled) this.#settled = seq;
    }
  }
}
