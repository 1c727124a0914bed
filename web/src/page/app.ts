// The page of a paired browser: the list of terminals, the terminals, and the link's state around them.
import { Driver } from "../driver/driver";
import type { Place } from "../driver/handoff";
import type { Gateway } from "../driver/pairing";
import { type Instance, leaveOnExit } from "../driver/tab";
import type { Tokens } from "../driver/tokens";
import { Priority } from "../generated/link_pb";
import type { Terminal } from "../generated/terminal_pb";
import type { SessionEvent } from "../session/event";
import { withMore } from "../session/saved";
import { ClientSession } from "../session/session";
import { KIND, kill, listQuery, NAME_MAX, readList, rename } from "../terminal/message";
import { Code, type Fault } from "../wire/fault";
import { fromHex, toHex } from "../wire/hex";
import { ZSTD_WINDOW_LOG } from "../wire/limits";
import { Banner } from "./banner";
import { copy } from "./copy";
import { tooMany } from "./crowd";
import { askText, choose, confirm } from "./dialog";
import { button, h } from "./element";
import { Errand } from "./errand";
import { continueElsewhere } from "./handoff";
import { KeyRow } from "./key-row";
import { List, nameOf } from "./list";
import { Pane, type Start } from "./pane";
import { Toasts } from "./toast";
import { followViewport } from "./viewport";

const AGENT = "devtail-web 0.1.0";
/** Terminals kept attached at once, as long as nothing typed waits in them. */
const PANES_MAX = 6;

export class App {
  readonly element: HTMLElement;
  readonly #gateway: Gateway;
  readonly #tokens: Tokens;
  readonly #driver: Driver;
  readonly #toasts = new Toasts();
  readonly #banner: Banner;
  readonly #list: List;
  readonly #keyRow: KeyRow;
  readonly #title = h("h1", {});
  readonly #panesPlace = h("main", { class: "panes" });
  /** By id in hex, the one looked at last at the end. */
  readonly #panes = new Map<string, Pane>();
  readonly #errands = new Map<number, Errand>();
  #current: Pane | undefined;
  /** The input that gave a terminal a new name: once it is applied, the list has it. */
  #renamed: { ch: number; seq: bigint } | undefined;
  #listRequest: number | undefined;
  /** What the last page of this tab had open. */
  readonly #resumed: readonly { id: Uint8Array; ch: number }[];
  /** A browser that was just paired and finds no terminal makes one. */
  #wantsFirst: boolean;

  constructor(gateway: Gateway, tokens: Tokens, instance: Instance, isNew: boolean) {
    this.#gateway = gateway;
    this.#tokens = tokens;
    this.#wantsFirst = isNew;
    const session = new ClientSession({ client: instance.client, agent: AGENT, zstdWindowLog: ZSTD_WINDOW_LOG });
    const channels = instance.saved ? session.restore(instance.saved, Priority.FOCUSED) : [];
    this.#resumed = channels.map((ch, index) => ({ id: instance.saved!.channels[index]!.id, ch }));
    this.#driver = new Driver(session, tokens, (event) => this.#handle(event));
    this.#banner = new Banner({
      now: () => this.#driver.now(),
      waiting: () => [...this.#panes.values()].reduce((sum, pane) => sum + pane.waiting, 0),
      retry: () => this.#driver.act((session, now) => session.nudge(now)),
    });
    this.#list = new List({
      create: () => this.#create(),
      select: (id) => this.#select(id),
      rename: (terminal) => void this.#rename(terminal),
      kill: (terminal) => void this.#kill(terminal),
    });
    this.#keyRow = new KeyRow({
      type: (data) => this.#current?.type(data),
      hasApplicationCursor: () => this.#current?.hasApplicationCursor ?? false,
    });
    this.element = this.#layOut();
    const held = (id: Uint8Array) => this.#panes.get(toHex(id))?.held ?? [];
    leaveOnExit(() => withMore(session.save(), held), () => session.save());
  }

  /** Begins, once the element is on the page; at this place, if another device handed it over. */
  start(place?: Place): void {
    followViewport(() => this.#current?.layout());
    for (const { id, ch } of this.#resumed) this.#resume(id, ch);
    this.#driver.start();
    addEventListener("focus", () => this.#refresh());
    addEventListener("hashchange", () => this.#followHash());
    if (place) this.#takeUp(place);
    else this.#followHash();
  }

  #layOut(): HTMLElement {
    const back = button("‹", () => this.#showList(), { class: "icon back", "aria-label": "All terminals" });
    const more = button("⋯", () => this.#more(), { class: "icon more", "aria-label": "More for this terminal" });
    const header = h("header", {}, back, this.#title, this.#banner.element, this.#banner.dot, more);
    const work = h("div", { class: "work" }, this.#panesPlace, this.#keyRow.element);
    this.#entitle();
    return h("div", { class: "app", "data-view": "list" }, header, this.#list.element, work, this.#toasts.element);
  }

  #handle(event: SessionEvent): void {
    switch (event.name) {
      case "state":
        this.#banner.show(event.state);
        if (event.state.name === "live") this.#refresh();
        if (event.state.name === "closed") this.#closed(event.state.fault);
        return;
      case "fetched":
        if (event.req !== this.#listRequest) return;
        this.#listRequest = undefined;
        if (event.answer.ok) this.#listed(readList(event.answer.bytes));
        else this.#toasts.say(event.answer.fault.message);
        return;
      case "dial":
      case "cancelDial":
      case "hangUp":
        return;
      default:
        if (this.#errands.get(event.ch)?.handle(event)) this.#errands.delete(event.ch);
        if (event.name === "applied" && this.#renamed?.ch === event.ch && event.seq >= this.#renamed.seq) {
          this.#renamed = undefined;
          this.#refresh();
        }
        for (const pane of this.#panes.values()) if (pane.ch === event.ch) pane.handle(event);
        if (event.name === "opened" || event.name === "end") this.#refresh();
    }
  }

  /** The token is refused: the door says how to get in again. */
  #closed(fault: Fault): void {
    if (fault.mustSignIn) dispatchEvent(new CustomEvent("signed-out", { detail: fault.code === Code.Revoked ? fault.message : "" }));
  }

  #refresh(): void {
    if (this.#listRequest !== undefined) return;
    this.#listRequest = this.#driver.act((session) => session.fetch(KIND, listQuery()));
  }

  #listed(terminals: Terminal[]): void {
    this.#list.show(terminals);
    if (this.#wantsFirst && !this.#current) {
      const { newest } = this.#list;
      if (newest) this.#select(newest.id);
      else this.#create();
    }
    this.#wantsFirst = false;
    this.#entitle();
  }

  #resume(id: Uint8Array, ch: number): void {
    const pane = this.#pane(id);
    pane.start(this.#panesPlace, { name: "resume", ch });
    pane.hide();
  }

  /** Goes on where another device is. */
  #takeUp(place: Place): void {
    this.#open(place.channel, { name: "attach" });
    this.#current?.takeUp(place);
    this.#current?.focus();
  }

  #more(): void {
    const pane = this.#current;
    if (!pane) return this.#toasts.say("Open a terminal first.");
    choose("This terminal", [
      { label: "Continue on another device", act: () => void continueElsewhere(() => pane.place, this.#tokens).show() },
      { label: "Write before sending", act: () => pane.compose.open() },
    ]);
  }

  #create(): void {
    this.#open(crypto.getRandomValues(new Uint8Array(16)), { name: "create" });
    this.#current?.focus();
  }

  #select(id: Uint8Array): void {
    this.#open(id, { name: "attach" });
    if (matchMedia("(pointer: fine)").matches) this.#current?.focus();
  }

  #open(id: Uint8Array, start: Start): void {
    const known = this.#panes.get(toHex(id));
    const pane = known ?? this.#pane(id);
    this.element.dataset["view"] = "terminal";
    if (!known) pane.start(this.#panesPlace, this.#takeOver(id) ?? start);
    this.#show(pane);
  }

  /** An errand's channel becomes the pane's, with a fresh Snapshot: a channel is open once. */
  #takeOver(id: Uint8Array): Start | undefined {
    const errand = [...this.#errands.values()].find((errand) => toHex(errand.id) === toHex(id));
    if (!errand) return undefined;
    this.#errands.delete(errand.ch);
    this.#driver.act((session) => session.refresh(errand.ch, 0n));
    return { name: "resume", ch: errand.ch };
  }

  #pane(id: Uint8Array): Pane {
    const pane = new Pane(id, this.#driver, this.#toasts, {
      transform: (bytes) => this.#keyRow.transform(bytes),
      changed: () => (this.#entitle(), this.#banner.refresh()),
      copied: (text) => void copy(text, this.#toasts),
      over: () => this.#leave(pane),
    });
    this.#panes.set(toHex(id), pane);
    return pane;
  }

  #show(pane: Pane): void {
    if (this.#current !== pane) this.#current?.hide();
    this.#current = pane;
    this.#panes.delete(toHex(pane.id));
    this.#panes.set(toHex(pane.id), pane);
    for (const spare of tooMany([...this.#panes.values()], PANES_MAX)) this.#drop(spare);
    this.element.dataset["view"] = "terminal";
    pane.show();
    this.#list.mark(pane.id);
    history.replaceState(null, "", `#t=${toHex(pane.id)}`);
    this.#entitle();
  }

  #showList(): void {
    this.element.dataset["view"] = "list";
    this.#refresh();
  }

  #leave(pane: Pane): void {
    this.#drop(pane);
    if (this.#current !== pane) return;
    this.#current = undefined;
    this.#list.mark(undefined);
    history.replaceState(null, "", location.pathname);
    this.#showList();
    this.#entitle();
  }

  #drop(pane: Pane): void {
    this.#panes.delete(toHex(pane.id));
    pane.close();
  }

  #followHash(): void {
    const id = fromHex(new URLSearchParams(location.hash.slice(1)).get("t") ?? "");
    if (id?.length === 16) this.#select(id);
  }

  async #rename(terminal: Terminal): Promise<void> {
    const name = await askText("Rename terminal", "Name", nameOf(terminal), NAME_MAX);
    if (!name) return;
    const pane = this.#panes.get(toHex(terminal.id));
    if (pane?.ch === undefined || pane.isGone) return this.#tell(terminal.id, rename(name));
    const seq = pane.tell(rename(name));
    // One that waits behind a paste has no number yet: the list learns it when it is asked next.
    this.#renamed = seq === undefined ? undefined : { ch: pane.ch, seq };
  }

  async #kill(terminal: Terminal): Promise<void> {
    const text = terminal.end ? "It has ended; its output goes with it." : "Whatever runs in it is stopped.";
    if (!(await confirm(`End “${nameOf(terminal)}”?`, text, "End it"))) return;
    const pane = this.#panes.get(toHex(terminal.id));
    if (pane) this.#leave(pane);
    this.#list.hide(terminal.id);
    this.#tell(terminal.id, kill());
  }

  /** Tells something to a terminal that is not on the page. */
  #tell(id: Uint8Array, input: Uint8Array): void {
    const underWay = [...this.#errands.values()].find((errand) => toHex(errand.id) === toHex(id));
    const errand = underWay ?? new Errand(this.#driver, id, (trouble) => this.#told(id, trouble));
    this.#errands.set(errand.ch, errand);
    errand.tell(input);
  }

  #told(id: Uint8Array, trouble: Fault | undefined): void {
    if (trouble && trouble.code !== Code.Gone) {
      this.#toasts.say(trouble.message);
      this.#list.unhide(id);
    }
    this.#refresh();
  }

  #entitle(): void {
    const pane = this.#current;
    const terminal = pane && this.#list.find(pane.id);
    const title = pane ? pane.title || pane.name || (terminal ? nameOf(terminal) : "Terminal") : this.#gateway.host;
    this.#title.replaceChildren(h("span", { class: "host" }, this.#gateway.host), h("span", { class: "title" }, pane ? title : ""));
    document.title = pane ? `${title} · ${this.#gateway.host}` : `${this.#gateway.host} · devtail`;
  }
}
