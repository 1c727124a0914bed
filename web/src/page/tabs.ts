// The terminals that are open on this page, as tabs on a wide screen.
import { toHex } from "../wire/hex";
import { button, h } from "./element";
import { glyph } from "./glyph";

/** One tab. */
export interface TabEntry {
  id: Uint8Array;
  label: string;
  isCurrent: boolean;
  hasNews: boolean;
}

export interface TabsListener {
  select(id: Uint8Array): void;
  /** Takes the tab off the page; the terminal goes on. */
  close(id: Uint8Array): void;
  create(): void;
}

export class Tabs {
  readonly element = h("nav", { class: "tabs", "aria-label": "Open terminals" });
  readonly #listener: TabsListener;
  readonly #strip = h("ul", {});
  #drawn = "";

  constructor(listener: TabsListener) {
    this.#listener = listener;
    const create = button("", () => listener.create(), { class: "icon", "aria-label": "New tab", title: "New terminal" });
    create.append(glyph("plus"));
    this.element.append(this.#strip, create);
  }

  show(entries: readonly TabEntry[]): void {
    const drawn = JSON.stringify(entries.map(({ id, ...entry }) => [toHex(id), entry]));
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#strip.replaceChildren(...entries.map((entry) => this.#tab(entry)));
    this.#strip.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #tab({ id, label, isCurrent, hasNews }: TabEntry): HTMLElement {
    const open = button("", () => this.#listener.select(id), { class: "tab", title: label, "aria-current": isCurrent ? "page" : false });
    if (hasNews) open.append(h("span", { class: "news" }, h("span", { class: "unseen" }, "New output in ")));
    open.append(h("span", { class: "label" }, label));
    const close = button("", () => this.#listener.close(id), { class: "icon", "aria-label": `Close the tab of ${label}`, title: "Close tab; the terminal goes on" });
    close.append(glyph("close"));
    return h("li", {}, open, close);
  }
}
