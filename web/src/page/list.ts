// The list of terminals: open one, make one, name one, end one. Other parts of the page add sections of their own below.
import type { Terminal } from "../generated/terminal_pb";
import { inWords } from "../terminal/message";
import { toHex } from "../wire/hex";
import { button, h } from "./element";
import { type Glyph, glyph } from "./glyph";

/** What a person does with the list. */
export interface ListListener {
  create(): void;
  select(id: Uint8Array): void;
  rename(terminal: Terminal): void;
  kill(terminal: Terminal): void;
  /** Whether something came in it since it was looked at. */
  hasNews(id: Uint8Array): boolean;
  /** The title it has now, if it is open here: the list's own may be older. */
  titleNow(id: Uint8Array): string | undefined;
}

export class List {
  readonly element = h("nav", { class: "list", "aria-label": "Terminals" });
  readonly #items = h("ul", {});
  readonly #empty = h("p", { class: "empty" }, "Looking for terminals…");
  readonly #sections = h("div", { class: "sections" });
  readonly #listener: ListListener;
  #terminals: readonly Terminal[] = [];
  #current = "";
  #drawn = "";
  /** Ended from here: the program may take a moment to go, and no longer matters. */
  readonly #ended = new Set<string>();

  constructor(listener: ListListener) {
    this.#listener = listener;
    const create = button("New terminal", () => listener.create(), { class: "primary create" });
    this.element.append(h("h2", {}, "Terminals"), this.#empty, this.#items, create, this.#sections);
  }

  /** Adds a section below the terminals: sessions of another kind, shared ones. */
  addSection(section: HTMLElement): void {
    this.#sections.append(section);
  }

  /** The terminals there are, newest first. */
  show(terminals: readonly Terminal[]): void {
    this.#terminals = [...terminals].sort((a, b) => Number(b.createdMs - a.createdMs));
    this.#empty.textContent = "No terminal yet.";
    this.#empty.hidden = this.shown.length > 0;
    this.refresh();
  }

  /** Takes a terminal off the list. */
  hide(id: Uint8Array): void {
    this.#ended.add(toHex(id));
    this.refresh();
  }

  /** Puts it back: it was not ended. */
  unhide(id: Uint8Array): void {
    this.#ended.delete(toHex(id));
    this.refresh();
  }

  /** Marks the one that is looked at. */
  mark(id: Uint8Array | undefined): void {
    this.#current = id ? toHex(id) : "";
    this.refresh();
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
    return this.shown.find((terminal) => !terminal.end && !terminal.silent);
  }

  /** Those on the list, newest first. */
  get shown(): readonly Terminal[] {
    return this.#terminals.filter((terminal) => !this.#ended.has(toHex(terminal.id))).map((terminal) => this.#fresh(terminal));
  }

  #fresh(terminal: Terminal): Terminal {
    const title = this.#listener.titleNow(terminal.id);
    return title === undefined || title === terminal.title ? terminal : { ...terminal, title };
  }

  /** Draws it anew: something is known that was not. */
  refresh(): void {
    const drawn = this.shown.map((terminal) => [toHex(terminal.id), nameOf(terminal), about(terminal), terminal.viewers, this.#listener.hasNews(terminal.id)].join("\n")).join("\0") + this.#current;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["key"] : undefined;
    this.#empty.hidden = this.shown.length > 0;
    this.#items.replaceChildren(...this.shown.map((terminal) => this.#item(terminal)));
    if (focused !== undefined) this.#items.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  }

  #item(terminal: Terminal): HTMLElement {
    const name = nameOf(terminal);
    const id = toHex(terminal.id);
    const news = this.#listener.hasNews(terminal.id) ? [h("span", { class: "news" }, h("span", { class: "unseen" }, "New output"))] : [];
    const open = h(
      "button",
      { type: "button", class: "open", onclick: () => this.#listener.select(terminal.id), "aria-current": id === this.#current ? "true" : false, "data-key": `open-${id}` },
      h("span", { class: "name" }, ...news, h("span", {}, name)),
      h("span", { class: "about" }, about(terminal)),
    );
    const sign = (glyphName: Glyph, word: string, act: () => void) => {
      const made = button("", act, { class: "icon", "aria-label": `${word} ${name}`, title: word, "data-key": `${word}-${id}` });
      made.append(glyph(glyphName));
      return made;
    };
    const rename = sign("pencil", "Rename", () => this.#listener.rename(terminal));
    const kill = sign("close", "End", () => this.#listener.kill(terminal));
    return h("li", { "data-ended": String(terminal.end !== undefined) }, open, ...attached(terminal), rename, kill);
  }
}

export function nameOf(terminal: Terminal): string {
  return terminal.name || terminal.title || terminal.command[0]?.split("/").at(-1) || "Terminal";
}

function about(terminal: Terminal): string {
  if (terminal.silent) return "Not answering";
  if (terminal.end) return inWords(terminal.end);
  const what = terminal.title && terminal.title !== nameOf(terminal) ? terminal.title : terminal.cwd || terminal.command.join(" ");
  return what || "Running";
}

/** How many devices look at it, where it is more than one. */
function attached({ viewers }: Terminal): HTMLElement[] {
  if (viewers < 2) return [];
  const count = h("span", { class: "attached", title: `${viewers} devices attached` }, String(viewers), h("span", { class: "unseen" }, " devices attached"));
  count.prepend(glyph("devices"));
  return [count];
}
