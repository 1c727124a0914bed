// When a Window is due: soon under load, late for a lone echo, never when idle. The twin of protocol/src/link/ack.rs.
import { ACK_BYTES, ACK_LATE_MS, ACK_SOON_BYTES, ACK_SOON_MS } from "../wire/limits";

export class AckClock {
  #unreported = 0;
  #since: number | undefined;
  /** The driver was woken for it: it need not be woken again. */
  #isWoken = false;

  /** So many more bytes or units are to be reported. */
  note(now: number, amount: number): void {
    if (amount <= 0) return;
    this.#unreported += amount;
    this.#since ??= now;
  }

  /** So many bytes came that carry nothing to parse: they are worth a Window only once they are many. */
  noteAside(now: number, bytes: number): void {
    this.#unreported += bytes;
    if (this.#unreported >= ACK_SOON_BYTES) this.#since ??= now;
  }

  /** Time has passed. */
  handleTimeout(now: number): void {
    this.#isWoken ||= (this.dueAt() ?? Infinity) <= now;
  }

  /** When to be woken for a Window; undefined once that has happened, until it is reported. */
  wakeAt(): number | undefined {
    return this.#isWoken ? undefined : this.dueAt();
  }

  /** When the next Window is due; undefined: there is nothing to report. */
  dueAt(): number | undefined {
    if (this.#since === undefined) return undefined;
    if (this.#unreported >= ACK_BYTES) return this.#since;
    return this.#since + (this.#unreported >= ACK_SOON_BYTES ? ACK_SOON_MS : ACK_LATE_MS);
  }

  /** Everything was reported. */
  reported(): void {
    this.#unreported = 0;
    this.#since = undefined;
    this.#isWoken = false;
  }
}
