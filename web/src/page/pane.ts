// One terminal on the page: a channel, its emulator, and what the person sees around them.
import type { Driver } from "../driver/driver";
import { Priority, Resume } from "../generated/link_pb";
import type { Event as TerminalEvent, Snapshot } from "../generated/terminal_pb";
import type { SessionEvent } from "../session/event";
import { Emulator, type Manner } from "../terminal/emulator";
import { endInWords, type Grid, isInterrupt, isKeys, keys, keysOf, KIND, predictedKeys, readSnapshot, resize, spec, toGrid } from "../terminal/message";
import { Code } from "../wire/fault";
import { INTERRUPT_UNSENT_MIN } from "../wire/limits";
import { button, h } from "./element";
import { Held } from "./held";
import { SizeClaim } from "./size-claim";
import { shown } from "./text";
import type { Toasts } from "./toast";

const FONT_PX = 14;
const FONT_PX_NARROW = 13;
const NARROW_PX = 600;
const SETTLE_MS = 120;
const TOO_MUCH = "At most 16 MiB can wait for a terminal. This was not taken, not in part either.";
const FIRST_GRID: Grid = { cols: 80, rows: 24 };

/** What a pane tells the page around it. */
export interface PaneListener {
  /** What the person types, before it is sent: a sticky Ctrl changes it. */
  transform(bytes: Uint8Array): Uint8Array;
  /** The title changed, or something was typed. */
  changed(): void;
  copied(text: string): void;
  /** The terminal is over; the pane can go. */
  over(): void;
}

/** How a pane comes to its channel. */
export type Start = { name: "create" } | { name: "attach" } | { name: "resume"; ch: number };

export class Pane {
  readonly id: Uint8Array;
  readonly element = h("section", { class: "pane", hidden: true });
  readonly #place = h("div", { class: "screen" });
  readonly #ended = h("div", { class: "ended", hidden: true });
  readonly #driver: Driver;
  readonly #toasts: Toasts;
  readonly #listener: PaneListener;
  readonly #emulator: Emulator;
  readonly #claim = new SizeClaim();
  readonly #held = new Held();
  /** Its channel's number; undefined until `start`. */
  ch: number | undefined;
  /** The program's title, or what people call it. */
  title = "";
  name = "";
  /** Counts the lives of the Log, so that what a dead one still parses is not reported to the next. */
  #life = 0;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #isOpened = false;
  #isGone = false;

  constructor(id: Uint8Array, driver: Driver, toasts: Toasts, listener: PaneListener) {
    this.id = id;
    this.#driver = driver;
    this.#toasts = toasts;
    this.#listener = listener;
    this.#emulator = new Emulator(
      {
        typed: (bytes, manner) => this.#typed(listener.transform(bytes), manner),
        reported: (bytes) => this.#send(keys(bytes)),
        titled: (title) => this.#titled(title),
        rang: () => this.#rang(),
        copied: (text) => listener.copied(text),
        sized: (grid) => this.#sized(grid),
      },
      FIRST_GRID,
      innerWidth < NARROW_PX ? FONT_PX_NARROW : FONT_PX,
    );
    this.element.append(this.#place, this.#ended);
  }

  /** Puts it on the page and opens its channel. */
  start(parent: HTMLElement, start: Start): void {
    parent.append(this.element);
    this.element.hidden = false;
    this.#emulator.mount(this.#place);
    const wanted = start.name === "create" ? spec(this.#emulator.fit() ?? FIRST_GRID) : undefined;
    this.ch = start.name === "resume" ? start.ch : this.#driver.act((session) => session.open(this.id, KIND, wanted, undefined, Priority.FOCUSED));
    new ResizeObserver(() => this.layout()).observe(this.#place);
  }

  show(): void {
    this.element.hidden = false;
    this.#prioritize(Priority.FOCUSED);
    this.layout();
  }

  hide(): void {
    this.element.hidden = true;
    this.#prioritize(Priority.BACKGROUND);
  }

  focus(): void {
    this.#emulator.focus();
  }

  /** Types as if the keyboard had. */
  type(data: string): void {
    this.#emulator.type(data);
  }

  paste(text: string): void {
    this.#emulator.paste(text);
  }

  get hasApplicationCursor(): boolean {
    return this.#emulator.hasApplicationCursor;
  }

  /** Keys typed and not settled. */
  get waiting(): number {
    if (this.ch === undefined) return 0;
    return this.#driver.act((session) => session.waiting(this.ch!).filter(isKeys).length) + this.#held.keys;
  }

  /** The session reads it no more, and the pane says so: what is still typed goes nowhere. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** What the session has no room for yet, oldest first. */
  get held(): readonly Uint8Array[] {
    return this.#held.inputs;
  }

  /** Sends something that is not typed: a new name, a size. Returns its number; undefined if it waits behind a paste. */
  tell(input: Uint8Array): bigint | undefined {
    return this.#send([input]);
  }

  /** Leaves the terminal, which goes on. */
  close(): void {
    if (this.ch !== undefined) this.#driver.act((session) => session.close(this.ch!));
    this.#gone();
    clearTimeout(this.#settle);
    this.#emulator.dispose();
    this.element.remove();
  }

  /** The place changed; sends the new size once it has settled. */
  layout(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#layOut(), SETTLE_MS);
  }

  handle(event: SessionEvent): void {
    switch (event.name) {
      case "opened":
        this.#isOpened = true;
        this.#ended.hidden = true;
        if (event.resume !== Resume.EXACT) this.#life += 1;
        return this.layout();
      case "data":
        return this.#emulator.write(event.bytes, this.#parsed(event.off + BigInt(event.bytes.length), (to) => this.#emulator.prediction?.parsed(to)));
      case "echoed":
        return this.#emulator.prediction?.echoed(event.seq, event.at);
      case "snapshot":
        return this.#restore(readSnapshot(event.state), event.at, event.had);
      case "end":
        this.#held.clear();
        return this.#over(endInWords(event.status));
      case "unavailable":
        return this.#absent(event.fault.message);
      case "refused":
        this.#gone();
        return this.#over(event.fault.code === Code.Gone ? "This terminal is gone." : event.fault.message);
      case "inputRefused":
        this.#emulator.prediction?.forget();
        this.#handOver();
        return this.#toasts.say(event.reason || "The terminal did not take that.");
      case "inputsUnknown":
        this.#handOver();
        return this.#askAbout(event.inputs);
      case "applied":
        this.#handOver();
        return this.#listener.changed();
      case "state":
      case "dial":
      case "cancelDial":
      case "hangUp":
      case "fetched":
        return;
    }
  }

  #restore(snapshot: Snapshot, at: bigint, had: bigint | undefined): void {
    this.#life += 1;
    this.#emulator.restore(toGrid(snapshot.size), snapshot.vt, this.#parsed(at, (to) => this.#emulator.prediction?.restored(to)));
    this.name = snapshot.name;
    this.#titled(snapshot.title);
    if (had === undefined) return;
    for (const event of snapshot.events) if (event.at > had) this.#happened(event);
  }

  #happened({ kind }: TerminalEvent): void {
    if (kind.case === "bell") this.#rang();
    if (kind.case === "clipboard") this.#listener.copied(new TextDecoder().decode(kind.value.text));
  }

  #parsed(offset: bigint, then: (offset: bigint) => void): () => void {
    const life = this.#life;
    return () => {
      if (life !== this.#life) return;
      this.#driver.act((session, now) => session.consume(now, this.ch!, offset));
      then(offset);
    };
  }

  #typed(bytes: Uint8Array, { composed }: Manner): void {
    this.#claimSize((room, grid) => this.#claim.work(room, grid));
    const seq = this.#send(predictedKeys(bytes));
    this.#emulator.prediction?.typed(seq, bytes, composed, this.#driver.act((session) => session.srtt));
    if (isInterrupt(bytes)) this.#driver.act((session) => session.refresh(this.ch!, INTERRUPT_UNSENT_MIN));
    this.#listener.changed();
  }

  /** Sends these behind what is held, all or none; returns the number of the last, if it was sent at once. */
  #send(inputs: readonly Uint8Array[]): bigint | undefined {
    if (this.#isGone) return undefined;
    if (!this.#held.take(inputs)) {
      this.#toasts.say(TOO_MUCH);
      return undefined;
    }
    const last = this.#handOver();
    return this.#held.inputs.length === 0 ? last : undefined;
  }

  #handOver(): bigint | undefined {
    return this.#driver.act((session, now) => this.#held.handOver((input) => session.send(now, this.ch!, input)));
  }

  #gone(): void {
    this.#isGone = true;
    this.#held.clear();
  }

  #layOut(): void {
    if (this.element.hidden) return;
    if (this.#isOpened) this.#claimSize((room, grid) => this.#claim.moved(room, grid));
    this.#emulator.adapt();
  }

  #claimSize(decide: (room: Grid, grid: Grid) => Grid | undefined): void {
    const room = this.#emulator.fit();
    const wanted = room && decide(room, this.#emulator.grid);
    if (wanted) this.tell(resize(wanted));
  }

  #sized(grid: Grid): void {
    this.#claim.sized(grid);
    this.#emulator.adapt();
  }

  #prioritize(priority: Priority): void {
    if (this.ch !== undefined) this.#driver.act((session, now) => session.prioritize(now, this.ch!, priority));
  }

  #titled(title: string): void {
    this.title = title;
    this.#listener.changed();
  }

  #rang(): void {
    this.element.animate([{ opacity: 0.6 }, { opacity: 1 }], { duration: 180 });
  }

  #askAbout(inputs: readonly Uint8Array[]): void {
    const typed = inputs.map(keysOf).join("");
    if (typed === "") return;
    this.#toasts.ask(`The terminal was lost while this was on its way. It may or may not have arrived: ${shown(typed)}`, [
      { label: "Type it again", act: () => this.#send(keys(new TextEncoder().encode(typed))) },
      { label: "Leave it", act: () => undefined },
    ]);
  }

  /** It cannot be read at present. */
  #absent(why: string): void {
    this.#ended.hidden = false;
    this.#ended.replaceChildren(h("span", {}, `${why} Trying again.`));
  }

  #over(why: string): void {
    this.#ended.hidden = false;
    this.#ended.replaceChildren(h("span", {}, why), button("Close", () => this.#listener.over()));
  }
}
