// Is the Link alive? Any frame is life; silence is asked about; only repeated silence is death.
// The twin of protocol/src/link/liveness.rs. Times are milliseconds.
import {
  DEAD_AFTER_MS,
  FLOW_FOR_MS,
  FLOW_GAP_MS,
  FLOW_SILENCE_MS,
  LATE_TICK_MS,
  MEASURE_EVERY_MS,
  PING_IDLE_MS,
  PROBE_AFTER_SILENCE_MS,
  PROBE_MISSES_MAX,
  PROBE_PATIENCE_MS,
} from "../wire/limits";

/** Between the second and later probes: long enough to outlast a short tunnel. */
const PROBE_AGAIN_MS = 15_000;

export type Pulse = "alive" | "suspect" | "dead";

type State = { name: "quiet" } | { name: "probing"; since: number; misses: number; missAt: number } | { name: "dead" };

export class Liveness {
  #heard: number;
  /** Since when frames came close together. */
  #flowingFrom: number;
  #srtt: number | undefined;
  #state: State = { name: "quiet" };
  #nextId = 1n;
  #unsent = false;
  #asked: { id: bigint; at: number } | undefined;
  #askedLast: number | undefined;

  /** A Link that was just heard from. */
  constructor(now: number, srtt?: number) {
    this.#heard = now;
    this.#flowingFrom = now;
    this.#srtt = srtt;
  }

  /** A frame arrived. */
  heard(now: number): void {
    if (now - this.#heard > FLOW_GAP_MS) this.#flowingFrom = now;
    this.#heard = now;
    if (this.#state.name === "dead") return;
    this.#state = { name: "quiet" };
    this.#unsent = false;
  }

  /** A Pong arrived. */
  ponged(now: number, id: bigint): void {
    if (this.#asked?.id !== id) return;
    const sample = Math.max(0, now - this.#asked.at);
    this.#srtt = this.#srtt === undefined ? sample : (this.#srtt * 7 + sample) / 8;
    this.#asked = undefined;
  }

  /** Asks at once: the page came to the front, the network changed. */
  probe(now: number): void {
    if (this.#state.name !== "quiet") return;
    this.#state = { name: "probing", since: now, misses: 0, missAt: now + this.#patience() };
    this.#unsent = true;
  }

  /**
   * A key is sent: after a silence that is a reason to ask, and now and then one to measure the round trip. A Ping that only
   * measures is waited for by nobody.
   */
  typed(now: number): void {
    if (now - this.#heard >= PROBE_AFTER_SILENCE_MS) this.probe(now);
    const isDue = this.#askedLast === undefined || now - this.#askedLast >= MEASURE_EVERY_MS;
    this.#unsent ||= this.#state.name === "quiet" && this.#asked === undefined && isDue;
  }

  /** Time has passed. A tick that comes late (the machine slept) charges no miss, it asks anew. */
  handleTimeout(now: number): void {
    const state = this.#state;
    if (state.name === "quiet" && now >= this.#askAt()) this.probe(now);
    if (state.name !== "probing" || now < state.missAt) return;
    const late = now - state.missAt > LATE_TICK_MS;
    const misses = late ? state.misses : state.misses + 1;
    const since = late ? now : state.since;
    this.#unsent = true;
    if (misses >= PROBE_MISSES_MAX || now - since >= DEAD_AFTER_MS) {
      this.#state = { name: "dead" };
      return;
    }
    const wait = misses === 0 ? this.#patience() : PROBE_AGAIN_MS;
    this.#state = { name: "probing", since, misses, missAt: now + wait };
  }

  /** The number of a Ping to send now, if one is wanted. */
  pollPing(now: number): bigint | undefined {
    if (!this.#unsent) return undefined;
    this.#unsent = false;
    const id = this.#nextId++;
    this.#asked = { id, at: now };
    this.#askedLast = now;
    return id;
  }

  /** When to be woken. */
  pollTimeout(): number | undefined {
    switch (this.#state.name) {
      case "quiet":
        return this.#askAt();
      case "probing":
        return this.#state.missAt;
      case "dead":
        return undefined;
    }
  }

  /** How the Link looks. */
  get pulse(): Pulse {
    if (this.#state.name === "dead") return "dead";
    return this.#state.name === "probing" && this.#state.misses > 0 ? "suspect" : "alive";
  }

  /** Smoothed round trip in milliseconds, if measured. */
  get srtt(): number | undefined {
    return this.#srtt;
  }

  /** When a frame last arrived. */
  get lastHeard(): number {
    return this.#heard;
  }

  /** When silence is asked about. */
  #askAt(): number {
    const flowed = this.#heard - this.#flowingFrom >= FLOW_FOR_MS;
    return this.#heard + (flowed ? FLOW_SILENCE_MS : PING_IDLE_MS);
  }

  #patience(): number {
    return this.#srtt === undefined ? PROBE_PATIENCE_MS : Math.max(PROBE_PATIENCE_MS, this.#srtt * 3);
  }
}
