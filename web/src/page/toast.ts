// Short messages at the edge of the page that go by themselves, and questions that stay until they are answered.
import { h, key } from "./element";

const STAYS_MS = 6_000;
/** Messages at once, and questions: neither takes the place of the other. */
const TOASTS_MAX = 4;
const QUESTIONS_MAX = 8;

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

  /** Asks, and stays until one of the actions is taken, or the same is asked about something newer. */
  ask(message: string, actions: readonly Action[], topic = message): void {
    for (const asked of this.#all(true)) if (asked.dataset["topic"] === topic) asked.remove();
    this.#add(message, actions).dataset["topic"] = topic;
  }

  #add(message: string, actions: readonly Action[]): HTMLElement {
    const toast = h("div", { class: "toast" }, h("p", {}, message));
    if (actions.length > 0) toast.append(h("div", { class: "actions" }, ...actions.map(({ label, act }) => key(label, () => (toast.remove(), act())))));
    this.element.append(toast);
    const isQuestion = actions.length > 0;
    for (const old of this.#all(isQuestion).slice(0, -(isQuestion ? QUESTIONS_MAX : TOASTS_MAX))) old.remove();
    return toast;
  }

  /** The questions that stand here, or the messages, oldest first. */
  #all(areQuestions: boolean): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(".toast")].filter((toast) => (toast.querySelector(".actions") !== null) === areQuestions);
  }
}
