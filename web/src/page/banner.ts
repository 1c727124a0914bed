// The link's state, calmly: nothing while all is well, one quiet line when it is not.
import type { LinkState } from "../session/event";
import { button, h, key } from "./element";

/** A link that comes back within this was not worth a word. */
const QUIET_MS = 400;
const TICK_MS = 1_000;

/** What the banner shows besides the state. */
export interface Surroundings {
  now(): number;
  /** Inputs typed and not settled. */
  waiting(): number;
  retry(): void;
}

export class Banner {
  readonly element = h("div", { class: "banner", hidden: true });
  /** A dot in the header that says the same to who looks, and to who listens. */
  readonly dot = h("span", { class: "dot", role: "status" }, h("span", { class: "unseen" }, "Connecting"));
  readonly #text = h("span", {});
  readonly #action = h("span", { class: "action" });
  readonly #around: Surroundings;
  #state: LinkState = { name: "connecting" };
  #since = 0;
  #tick: ReturnType<typeof setInterval> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
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
    clearInterval(this.#tick);
    if (state.name !== "live" && state.name !== "closed") this.#tick = setInterval(() => this.refresh(), TICK_MS);
    if (state.name === "live" || state.name === "closed") this.refresh();
    else setTimeout(() => this.refresh(), QUIET_MS);
  }

  /** Writes the line anew: time has passed, or something was typed. */
  refresh(): void {
    const isQuiet = this.#state.name === "live" || (this.#state.name !== "closed" && this.#around.now() - this.#since < QUIET_MS);
    this.element.hidden = isQuiet;
    this.element.dataset["state"] = this.#state.name;
    if (isQuiet) return;
    const waiting = this.#around.waiting();
    const keys = waiting === 0 || this.#state.name === "closed" ? "" : ` · ${waiting} ${waiting === 1 ? "key" : "keys"} waiting`;
    this.#text.textContent = this.#sentence() + keys;
  }

  #sentence(): string {
    const state = this.#state;
    const seconds = (time: number) => Math.max(1, Math.round(time / 1000));
    switch (state.name) {
      case "live":
        return "Connected";
      case "connecting":
        return "Connecting…";
      case "suspect":
        return `Last contact ${seconds(this.#around.now() - state.since)} s ago`;
      case "offline":
        return `Offline, back in ${seconds(state.until - this.#around.now())} s`;
      case "asleep":
        return "Paused";
      case "closed":
        return state.fault.message;
    }
  }

  #actions(): HTMLElement[] {
    if (this.#state.name === "offline") return [key("Try now", () => this.#around.retry())];
    if (this.#state.name !== "closed") return [];
    return [button("Reload", () => location.reload())];
  }
}

const SPOKEN: Record<LinkState["name"], string> = {
  live: "Connected",
  connecting: "Connecting",
  suspect: "The connection is slow to answer",
  offline: "Offline",
  asleep: "Paused",
  closed: "Disconnected",
};
