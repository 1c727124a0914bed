// What a guest sees: one terminal, until a time, and nothing to type into.
import { Driver } from "../driver/driver";
import type { Gateway, Shown } from "../driver/pairing";
import type { Tokens } from "../driver/tokens";
import type { SessionEvent } from "../session/event";
import { ClientSession } from "../session/session";
import { Code } from "../wire/fault";
import { fromHex } from "../wire/hex";
import { ZSTD_WINDOW_LOG } from "../wire/limits";
import { Banner } from "./banner";
import { copySelection } from "./clipboard";
import { h } from "./element";
import { follow } from "./link-opener";
import { Pane } from "./pane";
import type { Preferences } from "./preferences";
import { StickyKeys } from "./sticky";
import { Toasts } from "./toast";
import { followViewport } from "./viewport";

const AGENT = "devtail-web-guest 0.1.0";
const TICK_MS = 1_000;

export class GuestApp {
  readonly element: HTMLElement;
  readonly #driver: Driver;
  readonly #toasts = new Toasts();
  readonly #banner: Banner;
  readonly #pane: Pane;
  readonly #place = h("div", { class: "panes" });
  readonly #title = h("h1", {});
  readonly #gateway: Gateway;
  readonly #shown: Shown;

  constructor(gateway: Gateway, shown: Shown, tokens: Tokens, preferences: Preferences) {
    this.#gateway = gateway;
    this.#shown = shown;
    const session = new ClientSession({ client: crypto.getRandomValues(new Uint8Array(16)), agent: AGENT, zstdWindowLog: ZSTD_WINDOW_LOG });
    this.#driver = new Driver(session, tokens, (event) => this.#handle(event));
    const nudge = () => this.#driver.act((session, now) => session.nudge(now));
    this.#banner = new Banner({
      now: () => this.#driver.now(),
      waiting: () => 0,
      lastHeard: () => session.contact?.lastHeard,
      retry: nudge,
      probe: nudge,
      explain: () => undefined,
    });
    const ignore = () => undefined;
    this.#pane = new Pane(fromHex(shown.channel)!, this.#driver, this.#toasts, preferences, new StickyKeys(ignore), {
      changed: () => (this.#entitle(), this.#banner.refresh()),
      // What a program copies is for its owner's clipboard, not for a guest's.
      copied: ignore,
      selected: (text) => void copySelection(text, this.#toasts),
      pasteWanted: ignore,
      followed: (address) => void follow(address, (why) => this.#toasts.say(why)),
      finished: ignore,
      over: ignore,
    });
    const left = h("p", { class: "guest-until", role: "status" });
    const header = h("header", {}, this.#title, left, this.#banner.element, this.#banner.dot);
    this.element = h("div", { class: "app guest", "data-view": "terminal" }, header, h("main", { class: "work" }, this.#place), this.#toasts.element);
    const say = () => (left.textContent = `Read only, until ${clock(shown.until)}`);
    say();
    setInterval(say, TICK_MS * 60);
    this.#entitle();
  }

  /** Begins, once the element is on the page. */
  start(): void {
    followViewport(() => this.#pane.layout());
    this.#driver.start();
    this.#pane.start(this.#place, { name: "watch" });
    this.#pane.show();
    document.addEventListener("visibilitychange", () => this.#pane.look());
  }

  #handle(event: SessionEvent): void {
    switch (event.name) {
      case "state":
        this.#banner.show(event.state);
        if (event.state.name === "closed") dispatchEvent(new CustomEvent("shared-no-more", { detail: event.state.fault.code === Code.Revoked ? event.state.fault.message : "" }));
        return;
      case "dial":
      case "cancelDial":
      case "hangUp":
      case "fetched":
        return;
      default:
        if (this.#pane.ch === event.ch) this.#pane.handle(event);
    }
  }

  #entitle(): void {
    const title = this.#pane.title || this.#pane.name || this.#shown.name || "Terminal";
    this.#title.replaceChildren(h("span", { class: "host" }, this.#gateway.host), h("span", { class: "title" }, title));
    document.title = `${title} · ${this.#gateway.host}`;
  }
}

function clock(ms: number): string {
  const date = new Date(ms);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], isToday ? { timeStyle: "short" } : { dateStyle: "short", timeStyle: "short" });
}
