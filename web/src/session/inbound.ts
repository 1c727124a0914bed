// What a frame from the gateway means. The twin of protocol/src/session/client/handle.rs.
import { create } from "@bufbuild/protobuf";

import { type InputAck, Inputs, type Opened, Outcome, PongSchema } from "../generated/link_pb";
import type { Frame, Snapshot } from "../generated/link_pb";
import { toFault } from "../wire/check";
import type { Kind } from "../wire/codec";
import { Code, Fault } from "../wire/fault";
import { ACK_SOON_BYTES, GO_AWAY_MAX_MS } from "../wire/limits";
import type { Channel } from "./channel";
import type { SessionEvent } from "./event";

const VERSION = 1;

/** The parts of a session that a frame may move. */
export interface Reach {
  isGreeting(): boolean;
  welcomed(now: number, boot: bigint): void;
  channel(ch: number): Channel | undefined;
  forgetChannel(ch: number): boolean;
  settleFetch(req: number): boolean;
  say(event: SessionEvent): void;
  owe(kind: Kind): void;
  ponged(now: number, id: bigint): void;
  comeBackAt(at: number): void;
  noteUnreported(now: number, units: number): void;
}

export class Inbound {
  readonly #session: Reach;

  constructor(session: Reach) {
    this.#session = session;
  }

  /** Throws a Fault if the gateway broke a rule or ended the Link. */
  handle(now: number, kind: Frame["kind"]): void {
    const session = this.#session;
    if (session.isGreeting()) return this.#first(now, kind);
    switch (kind.case) {
      case "opened":
        return this.#opened(now, kind.value);
      case "data": {
        const news = this.#openChannel(kind.value.ch)?.data(kind.value);
        if (news) session.say({ name: "data", ch: kind.value.ch, ...news });
        return;
      }
      case "snapshot":
        return this.#snapshot(now, kind.value);
      case "inputAck":
        return this.#inputAck(kind.value);
      case "end": {
        const { ch, at, status } = kind.value;
        if (session.channel(ch)) session.say({ name: "end", ch, at, status });
        return;
      }
      case "fetched": {
        const { req, answer, fault } = kind.value;
        if (!session.settleFetch(req)) return;
        session.say({ name: "fetched", req, answer: fault ? { ok: false, fault: toFault(fault) } : { ok: true, bytes: answer } });
        return;
      }
      case "echo": {
        const { ch, at } = kind.value;
        const seq = this.#openChannel(ch)?.outbox.ours(kind.value.seq);
        if (seq !== undefined) session.say({ name: "echoed", ch, seq, at });
        return;
      }
      case "fault":
        return this.#fault(now, toFault(kind.value));
      case "ping":
        return session.owe({ case: "pong", value: create(PongSchema, { id: kind.value.id }) });
      case "pong":
        return session.ponged(now, kind.value.id);
      case "goAway":
        return session.comeBackAt(now + Math.min(kind.value.reconnectAfterMs, GO_AWAY_MAX_MS));
      case undefined:
        return;
      case "hello":
      case "welcome":
      case "open":
      case "close":
      case "window":
      case "input":
      case "fetch":
      case "bye":
      case "refresh":
      case "notice":
        throw new Fault(Code.BadPacket, "A gateway does not send this frame.");
    }
  }

  #first(now: number, kind: Frame["kind"]): void {
    if (kind.case === "fault") throw toFault(kind.value);
    if (kind.case !== "welcome") throw new Fault(Code.HelloExpected, "The gateway's first frame was not a Welcome.");
    const { version, boot } = kind.value;
    if (version !== VERSION) {
      throw new Fault(Code.Version, `The peer speaks version ${version}, this side ${VERSION}. Reload the page, or update the older of the two.`);
    }
    this.#session.welcomed(now, boot);
  }

  #opened(now: number, opened: Opened): void {
    const { ch, resume, applied, client } = opened;
    const channel = this.#session.channel(ch);
    if (!channel || channel.isOpen) return;
    const waiting = [...channel.outbox.waiting];
    channel.opened(opened);
    const { first, next } = channel.outbox.opened(applied);
    this.#session.say({ name: "opened", ch, resume, client });
    if (next > first && opened.inputs === Inputs.KNOWN) this.#session.say({ name: "applied", ch, seq: next - 1n });
    if (next > first && opened.inputs !== Inputs.KNOWN) {
      this.#session.say({ name: "inputsUnknown", ch, first, next, inputs: waiting.slice(0, Number(next - first)) });
    }
    // What the view did since the Open was written is in no statement yet.
    this.#session.noteUnreported(now, 1);
  }

  #snapshot(now: number, { ch, at, state }: Snapshot): void {
    const taken = this.#openChannel(ch)?.snapshot(at);
    if (!taken) return;
    this.#session.say({ name: "snapshot", ch, at, had: taken.had, state });
    // The next is sent only once this one is reported.
    this.#session.noteUnreported(now, ACK_SOON_BYTES);
  }

  #inputAck({ ch, applied, outcome, reason }: InputAck): void {
    const settled = this.#openChannel(ch)?.outbox.settle(applied);
    if (!settled || settled.next === settled.first) return;
    const seq = settled.next - 1n;
    if (outcome === Outcome.APPLIED) return this.#session.say({ name: "applied", ch, seq });
    if (settled.first < seq) this.#session.say({ name: "applied", ch, seq: seq - 1n });
    this.#session.say({ name: "inputRefused", ch, seq, reason });
  }

  #fault(now: number, fault: Fault): void {
    if (fault.ch === undefined) throw fault;
    if (fault.shouldRetry && this.#session.channel(fault.ch)?.unavailable(now)) {
      return this.#session.say({ name: "unavailable", ch: fault.ch, fault });
    }
    if (this.#session.forgetChannel(fault.ch)) this.#session.say({ name: "refused", ch: fault.ch, fault });
  }

  #openChannel(ch: number): Channel | undefined {
    const channel = this.#session.channel(ch);
    return channel?.isOpen ? channel : undefined;
  }
}
