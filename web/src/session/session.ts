// The device's half of a Session: what is read and typed, over however many Links that takes.
// The twin of protocol/src/session/client. No clock, socket, timer or randomness: they are arguments.
//
//            dial        linkUp          Welcome
//   offline ──────► dialing ─────► greeting ─────► live ──┐ a probe unanswered: dials another in parallel,
//      ▲               │               │            │ ▲───┘ and the first to answer wins
//      └───────────────┴── linkDown ───┴────────────┘
import { create } from "@bufbuild/protobuf";

import { CloseSchema, InputSchema, Priority, RefreshSchema, WindowSchema } from "../generated/link_pb";
import { type Kind, seal } from "../wire/codec";
import { Code, Fault } from "../wire/fault";
import { CHANNELS_MAX, CONTROL_FRAMES_MAX, INPUT_MAX, LINK_PROVED_MS, REDIAL_MIN_MS } from "../wire/limits";
import { toHex } from "../wire/hex";
import { Backoff } from "./backoff";
import { Channel, type Position } from "./channel";
import type { LinkState, SessionEvent } from "./event";
import { helloPacket, type SessionConfig } from "./hello";
import { Inbound } from "./inbound";
import { earliest, greeting, Link, linkOf, type Phase, wakeAt } from "./link";
import { Outbox } from "./outbox";
import { Questions } from "./questions";
import type { Saved } from "./saved";

const CH_MAX = 0xffff;
/** Frames in one packet: more go into the next. */
const FRAMES_PER_PACKET = 64;

export class ClientSession {
  readonly #config: SessionConfig;
  readonly #channels = new Map<number, Channel>();
  readonly #questions = new Questions();
  readonly #backoff = new Backoff();
  readonly #events: SessionEvent[] = [];
  #control: Kind[] = [];
  #phase: Phase = { name: "dialing" };
  #generation = 0n;
  /** The channels that the newest Hello named. */
  #named: ReadonlySet<number> = new Set();
  #lastBoot = 0n;
  /** Another Link is being tried while one is in use. */
  #redialing = false;
  #comeBackAt: number | undefined;
  #nextCh = 1;

  /** A session that wants a Link at once. */
  constructor(config: SessionConfig) {
    this.#config = config;
    this.#say({ name: "connecting" });
    this.#events.push({ name: "dial" });
  }

  /** Goes on where another page of this instance stopped. Call before anything else; returns the channels' numbers, in order. */
  restore(saved: Saved, priority: Priority): number[] {
    this.#generation = saved.generation;
    this.#lastBoot = saved.lastBoot;
    return saved.channels.map((was) => {
      const ch = this.#freeCh();
      this.#channels.set(ch, new Channel(was.id, was.kind, was.spec, undefined, priority, new Outbox(was.outbox)));
      return ch;
    });
  }

  /** What the next page needs. */
  save(): Saved {
    return {
      client: this.#config.client,
      generation: this.#generation,
      lastBoot: this.#lastBoot,
      channels: [...this.#channels.values()].map(({ id, kind, spec, outbox }) => ({ id, kind, spec, outbox: outbox.save() })),
    };
  }

  /** Reads a channel, and creates it first if it does not exist and `spec` says how. `have`: what the view already shows. */
  open(id: Uint8Array, kind: string, spec: Uint8Array | undefined, have: Position | undefined, priority: Priority): number {
    if (this.#channels.size >= CHANNELS_MAX) {
      throw new Fault(Code.Limit, `At most ${CHANNELS_MAX} channels can be open. Close one first.`);
    }
    if ([...this.#channels.values()].some((channel) => toHex(channel.id) === toHex(id))) throw new Fault(Code.Limit, "This channel is open already.");
    const ch = this.#freeCh();
    const channel = new Channel(id, kind, spec, have, priority);
    this.#channels.set(ch, channel);
    this.#tell({ case: "open", value: channel.openFrame(ch) });
    return ch;
  }

  /** Reads the channel no more. Inputs still waiting are dropped. */
  close(ch: number): void {
    if (this.#channels.delete(ch)) this.#tell({ case: "close", value: create(CloseSchema, { ch }) });
  }

  /** Sends an input of at most 16 KiB, exactly once; returns its number, or undefined if 1 MiB waits already (nothing is taken then). */
  send(now: number, ch: number, input: Uint8Array): bigint | undefined {
    if (input.length > INPUT_MAX) throw new RangeError(`an input has ${input.length} bytes; the kind splits larger ones`);
    const seq = this.#channels.get(ch)?.outbox.push(input);
    if (seq !== undefined && this.#phase.name === "live") this.#phase.link.liveness.typed(now);
    return seq;
  }

  /** Asks for the newest state instead of what is unsent, if at least `minUnsent` units are. */
  refresh(ch: number, minUnsent: bigint): void {
    if (this.#channels.has(ch)) this.#tell({ case: "refresh", value: create(RefreshSchema, { ch, minUnsent }) });
  }

  /** The view has parsed everything below this offset. */
  consume(now: number, ch: number, offset: bigint): void {
    this.#noteUnreported(now, this.#channels.get(ch)?.consume(offset) ?? 0);
  }

  /** How urgent the channel is from now on. */
  prioritize(now: number, ch: number, priority: Priority): void {
    if (this.#channels.get(ch)?.prioritize(priority)) this.#noteUnreported(now, 1);
  }

  /** Asks a kind; the answer comes as an event, however many Links that takes. */
  fetch(kind: string, query: Uint8Array): number {
    const { req, frame } = this.#questions.ask(kind, query);
    this.#tell(frame);
    return req;
  }

  /** Where the view of a channel stands; undefined before its first Snapshot or Data. */
  position(ch: number): Position | undefined {
    return this.#channels.get(ch)?.position;
  }

  /** Inputs of a channel that are not settled. */
  waiting(ch: number): readonly Uint8Array[] {
    return this.#channels.get(ch)?.outbox.waiting ?? [];
  }

  /** Of those, what was never sent: how many, the newest, and a way to take them back. */
  unsent(ch: number): Pick<Outbox, "neverSent" | "withdraw"> | undefined {
    return this.#channels.get(ch)?.outbox;
  }

  /** Of the Link in use: when something was last heard, and the smoothed round trip in milliseconds, if measured. */
  get contact(): Pick<Link["liveness"], "lastHeard" | "srtt"> | undefined {
    return linkOf(this.#phase)?.liveness;
  }

  /** The first message of the next Link. Each dial needs a new one. */
  hello(): Uint8Array {
    this.#generation += 1n;
    this.#named = new Set(this.#channels.keys());
    const channels = [...this.#channels].map(([ch, channel]) => channel.openFrame(ch));
    return helloPacket(this.#config, this.#generation, this.#lastBoot, channels);
  }

  /** A dial became a Link, and its Hello is sent: it replaces the one in use. */
  linkUp(now: number): void {
    if (this.#phase.name === "closed") return;
    const srtt = this.contact?.srtt;
    this.#noteProved(now);
    this.#forgetLink();
    this.#redialing = false;
    this.#phase = greeting(now, new Link(now, this.#config.zstdWindowLog, srtt, this.#named));
  }

  /** The Link in use is gone; without one in use, nothing changes. `fault`: what the gateway said, if anything; `random`: of [0, 1), for the jitter. */
  linkDown(now: number, random: number, fault?: Fault): void {
    if (!linkOf(this.#phase)) return;
    this.#noteProved(now);
    this.#forgetLink();
    if (fault && !fault.shouldRetry) return this.#end(fault);
    if (!this.#redialing) return this.#afterFailure(now, random);
    this.#redialing = false;
    this.#phase = { name: "dialing" };
    this.#say({ name: "connecting" });
  }

  /** A dial failed. `fault` and `random` as in `linkDown`. */
  dialFailed(now: number, random: number, fault?: Fault): void {
    const wasSecond = this.#redialing;
    this.#redialing = false;
    if (this.#phase.name === "dialing") return fault && !fault.shouldRetry ? this.#end(fault) : this.#afterFailure(now, random);
    if (this.#phase.name === "live" && wasSecond) {
      this.#noteProved(now);
      this.#phase.link.redialAt = now + Math.max(REDIAL_MIN_MS, this.#backoff.next(random));
    }
  }

  /** The page came to the front: ask at once, dial at once. */
  nudge(now: number): void {
    this.#backoff.reset();
    if (this.#phase.name === "offline" || this.#phase.name === "asleep") this.#dial();
    else linkOf(this.#phase)?.liveness.probe(now);
  }

  /** The network changed: as `nudge`; what began on the old one and is no Link yet begins anew; beside a Link another is dialled, and the first to answer wins. */
  networkChanged(now: number): void {
    const { name } = this.#phase;
    if (name === "live") {
      this.#cancelDial();
      this.#redial();
    }
    if (name !== "dialing" && name !== "greeting") return this.nudge(now);
    this.#backoff.reset();
    this.#forgetLink();
    this.#events.push({ name: name === "dialing" ? "cancelDial" : "hangUp" });
    this.#dial();
  }

  /** Ends the session for good: the credential is no longer taken. */
  giveUp(fault: Fault): void {
    if (linkOf(this.#phase)) this.#events.push({ name: "hangUp" });
    this.#end(fault);
  }

  /** A packet arrived on the Link in use. Throws a Fault if it must be closed: then `linkDown` with that Fault. */
  handlePacket(now: number, packet: Uint8Array): void {
    const link = linkOf(this.#phase);
    if (!link) return;
    link.rxBytes += packet.length;
    const frames = link.decoder.open(packet);
    // A Link that says its last word lives no more: a dial beside it may just have taken its place.
    if (!frames.some(({ kind }) => kind.case === "fault" && kind.value.ch === 0)) this.#heard(now);
    if (frames.some(({ kind }) => kind.case === "data" || kind.case === "snapshot")) this.#noteUnreported(now, packet.length);
    else if (this.#phase.name === "live") link.unreported.noteAside(now, packet.length);
    for (const frame of frames) this.#inbound.handle(now, frame.kind);
  }

  /** Time has passed. */
  handleTimeout(now: number, random: number): void {
    const phase = this.#phase;
    if (phase.name === "offline" && now >= phase.retryAt) this.#dial();
    if (phase.name === "greeting" && now >= phase.until) this.#hangUp(now, random);
    if (phase.name !== "live") return;
    for (const [ch, channel] of this.#channels) if (channel.reopen(now)) this.#tell({ case: "open", value: channel.openFrame(ch) });
    phase.link.handleTimeout(now);
    if (phase.link.liveness.pulse === "dead") return this.#hangUp(now, random);
    const suspicion = phase.link.suspicion(now);
    if (suspicion?.isNew) this.#say({ name: "suspect", since: phase.link.liveness.lastHeard });
    if (suspicion?.isTime) this.#redial();
  }

  /** What happened; drain it after every call. */
  pollEvent(): SessionEvent | undefined {
    return this.#events.shift();
  }

  /** The next packet, if there is something to say. Called only when the socket can take one. */
  pollTransmit(now: number): Uint8Array | undefined {
    if (this.#phase.name !== "live") return undefined;
    const { link } = this.#phase;
    const kinds: Kind[] = [];
    const ping = link.liveness.pollPing(now);
    if (ping !== undefined) kinds.push({ case: "ping", value: { $typeName: "devtail.v1.Ping", id: ping } });
    kinds.push(...this.#control.splice(0, FRAMES_PER_PACKET - kinds.length));
    this.#takeInputs(kinds);
    const due = link.unreported.dueAt();
    if (due !== undefined && (due <= now || kinds.length > 0)) {
      link.unreported.reported();
      const credits = [...this.#channels].flatMap(([ch, channel]) => channel.credit(ch) ?? []);
      kinds.push({ case: "window", value: create(WindowSchema, { credits, rxBytes: BigInt(link.rxBytes) }) });
    }
    return kinds.length > 0 ? seal(kinds) : undefined;
  }

  /** When to be woken at the latest; undefined: only by an event from outside. */
  pollTimeout(): number | undefined {
    const reopens = this.#phase.name === "live" ? [...this.#channels.values()].map((channel) => channel.reopenAt) : [];
    return reopens.reduce(earliest, wakeAt(this.#phase, this.#redialing));
  }

  readonly #inbound = new Inbound({
    isGreeting: () => this.#phase.name === "greeting",
    welcomed: (now, boot) => this.#welcomed(now, boot),
    channel: (ch) => this.#channels.get(ch),
    forgetChannel: (ch) => this.#channels.delete(ch),
    settleFetch: (req) => this.#questions.settle(req),
    say: (event) => this.#events.push(event),
    owe: (kind) => this.#owe(kind),
    ponged: (now, id) => linkOf(this.#phase)?.liveness.ponged(now, id),
    comeBackAt: (at) => (this.#comeBackAt = at),
    noteUnreported: (now, units) => this.#noteUnreported(now, units),
  });

  #welcomed(now: number, boot: bigint): void {
    if (this.#phase.name !== "greeting") return;
    this.#lastBoot = boot;
    const { link } = this.#phase;
    this.#phase = { name: "live", link };
    this.#sayWhatHelloMissed(link.named);
    link.provedAt = now + LINK_PROVED_MS;
    this.#backoff.welcomed();
    this.#comeBackAt = undefined;
    this.#say({ name: "live" });
    for (const frame of this.#questions.unanswered) this.#tell(frame);
  }

  /** What was opened or closed since the Hello was written. */
  #sayWhatHelloMissed(named: ReadonlySet<number>): void {
    for (const ch of named) if (!this.#channels.has(ch)) this.#tell({ case: "close", value: create(CloseSchema, { ch }) });
    for (const [ch, channel] of this.#channels) if (!named.has(ch)) this.#tell({ case: "open", value: channel.openFrame(ch) });
  }

  /** A frame proves the Link in use alive: a parallel dial is no longer wanted. */
  #heard(now: number): void {
    const link = linkOf(this.#phase);
    if (!link) return;
    link.liveness.heard(now);
    link.redialAt = undefined;
    if (link.isSuspected) this.#say({ name: "live" });
    link.isSuspected = false;
    this.#cancelDial();
  }

  /** A Link that lived starts the waits over, once; one that dies right behind its Welcome is a failure like any other. */
  #noteProved(now: number): void {
    const link = linkOf(this.#phase);
    if (link?.provedAt === undefined || now < link.provedAt) return;
    link.provedAt = undefined;
    this.#backoff.reset();
  }

  #noteUnreported(now: number, units: number): void {
    if (this.#phase.name === "live") this.#phase.link.unreported.note(now, units);
  }

  #takeInputs(kinds: Kind[]): void {
    let taken = 0;
    for (const [ch, { isOpen, outbox }] of this.#channels) {
      while (isOpen && taken < INPUT_MAX && kinds.length < FRAMES_PER_PACKET) {
        const input = outbox.sendNext();
        if (!input) break;
        taken += input.bytes.length;
        kinds.push({ case: "input", value: create(InputSchema, { ch, ...input }) });
      }
    }
  }

  #dial(): void {
    this.#phase = { name: "dialing" };
    this.#say({ name: "connecting" });
    this.#events.push({ name: "dial" });
  }

  #hangUp(now: number, random: number): void {
    this.#events.push({ name: "hangUp" });
    this.linkDown(now, random);
  }

  /** Dials another Link beside the one in use. */
  #redial(): void {
    if (!this.#redialing) this.#events.push({ name: "dial" });
    this.#redialing = true;
  }

  #cancelDial(): void {
    if (this.#redialing || this.#phase.name === "dialing") this.#events.push({ name: "cancelDial" });
    this.#redialing = false;
  }

  /** Over: nothing is said after this. */
  #end(fault: Fault): void {
    if (this.#phase.name === "closed") return;
    this.#forgetLink();
    this.#cancelDial();
    this.#phase = { name: "closed" };
    this.#say({ name: "closed", fault });
  }

  #afterFailure(now: number, random: number): void {
    const retryAt = this.#comeBackAt ?? now + this.#backoff.next(random);
    this.#comeBackAt = undefined;
    if (retryAt <= now) return this.#dial();
    this.#phase = { name: "offline", retryAt };
    this.#say({ name: "offline", until: retryAt });
  }

  #forgetLink(): void {
    this.#control = [];
    for (const channel of this.#channels.values()) channel.linkDown();
  }

  /** Says it on the Link in use; between Links nothing is lost, because Hello restates everything. */
  #tell(kind: Kind): void {
    if (this.#phase.name === "live") this.#control.push(kind);
  }

  /** Answers the gateway. One that makes us owe more than it reads is cut: throws a Fault. */
  #owe(kind: Kind): void {
    if (this.#control.length >= CONTROL_FRAMES_MAX) throw new Fault(Code.Limit, "More is asked than is read of the answers (control_frames).");
    this.#control.push(kind);
  }

  #say(state: LinkState): void {
    this.#events.push({ name: "state", state });
  }

  #freeCh(): number {
    while (this.#channels.has(this.#nextCh)) this.#nextCh = (this.#nextCh % CH_MAX) + 1;
    const ch = this.#nextCh;
    this.#nextCh = (ch % CH_MAX) + 1;
    return ch;
  }
}
