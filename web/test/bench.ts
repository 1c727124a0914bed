// A session on the bench: virtual time, and the gateway's side of the wire spoken by hand.
import { create, type MessageInitShape } from "@bufbuild/protobuf";

import { DataSchema, InputAckSchema, Inputs, OpenedSchema, Priority, Resume, SnapshotSchema } from "../src/generated/link_pb";
import type { SessionEvent } from "../src/session/event";
import { ClientSession } from "../src/session/session";
import { Decoder, type Kind, seal } from "../src/wire/codec";

export const EPOCH = 77n;
export const text = (value: string) => new TextEncoder().encode(value);
export const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ID = new Uint8Array(16).fill(0xc0);
const CLIENT = new Uint8Array(16).fill(0xc1);

export class Bench {
  readonly session: ClientSession;
  now = 1_000;
  events: SessionEvent[] = [];

  constructor() {
    this.session = new ClientSession({ client: CLIENT, agent: "test", zstdWindowLog: 0 });
    this.drain();
  }

  /** A session with one focused channel, live, opened and with the first Snapshot at offset 0. */
  static opened(): { bench: Bench; ch: number } {
    const bench = new Bench();
    const ch = bench.open();
    bench.connect();
    bench.say(bench.openedFrame(ch, { resume: Resume.FRESH }), bench.snapshotFrame(ch, 0n));
    bench.clear();
    return { bench, ch };
  }

  open(id = ID): number {
    return this.session.open(id, "terminal", undefined, undefined, Priority.FOCUSED);
  }

  /** Dial, Hello, Welcome; returns the Hello. */
  connect() {
    const hello = this.dial();
    this.say({ case: "welcome", value: { $typeName: "devtail.v1.Welcome", version: 1, boot: 5n, zstdWindowLog: 0 } });
    return hello;
  }

  dial() {
    const [hello] = new Decoder(0).open(this.session.hello());
    this.session.linkUp(this.now);
    this.drain();
    if (hello?.kind.case !== "hello") throw new Error("the first frame is no Hello");
    return hello.kind.value;
  }

  cut(random = 0.5): void {
    this.session.linkDown(this.now, random);
    this.drain();
  }

  /** The gateway says this in one packet. */
  say(...kinds: Kind[]): void {
    this.session.handlePacket(this.now, seal(kinds));
    this.drain();
  }

  data(ch: number, off: bigint, bytes: string): Kind {
    return { case: "data", value: create(DataSchema, { ch, off, bytes: text(bytes) }) };
  }

  openedFrame(ch: number, more: MessageInitShape<typeof OpenedSchema> = {}): Kind {
    return { case: "opened", value: create(OpenedSchema, { ch, epoch: EPOCH, resume: Resume.EXACT, inputs: Inputs.KNOWN, ...more }) };
  }

  snapshotFrame(ch: number, at: bigint, state = ""): Kind {
    return { case: "snapshot", value: create(SnapshotSchema, { ch, at, state: text(state) }) };
  }

  ack(ch: number, applied: bigint): Kind {
    return { case: "inputAck", value: create(InputAckSchema, { ch, applied }) };
  }

  /** Everything the session wants to send now. */
  sent(): Kind[] {
    const kinds: Kind[] = [];
    for (let packet = this.session.pollTransmit(this.now); packet; packet = this.session.pollTransmit(this.now)) {
      kinds.push(...new Decoder(0).open(packet).map((frame) => frame.kind as Kind));
    }
    return kinds;
  }

  typed(): string[] {
    return this.sent().flatMap((kind) => (kind.case === "input" ? [`${kind.value.seq}:${read(kind.value.bytes)}`] : []));
  }

  /** Runs the session's own timers until `until`; returns what it sent meanwhile. */
  run(until: number, random = 0.5): Kind[] {
    const kinds = this.sent();
    for (let at = this.session.pollTimeout(); at !== undefined && at <= until; at = this.session.pollTimeout()) {
      this.now = Math.max(this.now, at);
      this.session.handleTimeout(this.now, random);
      this.drain();
      kinds.push(...this.sent());
    }
    this.now = until;
    return kinds;
  }

  shown(): string {
    return this.events.flatMap((event) => (event.name === "data" ? [read(event.bytes)] : [])).join("");
  }

  names(): string[] {
    return this.events.map((event) => (event.name === "state" ? event.state.name : event.name));
  }

  clear(): void {
    this.events = [];
  }

  drain(): void {
    for (let event = this.session.pollEvent(); event; event = this.session.pollEvent()) this.events.push(event);
  }
}
