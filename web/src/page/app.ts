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
import { kill, listQuery, NAME_MAX, readList, rename, spec } from "../terminal/message";
import { isAttachment } from "../terminal/tmux";
import { Code, type Fault } from "../wire/fault";
import { fromHex, toHex } from "../wire/hex";
import { ZSTD_WINDOW_LOG } from "../wire/limits";
import { Banner } from "./banner";
import { copySelection, readClipboardText } from "./clipboard";
import { copy } from "./copy";
import { askText, confirm } from "./dialog";
import { Errands } from "./errands";
import { Frame } from "./frame";
import { installer, serveOffline } from "./install";
import { KeyRow } from "./key-row";
import { follow } from "./link-opener";
import { List, nameOf } from "./list";
import { type MenuItem, showMenu } from "./menu";
import { Pane } from "./pane";
import type { Start } from "./pane-listener";
import { paneMenu } from "./pane-menu";
import { Panes } from "./panes";
import type { Preferences } from "./preferences";
import { ask } from "./question";
import { type SettingsLine, showSettings } from "./settings-sheet";
import { refreshPush } from "./push";
import { pushLine } from "./push-line";
import { listenForShortcuts, SHORTCUT_WORDS } from "./shortcuts";
import { StickyKeys } from "./sticky";
import { Tmux } from "./tmux";
import { Toasts } from "./toast";
import { followViewport } from "./viewport";
import { showWaiting } from "./waiting-sheet";

const VERSION = "0.1.0";
const AGENT = `devtail-web ${VERSION}`;

export class App {
  readonly element: HTMLElement;
  readonly #gateway: Gateway;
  readonly #tokens: Tokens;
  readonly #driver: Driver;
  readonly #preferences: Preferences;
  readonly #toasts = new Toasts();
  readonly #sticky = new StickyKeys(() => this.#keyRow.refresh());
  readonly #keyRow: KeyRow;
  readonly #banner: Banner;
  readonly #list: List;
  readonly #tmux: Tmux;
  readonly #frame: Frame;
  readonly #panes = new Panes();
  readonly #errands: Errands;
  /** Lines of the settings that other parts of the page bring. */
  readonly #settingsLines: SettingsLine[] = [];
  /** The input that gave a terminal a new name: once it is applied, the list has it. */
  #renamed: { ch: number; seq: bigint } | undefined;
  #listRequest: number | undefined;
  /** What the last page of this tab had open. */
  readonly #resumed: readonly { id: Uint8Array; ch: number }[];
  /** A browser that was just paired and finds no terminal makes one. */
  #wantsFirst: boolean;

  constructor(gateway: Gateway, tokens: Tokens, instance: Instance, preferences: Preferences, isNew: boolean) {
    this.#gateway = gateway;
    this.#tokens = tokens;
    this.#preferences = preferences;
    this.#wantsFirst = isNew;
    const session = new ClientSession({ client: instance.client, agent: AGENT, zstdWindowLog: ZSTD_WINDOW_LOG });
    const channels = instance.saved ? session.restore(instance.saved, Priority.FOCUSED) : [];
    this.#resumed = channels.map((ch, index) => ({ id: instance.saved!.channels[index]!.id, ch }));
    this.#driver = new Driver(session, tokens, (event) => this.#handle(event));
    this.#errands = new Errands(this.#driver, (id, trouble) => this.#told(id, trouble));
    const nudge = () => this.#driver.act((session, now) => session.nudge(now));
    this.#banner = new Banner({
      now: () => this.#driver.now(),
      waiting: () => this.#panes.waiting,
      lastHeard: () => session.contact?.lastHeard,
      retry: nudge,
      probe: nudge,
      explain: () => this.#explain(),
    });
    this.#list = this.#makeList();
    this.#tmux = new Tmux(this.#driver, this.#toasts, (command, name) => this.#openCommand(command, name));
    this.#list.element.append(this.#tmux.element);
    const paste = () => void this.#paste();
    this.#keyRow = new KeyRow({ type: (text) => this.#panes.current?.type(text), press: (name) => this.#panes.current?.press(name), paste }, this.#sticky);
    this.#frame = this.#makeFrame();
    this.element = this.#frame.element;
    this.#entitle();
    const held = (id: Uint8Array) => this.#panes.get(id)?.held ?? [];
    leaveOnExit(() => withMore(session.save(), held), () => session.save());
  }

  /** Begins, once the element is on the page; at this place, if another device handed it over. */
  start(place?: Place): void {
    followViewport(() => this.#panes.current?.layout());
    for (const { id, ch } of this.#resumed) this.#resume(id, ch);
    this.#driver.start();
    addEventListener("focus", () => this.#refresh());
    addEventListener("hashchange", () => this.#followHash());
    listenForShortcuts({
      create: () => this.#create(),
      step: (by) => this.#step(by),
      go: (place) => this.#go(place),
      list: () => this.#showList(),
      search: () => this.#panes.current?.search(),
    });
    const reload = { label: "Reload", act: () => location.reload() };
    serveOffline(() => this.#toasts.ask("A newer version of this page is ready.", [reload, { label: "Later", act: () => undefined }]));
    this.#settingsLines.push(pushLine(this.#tokens, (message) => this.#toasts.say(message)));
    void refreshPush(this.#tokens).catch(() => undefined);
    navigator.serviceWorker?.addEventListener("message", ({ data }) => this.#led(data));
    document.addEventListener("visibilitychange", () => this.#panes.current?.look());
    if (place) this.#takeUp(place);
    else this.#followHash();
  }

  /** A notification was tapped. */
  #led(told: unknown): void {
    const { name, fragment } = (told ?? {}) as Partial<Record<string, unknown>>;
    if (name !== "open" || typeof fragment !== "string") return;
    location.hash = fragment;
    // Nothing changes, and nobody is told, where the list is shown over this very terminal.
    this.#followHash();
  }

  /** Goes on where another device is. */
  #takeUp(place: Place): void {
    this.#open(place.channel, { name: "attach" });
    this.#panes.current?.takeUp(place);
    this.#panes.current?.focus();
  }

  #makeList(): List {
    return new List({
      create: () => this.#create(),
      select: (id) => this.#select(id),
      rename: (terminal) => void this.#rename(terminal),
      kill: (terminal) => void this.#kill(terminal),
      hasNews: (id) => this.#panes.get(id)?.hasNews ?? false,
      titleNow: (id) => this.#panes.get(id)?.title || undefined,
    });
  }

  #makeFrame(): Frame {
    const parts = { banner: this.#banner.element, dot: this.#banner.dot, list: this.#list.element, keyRow: this.#keyRow.element, toasts: this.#toasts.element };
    return new Frame(this.#gateway.host, parts, {
      showList: () => this.#showList(),
      search: () => this.#panes.current?.search(),
      openMenu: () => this.#openMenu(),
      swiped: (step) => this.#step(step),
      select: (id) => this.#select(id),
      close: (id) => this.#closeTab(id),
      create: () => this.#create(),
    });
  }

  #handle(event: SessionEvent): void {
    switch (event.name) {
      case "state":
        this.#banner.show(event.state);
        if (event.state.name === "live") this.#refresh();
        if (event.state.name === "closed") this.#closed(event.state.fault);
        return;
      case "fetched":
        if (this.#tmux.handle(event)) return;
        for (const pane of this.#panes.all) pane.handle(event);
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
        this.#errands.handle(event.ch, event);
        if (event.name === "applied" && this.#renamed?.ch === event.ch && event.seq >= this.#renamed.seq) {
          this.#renamed = undefined;
          this.#refresh();
        }
        for (const pane of this.#panes.all) if (pane.ch === event.ch) pane.handle(event);
        if (event.name === "opened" || event.name === "end") this.#refresh();
    }
  }

  /** The token is refused: the door says how to get in again. */
  #closed(fault: Fault): void {
    if (fault.mustSignIn) dispatchEvent(new CustomEvent("signed-out", { detail: fault.code === Code.Revoked ? fault.message : "" }));
  }

  #refresh(): void {
    this.#tmux.refresh();
    this.#listRequest ??= ask(this.#driver, listQuery());
  }

  #listed(terminals: Terminal[]): void {
    this.#list.show(terminals);
    if (this.#wantsFirst && !this.#panes.current) {
      const { newest } = this.#list;
      if (newest) this.#select(newest.id);
      else this.#create();
    }
    this.#wantsFirst = false;
    this.#entitle();
  }

  #resume(id: Uint8Array, ch: number): void {
    const pane = this.#pane(id);
    pane.start(this.#frame.panes, { name: "resume", ch });
    pane.hide();
  }

  #create(): void {
    this.#open(crypto.getRandomValues(new Uint8Array(16)), { name: "create" });
    this.#panes.current?.focus();
  }

  /** Opens a terminal with this command in it, or the one that has it. */
  #openCommand(command: string[], name: string): void {
    const known = this.#list.running(command);
    if (known) return this.#select(known.id);
    const start: Start = { name: "create", spec: (size) => spec(size, command, name) };
    this.#open(crypto.getRandomValues(new Uint8Array(16)), start);
    this.#panes.current?.focus();
  }

  #select(id: Uint8Array): void {
    this.#open(id, { name: "attach" });
    if (matchMedia("(pointer: fine)").matches) this.#panes.current?.focus();
  }

  /** Terminals as they stand in a row: those on the list that run, and those open here, the oldest first. */
  get #row(): Uint8Array[] {
    const listed = this.#list.shown.filter(({ id, end }) => !end || this.#panes.get(id)).map(({ id }) => id);
    const unlisted = this.#panes.all.map(({ id }) => id).filter((id) => !this.#list.find(id));
    return [...listed.reverse(), ...unlisted];
  }

  #step(by: -1 | 1): void {
    const row = this.#row;
    const { current } = this.#panes;
    const at = current ? row.findIndex((id) => toHex(id) === toHex(current.id)) : -1;
    const to = row[(at + by + row.length) % row.length];
    if (!to || (current && toHex(to) === toHex(current.id))) return;
    const hadFocus = current?.element.contains(document.activeElement) ?? false;
    this.#select(to);
    if (hadFocus) this.#panes.current?.focus();
    this.#frame.slide(by);
  }

  #go(place: number): void {
    const id = this.#row[place];
    if (id) this.#select(id);
  }

  #open(id: Uint8Array, start: Start): void {
    const known = this.#panes.get(id);
    const pane = known ?? this.#pane(id);
    this.#frame.view = "terminal";
    const errand = known ? undefined : this.#errands.handOver(id);
    if (!known) pane.start(this.#frame.panes, errand === undefined ? start : { name: "resume", ch: errand });
    this.#panes.show(pane);
    this.#list.mark(pane.id);
    history.replaceState(null, "", `#t=${toHex(pane.id)}`);
    this.#entitle();
  }

  #pane(id: Uint8Array): Pane {
    const pane = new Pane(id, this.#driver, this.#toasts, this.#preferences, this.#sticky, {
      changed: () => (this.#entitle(), this.#banner.refresh()),
      copied: (text) => void copy(text, this.#toasts),
      selected: (text) => void copySelection(text, this.#toasts),
      pasteWanted: () => void this.#paste(),
      followed: (address) => void follow(address, (why) => this.#toasts.say(why)),
      finished: (words) => pane !== this.#panes.current && this.#toasts.say(`${this.#titleOf(pane)}: ${words}`),
      over: () => this.#leave(pane),
    });
    this.#panes.add(pane);
    return pane;
  }

  #showList(): void {
    this.#frame.view = "list";
    this.#refresh();
    this.#list.refresh();
  }

  #closeTab(id: Uint8Array): void {
    const pane = this.#panes.get(id);
    if (pane) this.#leave(pane);
  }

  #leave(pane: Pane): void {
    const wasCurrent = this.#panes.drop(pane);
    const next = this.#panes.all.at(-1);
    if (!wasCurrent) return this.#entitle();
    this.#list.mark(undefined);
    history.replaceState(null, "", location.pathname);
    this.#refresh();
    if (next && this.#frame.isWide) return this.#select(next.id);
    this.#showList();
    this.#entitle();
  }

  #followHash(): void {
    const id = fromHex(new URLSearchParams(location.hash.slice(1)).get("t") ?? "");
    if (id?.length === 16) this.#select(id);
  }

  async #paste(): Promise<void> {
    const text = await readClipboardText();
    if (text !== "") this.#panes.current?.paste(text);
  }

  async #rename(terminal: Terminal): Promise<void> {
    const name = await askText("Rename terminal", "Name", nameOf(terminal), NAME_MAX);
    if (!name) return;
    const pane = this.#panes.get(terminal.id);
    if (pane?.ch === undefined || pane.isGone) return this.#errands.tell(terminal.id, rename(name));
    const seq = pane.tell(rename(name));
    // One that waits behind a paste has no number yet: the list learns it when it is asked next.
    this.#renamed = seq === undefined ? undefined : { ch: pane.ch, seq };
  }

  async #kill(terminal: Terminal): Promise<void> {
    const running = isAttachment(terminal.command) ? "Its tmux session goes on." : "Whatever runs in it is stopped.";
    const text = terminal.end ? "It has ended; its output goes with it." : running;
    if (!(await confirm(`End “${nameOf(terminal)}”?`, text, "End it"))) return;
    const pane = this.#panes.get(terminal.id);
    this.#list.hide(terminal.id);
    if (pane) this.#leave(pane);
    this.#errands.tell(terminal.id, kill());
  }

  #told(id: Uint8Array, trouble: Fault | undefined): void {
    if (trouble && trouble.code !== Code.Gone) {
      this.#toasts.say(trouble.message);
      this.#list.unhide(id);
    }
    this.#refresh();
  }

  /** What the three dots offer; each part of the page adds its group. */
  #openMenu(): void {
    const pane = this.#panes.current;
    const isTerminal = pane && this.#frame.view === "terminal";
    const install = installer();
    const app: MenuItem[] = [
      ...(install ? [{ label: "Install as an app", act: install }] : []),
      { label: "Settings", act: () => this.#openSettings() },
    ];
    showMenu(isTerminal ? this.#titleOf(pane) : this.#gateway.host, [...(isTerminal ? this.#menuOf(pane) : []), app]);
  }

  #menuOf(pane: Pane): MenuItem[][] {
    return paneMenu(pane, this.#titleOf(pane), this.#list.find(pane.id), this.#tokens, this.#toasts, {
      paste: () => void this.#paste(),
      rename: (terminal) => void this.#rename(terminal),
      kill: (terminal) => void this.#kill(terminal),
    });
  }

  #openSettings(): void {
    const facts: [string, string][] = [["Version", VERSION], ["Gateway", this.#gateway.host]];
    if (this.#gateway.device) facts.push(["This device", this.#gateway.device]);
    const shortcuts = this.#frame.isWide ? SHORTCUT_WORDS.map(([keys, does]): [string, string] => [does, keys]) : [];
    showSettings(this.#preferences, this.#settingsLines, [...shortcuts, ...facts]);
  }

  #explain(): void {
    const terminals = this.#panes.all.filter(({ waiting }) => waiting > 0);
    const contact = [this.#banner.sentence, this.#banner.lastContact].filter((part, index, all) => part && all.indexOf(part) === index).join(". ");
    showWaiting(`${contact}.`, terminals.map((pane) => ({ name: this.#titleOf(pane), waiting: pane.waitingText, withdraw: () => pane.withdraw() })));
  }

  #titleOf(pane: Pane): string {
    const terminal = this.#list.find(pane.id);
    return pane.title || pane.name || (terminal ? nameOf(terminal) : "Terminal");
  }

  #entitle(): void {
    const { current } = this.#panes;
    const open = this.#row.flatMap((id) => this.#panes.get(id) ?? []);
    const entries = open.map((pane) => ({ id: pane.id, label: this.#titleOf(pane), isCurrent: pane === current, hasNews: pane.hasNews }));
    this.#frame.entitle(current && this.#titleOf(current), entries);
    this.#list.refresh();
  }
}
