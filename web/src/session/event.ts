// What a session tells its driver and the page.
import type { Resume } from "../generated/link_pb";
import type { Fault } from "../wire/fault";

/** The state a page shows. Times are the driver's milliseconds. */
export type LinkState =
  | { name: "connecting" }
  | { name: "live" }
  /** A probe was not answered in time; nothing was heard since then. Another Link is being tried. */
  | { name: "suspect"; since: number }
  /** No Link; the next dial begins then. */
  | { name: "offline"; until: number }
  /** In the background, on purpose. */
  | { name: "asleep" }
  /** Over: what went wrong, and whether signing in helps. */
  | { name: "closed"; fault: Fault };

export type Answer = { ok: true; bytes: Uint8Array } | { ok: false; fault: Fault };

export type SessionEvent =
  | { name: "state"; state: LinkState }
  /** Make a Link: `hello`, connect, then `linkUp` or `dialFailed`. */
  | { name: "dial" }
  /** Give up the dial under way: the Link in use answered after all, or the network it began on is gone. */
  | { name: "cancelDial" }
  /** Close the Link in use; `linkDown` is not needed then. */
  | { name: "hangUp" }
  /** The channel is read, from here on like this. */
  | { name: "opened"; ch: number; resume: Resume; client: Uint8Array }
  /** What came next in the Log; give back `consume` when it is parsed. */
  | { name: "data"; ch: number; off: bigint; bytes: Uint8Array }
  /** The Log's fold: it replaces everything shown. `had`: what was shown before, if of the same life. */
  | { name: "snapshot"; ch: number; at: bigint; had: bigint | undefined; state: Uint8Array }
  | { name: "end"; ch: number; at: bigint; status: Uint8Array }
  /** Inputs up to this number are applied. */
  | { name: "applied"; ch: number; seq: bigint }
  /** What the inputs up to `seq` bring about at once stands in the Log before `at`: they asked to be told. */
  | { name: "echoed"; ch: number; seq: bigint; at: bigint }
  /** This input was not applied and will not be. */
  | { name: "inputRefused"; ch: number; seq: bigint; reason: string }
  /** Nobody knows whether these inputs (first <= number < next) were applied; ask the person. */
  | { name: "inputsUnknown"; ch: number; first: bigint; next: bigint; inputs: readonly Uint8Array[] }
  /** The channel cannot be read at present; the session asks again by itself and keeps what waits. */
  | { name: "unavailable"; ch: number; fault: Fault }
  /** The channel is lost or refused, and read no more. */
  | { name: "refused"; ch: number; fault: Fault }
  | { name: "fetched"; req: number; answer: Answer };
