// Short messages at the edge of the page that go by themselves, and questions that stay until they are answered.
import { h, key } from "./element";

const STAYS_MS = 6_000;
const TOASTS_MAX = 4;

export interface Action {
  label: string;
  act: () => void;
}

export class Toasts {
  readonly element = h("div", { class: "toasts", role: "status", "aria-live": "polite" });

  /** Says something for six seconds, and once: said again, it stays longer. */
  say(message: string): void {
    for (const said of this.element.children) if (said.textContent === message) said.remove();
    const toast = this.#add(message, []);
    setTimeout(() => toast.remove(), STAYS_MS);
  }

  /** Asks, and stays until one of the actions is taken. */
  ask(message: string, actions: readonly Action[]): void {
    this.#add(message, actions);
  }

  #add(message: string, actions: readonly Action[]): HTMLElement {
    const toast = h("div", { class: "toast" }, h("p", {}, message));
    if (actions.length > 0) toast.append(h("div", { class: "actions" }, ...actions.map(({ label, act }) => key(label, () => (toast.remove(), act())))));
    this.element.append(toast);
    while (this.element.childElementCount > TOASTS_MAX) this.element.firstElementChild?.remove();
    return toast;
  }
}
