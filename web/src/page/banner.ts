// The link's state, calmly: nothing while all is well, one quiet line when it is not.
import type { LinkState } from "../session/event";
import { button, h, key } from "./element";

/** A link that comes back within this was not worth a word. */
const QUIET_MS = 400;
const TICK_MS = 1_000;
/** From this silence on the last contact is told. */
const SILENT_MS = 6_500;
/** What was typed and not confirmed for this long is told, while the link seems well. */
const SLOW_MS = 2_000;

/** What the banner shows besides the state. */
export interface Surroundings {
  now(): number;
  /** Inputs typed and not settled. */
  waiting(): number;
  /** When something was last heard, if there is a link. */
  lastHeard(): number | undefined;
  retry(): void;
  /** Asks whether the link is alive. */
  probe(): void;
  /** Shows what waits. */
  explain(): void;
}

export class Banner {
  readonly element = h("div", { class: "banner", hidden: true });
  /** A dot in the header that says the same to who looks, and to who listens. */
  readonly dot = h("span", { class: "dot", role: "status" }, h("span", { class: "unseen" }, "Connecting"));
  readonly #text: HTMLButtonElement;
  readonly #action = h("span", { class: "action" });
  readonly #around: Surroundings;
  #state: LinkState = { name: "connecting" };
  #since = 0;
  #lastHeard: number | undefined;
  #waiting = 0;
  /** Since when nothing that waits was confirmed. */
  #stuckSince: number | undefined;
  /** Whether the link was asked since then. */
  #hasProbed = false;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#text = key("", () => around.explain(), { class: "what" });
    this.element.append(this.#text, this.#action);
    this.#since = around.now();
    this.show(this.#state);
  }

  show(state: LinkState): void {
    const isTrouble = this.#state.name !== "live" && state.name !== "live";
    if (!isTrouble) this.#since = this.#around.now();
    this.#state = state;
    this.dot.dataset["state"] = state.name;
    this.dot.firstElementChild!.textContent = SPOKEN[state.name];
    this.#action.replaceChildren(...this.#actions());
    this.refresh();
  }

  /** Writes the line anew: time has passed, or something was typed. */
  refresh(): void {
    this.#count();
    const isQuiet = this.#isQuiet();
    this.element.hidden = isQuiet;
    this.element.dataset["state"] = this.#state.name;
    this.#wakeLater();
    if (isQuiet) return;
    const keys = this.#waiting === 0 || this.#state.name === "closed" ? "" : ` · ${this.#waiting} ${this.#waiting === 1 ? "key" : "keys"} waiting`;
    const line = this.sentence + keys;
    if (this.#text.textContent !== line) this.#text.textContent = line;
  }

  /** How the link is. */
  get sentence(): string {
    const state = this.#state;
    const now = this.#around.now();
    switch (state.name) {
      case "live":
        if (!this.#isStuck(now)) return "Connected";
        return this.#silence(now) < SILENT_MS ? "Slow link" : this.lastContact;
      case "connecting":
        return "Connecting…";
      case "suspect":
        return now - state.since < SILENT_MS ? "Slow to answer" : this.lastContact;
      case "offline":
        return `Offline, back in ${seconds(state.until - now)} s`;
      case "asleep":
        return "Paused";
      case "closed":
        return state.fault.message;
    }
  }

  /** When something was last heard; empty before the first time. */
  get lastContact(): string {
    return this.#lastHeard === undefined ? "" : `Last contact ${seconds(this.#silence(this.#around.now()))} s ago`;
  }

  #isQuiet(): boolean {
    const now = this.#around.now();
    if (this.#state.name === "live") return !this.#isStuck(now);
    return this.#state.name !== "closed" && now - this.#since < QUIET_MS;
  }

  #isStuck(now: number): boolean {
    return this.#stuckSince !== undefined && now - this.#stuckSince >= SLOW_MS;
  }

  #begin(now: number): void {
    this.#stuckSince = now;
    this.#hasProbed = false;
  }

  /** How long nothing was heard. */
  #silence(now: number): number {
    return this.#lastHeard === undefined ? 0 : now - this.#lastHeard;
  }

  /** Fewer than before: something was confirmed, and the rest has its time again. */
  #count(): void {
    const now = this.#around.now();
    const waiting = this.#around.waiting();
    this.#lastHeard = this.#around.lastHeard() ?? this.#lastHeard;
    if (waiting === 0) this.#stuckSince = undefined;
    else if (waiting < this.#waiting || this.#stuckSince === undefined) this.#begin(now);
    else if (!this.#hasProbed && this.#state.name === "live" && this.#isStuck(now) && this.#silence(now) >= SLOW_MS) {
      this.#hasProbed = true;
      this.#around.probe();
    }
    this.#waiting = waiting;
  }

  #wakeLater(): void {
    clearTimeout(this.#tick);
    const isStill = this.#state.name === "closed" || (this.#state.name === "live" && this.#waiting === 0);
    if (isStill) return;
    const isYoung = this.#state.name !== "live" && this.#around.now() - this.#since < QUIET_MS;
    this.#tick = setTimeout(() => this.refresh(), isYoung ? QUIET_MS : TICK_MS);
  }

  #actions(): HTMLElement[] {
    if (this.#state.name === "offline") return [key("Try now", () => this.#around.retry())];
    if (this.#state.name !== "closed") return [];
    return [button("Reload", () => location.reload())];
  }
}

function seconds(time: number): number {
  return Math.max(1, Math.round(time / 1000));
}

const SPOKEN: Record<LinkState["name"], string> = {
  live: "Connected",
  connecting: "Connecting",
  suspect: "The connection is slow to answer",
  offline: "Offline",
  asleep: "Paused",
  closed: "Disconnected",
};
