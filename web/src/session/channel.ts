// One channel as a device reads it: its place, its credit, its Outbox. The twin of protocol/src/session/client/channel.rs.
import { create } from "@bufbuild/protobuf";

import {
  type Credit,
  CreditSchema,
  type Data,
  type Open,
  type Opened,
  OpenSchema,
  Priority,
  Resume,
  Unit,
} from "../generated/link_pb";
import { Code, Fault } from "../wire/fault";
import { BACKOFF_MAX_MS, REOPEN_MIN_MS, WINDOW_FOCUSED, WINDOW_OTHER, WINDOW_WHOLE } from "../wire/limits";
import { Outbox } from "./outbox";

/** One place in a Log. */
export interface Position {
  epoch: bigint;
  offset: bigint;
}

type Place =
  /** Nothing is shown. */
  | { name: "empty" }
  /** Everything below is shown. */
  | { name: "at"; epoch: bigint; offset: bigint }
  /** A new life of the Log, or a gap: only a Snapshot (or, where nothing is lost, the next Data) goes on from here. */
  | { name: "waiting"; epoch: bigint; had: bigint | undefined };

export class Channel {
  readonly id: Uint8Array;
  readonly kind: string;
  readonly outbox: Outbox;
  /** What to create; gone once it exists, so that nothing is created twice. */
  #spec: Uint8Array | undefined;
  #priority: Priority;
  #place: Place;
  /** Whether the gateway has answered our Open on this Link. */
  #isOpen = false;
  /** When to ask again, after the gateway could not open it. */
  #reopenAt: number | undefined;
  #reopens = 0;
  #unit = Unit.BYTES;
  /** Whether every unit is read, and no Snapshot in place of some; false until it is open. */
  #isWhole = false;
  #consumed: bigint;
  #reported: Credit | undefined;

  constructor(id: Uint8Array, kind: string, spec: Uint8Array | undefined, have: Position | undefined, priority: Priority, outbox = new Outbox()) {
    this.id = id;
    this.kind = kind;
    this.outbox = outbox;
    this.#spec = spec;
    this.#priority = priority;
    this.#place = have ? { name: "at", ...have } : { name: "empty" };
    this.#consumed = have?.offset ?? 0n;
  }

  openFrame(ch: number): Open {
    const outbox = this.outbox.range;
    const have = this.position;
    const unparsed = have ? Number(have.offset - this.#consumed) : 0;
    return create(OpenSchema, {
      ch,
      id: this.id,
      kind: this.kind,
      ...(this.#spec && { spec: this.#spec }),
      ...(have && { have }),
      window: Math.max(0, this.#window - unparsed),
      priority: this.#priority,
      ...(outbox && { outbox }),
    });
  }

  get position(): Position | undefined {
    return this.#place.name === "at" ? { epoch: this.#place.epoch, offset: this.#place.offset } : undefined;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What to create, as long as nobody has said that it exists. */
  get spec(): Uint8Array | undefined {
    return this.#spec;
  }

  /** The gateway answered our Open. */
  opened(opened: Opened): void {
    this.#spec = undefined;
    this.#isOpen = true;
    this.#reopens = 0;
    this.#unit = opened.unit;
    this.#isWhole = opened.everyUnit;
    this.#reported = undefined;
    const have = this.position;
    const had = have?.epoch === opened.epoch ? have.offset : undefined;
    if (opened.resume === Resume.EXACT && had !== undefined) return;
    this.#place = { name: "waiting", epoch: opened.epoch, had };
    this.#consumed = 0n;
  }

  /** What of the Data is new, and where it begins; undefined if nothing is. Throws a Fault on a gap. */
  data(data: Data): { off: bigint; bytes: Uint8Array } | undefined {
    const place = this.#place;
    if (place.name === "empty") return undefined;
    const next = place.name === "at" ? place.offset : data.off;
    if (data.off > next) throw new Fault(Code.BadSequence, `Data at ${data.off} came, ${next} was next.`);
    const end = data.off + (this.#unit === Unit.BYTES ? BigInt(data.bytes.length) : 1n);
    if (end <= next && place.name === "at") return undefined;
    const bytes = this.#unit === Unit.BYTES ? data.bytes.subarray(Number(next - data.off)) : data.bytes;
    this.#place = { name: "at", epoch: place.epoch, offset: end };
    if (place.name === "waiting") this.#consumed = next;
    return { off: next, bytes };
  }

  /** Takes a Snapshot bound to `at`; undefined if it is older than what is shown, else what was shown before it. */
  snapshot(at: bigint): { had: bigint | undefined } | undefined {
    const place = this.#place;
    if (place.name === "empty" || (place.name === "at" && at < place.offset)) return undefined;
    const had = place.name === "at" ? place.offset : place.had;
    this.#place = { name: "at", epoch: place.epoch, offset: at };
    if (at > this.#consumed) this.#consumed = at;
    return { had };
  }

  /** The view has parsed up to here; returns how many units that was. */
  consume(offset: bigint): number {
    const position = this.position?.offset ?? 0n;
    const reached = offset < position ? offset : position;
    if (reached <= this.#consumed) return 0;
    const units = Number(reached - this.#consumed);
    this.#consumed = reached;
    return units;
  }

  /** Sets how urgent it is; whether that is news. */
  prioritize(priority: Priority): boolean {
    const isNews = this.#priority !== priority;
    this.#priority = priority;
    return isNews;
  }

  /** The Link is gone. */
  linkDown(): void {
    this.#isOpen = false;
    this.#reopenAt = undefined;
    this.outbox.rewind();
  }

  /**
   * The gateway ended it on this Link, or could not open it, and may be able to later. Only a channel that was open before
   * is asked for again: whoever wants a new one is told, and decides.
   */
  unavailable(now: number): boolean {
    if (this.#spec || !this.outbox.isNumbered) return false;
    this.linkDown();
    this.#reopenAt = now + Math.min(REOPEN_MIN_MS * 2 ** Math.min(this.#reopens, 6), BACKOFF_MAX_MS);
    this.#reopens += 1;
    return true;
  }

  /** When to ask for it again. */
  get reopenAt(): number | undefined {
    return this.#reopenAt;
  }

  /** Whether it is time to ask for it again; it counts as asked. */
  reopen(now: number): boolean {
    if (this.#reopenAt === undefined || this.#reopenAt > now) return false;
    this.#reopenAt = undefined;
    return true;
  }

  /** The credit to report, if it changed since the last report on this Link. */
  credit(ch: number): Credit | undefined {
    if (!this.#isOpen) return undefined;
    const consumed = this.#consumed;
    const limit = consumed + BigInt(this.#window);
    const last = this.#reported;
    if (last?.consumed === consumed && last.limit === limit && last.priority === this.#priority) return undefined;
    this.#reported = create(CreditSchema, { ch, consumed, limit, priority: this.#priority });
    return this.#reported;
  }

  get #window(): number {
    if (this.#isWhole) return WINDOW_WHOLE;
    return this.#priority === Priority.FOCUSED ? WINDOW_FOCUSED : WINDOW_OTHER;
  }
}
