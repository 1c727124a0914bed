// The list of terminals: open one, make one, name one, end one.
import type { Terminal } from "../generated/terminal_pb";
import { inWords } from "../terminal/message";
import { toHex } from "../wire/hex";
import { button, h } from "./element";

/** What a person does with the list. */
export interface ListListener {
  create(): void;
  select(id: Uint8Array): void;
  rename(terminal: Terminal): void;
  kill(terminal: Terminal): void;
}

export class List {
  readonly element = h("nav", { class: "list", "aria-label": "Terminals" });
  readonly #items = h("ul", {});
  readonly #empty = h("p", { class: "empty" }, "Looking for terminals…");
  readonly #listener: ListListener;
  #terminals: readonly Terminal[] = [];
  #current = "";
  /** Ended from here: the program may take a moment to go, and no longer matters. */
  readonly #ended = new Set<string>();

  constructor(listener: ListListener) {
    this.#listener = listener;
    const create = button("New terminal", () => listener.create(), { class: "primary create" });
    this.element.append(h("h2", {}, "Terminals"), this.#empty, this.#items, create);
  }

  /** The terminals there are, newest first. */
  show(terminals: readonly Terminal[]): void {
    this.#terminals = [...terminals].sort((a, b) => Number(b.createdMs - a.createdMs));
    this.#empty.textContent = "No terminal yet.";
    this.#draw();
  }

  /** Takes a terminal off the list. */
  hide(id: Uint8Array): void {
    this.#ended.add(toHex(id));
    this.#draw();
  }

  /** Puts it back: it was not ended. */
  unhide(id: Uint8Array): void {
    this.#ended.delete(toHex(id));
    this.#draw();
  }

  /** Marks the one that is looked at. */
  mark(id: Uint8Array | undefined): void {
    this.#current = id ? toHex(id) : "";
    this.#draw();
  }

  /** The terminal of this id, if it is known. */
  find(id: Uint8Array): Terminal | undefined {
    return this.#terminals.find((terminal) => toHex(terminal.id) === toHex(id));
  }

  /** The terminal in which this command runs. */
  running(command: readonly string[]): Terminal | undefined {
    const isSame = (other: readonly string[]) => other.length === command.length && other.every((word, index) => word === command[index]);
    return this.#terminals.find((terminal) => !terminal.end && !this.#ended.has(toHex(terminal.id)) && isSame(terminal.command));
  }

  get newest(): Terminal | undefined {
    return this.#terminals.find((terminal) => !terminal.end && !terminal.silent);
  }

  #draw(): void {
    const shown = this.#terminals.filter((terminal) => !this.#ended.has(toHex(terminal.id)));
    this.#empty.hidden = shown.length > 0;
    this.#items.replaceChildren(...shown.map((terminal) => this.#item(terminal)));
  }

  #item(terminal: Terminal): HTMLElement {
    const name = nameOf(terminal);
    const isCurrent = toHex(terminal.id) === this.#current;
    const open = h(
      "button",
      { type: "button", class: "open", onclick: () => this.#listener.select(terminal.id), "aria-current": isCurrent ? "true" : false },
      h("span", { class: "name" }, name),
      h("span", { class: "about" }, about(terminal)),
    );
    const rename = button("✎", () => this.#listener.rename(terminal), { class: "icon", "aria-label": `Rename ${name}`, title: "Rename" });
    const kill = button("✕", () => this.#listener.kill(terminal), { class: "icon", "aria-label": `End ${name}`, title: "End" });
    return h("li", { "data-ended": terminal.end !== undefined }, open, rename, kill);
  }
}

export function nameOf(terminal: Terminal): string {
  return terminal.name || terminal.title || terminal.command[0]?.split("/").at(-1) || "Terminal";
}

function about(terminal: Terminal): string {
  if (terminal.silent) return "Not answering";
  if (terminal.end) return inWords(terminal.end);
  const others = terminal.viewers > 1 ? ` · ${terminal.viewers} devices` : "";
  const what = terminal.title && terminal.title !== nameOf(terminal) ? terminal.title : terminal.cwd || terminal.command.join(" ");
  return (what || "Running") + others;
}
