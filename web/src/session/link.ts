// What belongs to one Link, and where a session is between Links and on one.
import { Decoder } from "../wire/codec";
import { WELCOME_WITHIN_MS } from "../wire/limits";
import { AckClock } from "./ack";
import { Liveness } from "./liveness";

/** What dies with a Link. */
export class Link {
  readonly decoder: Decoder;
  readonly liveness: Liveness;
  readonly unreported = new AckClock();
  rxBytes = 0;
  isSuspected = false;
  /** When the next second dial may be tried, after one failed. */
  redialAt: number | undefined;
  /** From when on it counts as one that lived; undefined before its Welcome, and once that has started the waits over. */
  provedAt: number | undefined;
  /** The channels that its Hello named. */
  readonly named: ReadonlySet<number>;

  constructor(now: number, zstdWindowLog: number, srtt: number | undefined, named: ReadonlySet<number>) {
    this.named = named;
    this.decoder = new Decoder(zstdWindowLog);
    this.liveness = new Liveness(now, srtt);
  }

  handleTimeout(now: number): void {
    this.unreported.handleTimeout(now);
    this.liveness.handleTimeout(now);
  }

  /** While it does not answer: whether that is news, and whether it is time to dial another. */
  suspicion(now: number): { isNew: boolean; isTime: boolean } | undefined {
    if (this.liveness.pulse !== "suspect") return undefined;
    const isNew = !this.isSuspected;
    this.isSuspected = true;
    return { isNew, isTime: isNew || (this.redialAt ?? 0) <= now };
  }
}

export type Phase =
  /** Waiting to dial. */
  | { name: "offline"; retryAt: number }
  /** The driver is dialling. */
  | { name: "dialing" }
  /** The upgrade is done, the Welcome is not here. */
  | { name: "greeting"; until: number; link: Link }
  /** In use. */
  | { name: "live"; link: Link }
  /** In the background; the Bye may still have to be sent. */
  | { name: "asleep" }
  /** Over. */
  | { name: "closed" };

/** A Link whose Hello was just sent. */
export function greeting(now: number, link: Link): Phase {
  return { name: "greeting", until: now + WELCOME_WITHIN_MS, link };
}

export function linkOf(phase: Phase): Link | undefined {
  return phase.name === "live" || phase.name === "greeting" ? phase.link : undefined;
}

/** When a phase wants to be woken at the latest. */
export function wakeAt(phase: Phase, isRedialing: boolean): number | undefined {
  switch (phase.name) {
    case "offline":
      return phase.retryAt;
    case "greeting":
      return phase.until;
    case "live":
      return earliest(
        phase.link.isSuspected && !isRedialing ? phase.link.redialAt : undefined,
        earliest(phase.link.liveness.pollTimeout(), phase.link.unreported.wakeAt()),
      );
    case "dialing":
    case "asleep":
    case "closed":
      return undefined;
  }
}

export function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}
