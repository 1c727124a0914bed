// One terminal on the page: a channel, its emulator, and what the person sees around them.
import type { Driver } from "../driver/driver";
import type { Place } from "../driver/handoff";
import { Priority, Resume } from "../generated/link_pb";
import type { Event as TerminalEvent, Snapshot } from "../generated/terminal_pb";
import type { SessionEvent } from "../session/event";
import { Emulator, type Manner, type Sticky } from "../terminal/emulator";
import { type Finished, finishedInWords } from "../terminal/finished";
import { Audience, type Person } from "../terminal/people";
import { drive, endInWords, type Grid, isInterrupt, keys, KIND, predictedKeys, readSnapshot, resize, spec, toGrid } from "../terminal/message";
import { Code } from "../wire/fault";
import { INTERRUPT_UNSENT_MIN } from "../wire/limits";
import { ring } from "./bell";
import { Compose } from "./compose";
import { company, Driving } from "./driving";
import { h } from "./element";
import { Ending } from "./ending";
import { askAbout } from "./in-doubt";
import { Outgoing, type Waiting } from "./outgoing";
import type { PaneListener, Start } from "./pane-listener";
import type { Preferences } from "./preferences";
import { rowSource } from "./row-source";
import { ScrollView } from "./search-view";
import type { Toasts } from "./toast";

const SETTLE_MS = 120;
/** How long letters that were made larger may reach over the edge, until the host has fewer of them in a row. */
const ZOOM_MS = 2_000;
const TOO_MUCH = "At most 16 MiB can wait for a terminal. This was not taken, not in part either.";
const FIRST_GRID: Grid = { cols: 80, rows: 24 };

export class Pane {
  readonly id: Uint8Array;
  readonly element = h("section", { class: "pane", hidden: true });
  readonly #place = h("div", { class: "screen" });
  readonly #ending = new Ending();
  readonly #driver: Driver;
  readonly #toasts: Toasts;
  readonly #preferences: Preferences;
  readonly #listener: PaneListener;
  readonly #emulator: Emulator;
  readonly #view: ScrollView;
  readonly #audience = new Audience();
  readonly #driving = new Driving(() => this.takeOver());
  /** The grid this device said last. */
  #said: Grid | undefined;
  readonly #outgoing: Outgoing;
  /** What is written and not sent. */
  readonly compose: Compose;
  /** Where another device was, until this one shows it. */
  #awaited: Place | undefined;
  readonly #forgetLook: () => void;
  /** Its channel's number; undefined until `start`. */
  ch: number | undefined;
  /** The program's title, or what people call it. */
  title = "";
  name = "";
  /** Something came since it was looked at. */
  hasNews = false;
  /** Counts the lives of the Log, so that what a dead one still parses is not reported to the next. */
  #life = 0;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #zoom: ReturnType<typeof setTimeout> | undefined;
  #isOpened = false;
  #isGone = false;
  /** A guest looks: nothing is ever sent. */
  #isWatched = false;

  constructor(id: Uint8Array, driver: Driver, toasts: Toasts, preferences: Preferences, sticky: Sticky, listener: PaneListener) {
    this.id = id;
    this.#driver = driver;
    this.#toasts = toasts;
    this.#preferences = preferences;
    this.#listener = listener;
    this.#outgoing = new Outgoing(driver, () => this.ch);
    this.compose = new Compose(id, (text) => (this.paste(text), this.focus()), () => this.layout());
    const spoken = {
      typed: (bytes: Uint8Array, manner: Manner) => this.#typed(bytes, manner),
      reported: (bytes: Uint8Array) => this.#send(keys(bytes)),
      titled: (title: string) => this.#titled(title),
      rang: () => this.#rang(),
      copied: (text: string) => listener.copied(text),
      sized: () => this.#adapt(),
      peopled: (people: Person[]) => this.#peopled(people),
      finished: (finished: Finished) => listener.finished(finishedInWords(finished)),
      selected: (text: string) => listener.selected(text),
      pasteWanted: () => listener.pasteWanted(),
      followed: (address: string) => listener.followed(address),
      zoomed: (fontPx: number) => preferences.zoom(fontPx),
    };
    const rows = rowSource(driver, id, () => this.ch, () => this.#view.moved());
    this.#emulator = new Emulator(spoken, rows, FIRST_GRID, preferences.look, sticky);
    this.#view = new ScrollView(this.#emulator, rows);
    this.#forgetLook = preferences.onChange(() => this.#relook());
    this.element.append(this.#driving.element, this.#view.search, this.#place, this.#view.pill, this.compose.element, this.#ending.element);
  }

  /** Puts it on the page and opens its channel. */
  start(parent: HTMLElement, start: Start): void {
    parent.append(this.element);
    this.element.hidden = false;
    this.#isWatched = start.name === "watch";
    this.#emulator.mount(this.#place);
    const wanted = start.name === "create" ? (start.spec ?? spec)(this.#emulator.fit() ?? FIRST_GRID) : undefined;
    this.ch = start.name === "resume" ? start.ch : this.#driver.act((session) => session.open(this.id, KIND, wanted, undefined, Priority.FOCUSED));
    new ResizeObserver(() => this.layout()).observe(this.#place);
  }

  show(): void {
    this.element.hidden = false;
    this.hasNews = false;
    this.look();
    this.layout();
  }

  /** The page came into view, or went out of it: nobody looks at a page in the background. */
  look(): void {
    const isSeen = !this.element.hidden && document.visibilityState === "visible";
    this.#prioritize(isSeen ? Priority.FOCUSED : Priority.BACKGROUND);
  }

  hide(): void {
    this.element.hidden = true;
    this.#prioritize(Priority.BACKGROUND);
  }

  focus(): void {
    this.#emulator.focus();
  }

  /** Types a text, under the modifiers of the key row. */
  type(text: string): void {
    this.#emulator.type(text);
  }

  /** Presses a key that has a name. */
  press(name: string): void {
    this.#emulator.press(name);
  }

  paste(text: string): void {
    this.#emulator.paste(text);
  }

  /** Opens or closes the search bar. */
  search(): void {
    this.#view.toggle();
  }

  get selectedText(): string {
    return this.#emulator.selected;
  }

  selectAll(): void {
    this.#emulator.selectAll();
  }

  /** Where the person is in it; undefined before there is anything to see. */
  get place(): Place | undefined {
    const at = this.ch === undefined ? undefined : this.#driver.act((session) => session.position(this.ch!));
    const { seen } = this.#emulator.scrollback;
    return at && { channel: this.id, ...at, scrollRow: seen && BigInt(seen.row), draft: this.compose.text };
  }

  /** Goes on where another device was: its place, its draft; and this one drives now. */
  takeUp(place: Place): void {
    this.#awaited = place;
    if (place.draft !== "") this.compose.put(place.draft);
  }

  /** How many keys are typed and not settled. */
  get waiting(): number {
    return this.#outgoing.keys;
  }

  /** What they are. */
  get waitingText(): Waiting {
    return this.#outgoing.waiting;
  }

  /** Takes back what never left this device. */
  withdraw(): void {
    this.#outgoing.withdraw();
    this.#emulator.prediction?.forget();
    this.#listener.changed();
  }

  /** The session reads it no more, and the pane says so: what is still typed goes nowhere. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** What the session has no room for yet, oldest first. */
  get held(): readonly Uint8Array[] {
    return this.#outgoing.held;
  }

  /** Sends something that is not typed: a new name, a size. Returns its number; undefined if it waits behind a paste. */
  tell(input: Uint8Array): bigint | undefined {
    return this.#send([input]);
  }

  /** This device drives from now on. */
  takeOver(): void {
    this.tell(drive());
    this.focus();
  }

  /** Who else is here, in words; empty: nobody. */
  get company(): string {
    return company(this.#audience);
  }

  /** Leaves the terminal, which goes on. */
  close(): void {
    if (this.ch !== undefined) this.#driver.act((session) => session.close(this.ch!));
    this.#gone();
    clearTimeout(this.#settle);
    clearTimeout(this.#zoom);
    this.#forgetLook();
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
        this.#said = undefined;
        this.#audience.opened(event.client);
        this.#ending.hide();
        if (event.resume !== Resume.EXACT) this.#life += 1;
        if (event.resume === Resume.EPOCH) this.#emulator.scrollback.forget();
        this.#emulator.scrollback.reopened();
        return this.layout();
      case "data":
        this.#came();
        return this.#emulator.scrollback.data(event.bytes, this.#parsed(event.off + BigInt(event.bytes.length), (to) => this.#emulator.prediction?.parsed(to)));
      case "echoed":
        return this.#emulator.prediction?.echoed(event.seq, event.at);
      case "snapshot":
        return this.#restore(readSnapshot(event.state), event.at, event.had);
      case "end":
        this.#outgoing.clear();
        return this.#over(endInWords(event.status));
      case "unavailable":
        return this.#ending.absent(event.fault.message);
      case "refused":
        this.#gone();
        return this.#over(event.fault.code === Code.Gone ? "This terminal is gone." : event.fault.message);
      case "inputRefused":
        this.#emulator.prediction?.forget();
        this.#outgoing.handOver();
        return this.#toasts.say(event.reason || "The terminal did not take that.");
      case "inputsUnknown":
        this.#emulator.prediction?.forget();
        this.#outgoing.handOver();
        return askAbout(event.inputs, this.#toasts, (inputs) => this.#send(inputs));
      case "applied":
        this.#outgoing.handOver();
        return this.#listener.changed();
      case "state":
      case "dial":
      case "cancelDial":
      case "hangUp":
        return;
      case "fetched":
        return void (this.#emulator.scrollback.answered(event.req, event.answer) || this.#view.answered(event.req, event.answer));
    }
  }

  #restore(snapshot: Snapshot, at: bigint, had: bigint | undefined): void {
    this.#life += 1;
    const parsed = this.#parsed(at, (to) => this.#emulator.prediction?.restored(to));
    this.#emulator.scrollback.snapshot({ grid: toGrid(snapshot.size), vt: snapshot.vt, top: Number(snapshot.rowsAbove), parsed });
    this.name = snapshot.name;
    this.#titled(snapshot.title);
    if (had === undefined) return;
    for (const event of snapshot.events) if (event.at > had) this.#happened(event);
  }

  #happened({ kind }: TerminalEvent): void {
    if (kind.case === "bell") this.#rang();
    if (kind.case === "finished") this.#listener.finished(finishedInWords(kind.value));
    if (kind.case === "clipboard") this.#listener.copied(new TextDecoder().decode(kind.value.text));
  }

  #parsed(offset: bigint, then: (offset: bigint) => void): () => void {
    const life = this.#life;
    return () => {
      this.#arrive();
      if (life !== this.#life) return;
      this.#driver.act((session, now) => session.consume(now, this.ch!, offset));
      then(offset);
    };
  }

  /** The screen stands: now the other device's place can be shown, and this one drives. */
  #arrive(): void {
    const place = this.#awaited;
    if (!place) return;
    this.#awaited = undefined;
    this.#saySize();
    this.tell(drive());
    if (place.scrollRow !== undefined) this.#emulator.scrollback.reveal(Number(place.scrollRow));
  }

  /** Output came; where nobody looks, that is news. */
  #came(): void {
    if (this.hasNews || !this.element.hidden) return;
    this.hasNews = true;
    this.#listener.changed();
  }

  #typed(bytes: Uint8Array, { composed }: Manner): void {
    this.#emulator.scrollback.letGo();
    const seq = this.#send(predictedKeys(bytes));
    this.#emulator.prediction?.typed(seq, bytes, composed, this.#driver.act((session) => session.contact?.srtt));
    if (isInterrupt(bytes)) this.#driver.act((session) => session.refresh(this.ch!, INTERRUPT_UNSENT_MIN));
    this.#listener.changed();
  }

  /** Sends these, all or none; returns the number of the last, if it was sent at once. */
  #send(inputs: readonly Uint8Array[]): bigint | undefined {
    if (this.#isGone || this.#isWatched) return undefined;
    const sending = this.#outgoing.send(inputs);
    switch (sending.name) {
      case "sent":
        return sending.seq;
      case "held":
        return undefined;
      case "full":
        this.#toasts.say(TOO_MUCH);
        return undefined;
    }
  }

  #gone(): void {
    this.#isGone = true;
    this.#outgoing.clear();
  }

  #layOut(): void {
    if (this.element.hidden) return;
    if (this.#isOpened) this.#saySize();
    if (this.#zoom === undefined) this.#emulator.adapt();
  }

  /** The host hears of every grid this device has; whose it takes is its own affair. */
  #saySize(): void {
    const room = this.#emulator.fit();
    if (!room || (room.cols === this.#said?.cols && room.rows === this.#said.rows)) return;
    this.#said = room;
    this.tell(resize(room));
  }

  #peopled(people: Person[]): void {
    this.#audience.told(people);
    this.#driving.show(this.#audience);
  }

  #prioritize(priority: Priority): void {
    if (this.ch !== undefined) this.#driver.act((session, now) => session.prioritize(now, this.ch!, priority));
  }

  #titled(title: string): void {
    this.title = title;
    this.#listener.changed();
  }

  #rang(): void {
    ring(this.#preferences.settings.bell, this.element);
  }

  /** Another look: letters have their new size at once, and the host hears of it. */
  #relook(): void {
    this.#emulator.wear(this.#preferences.look);
    clearTimeout(this.#zoom);
    this.#zoom = setTimeout(() => this.#adapt(), ZOOM_MS);
    this.layout();
  }

  /** Shrinks the letters if the host's grid has no room otherwise. */
  #adapt(): void {
    clearTimeout(this.#zoom);
    this.#zoom = undefined;
    this.#emulator.adapt();
  }

  #over(why: string): void {
    this.#emulator.prediction?.forget();
    this.#ending.over(why, () => this.#listener.over());
  }
}
