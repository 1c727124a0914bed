// Something written before it is typed: it stays here until the person sends it, also when the page is loaded anew or the
// terminal is left for a while, and goes along to another device.
import { toHex } from "../wire/hex";
import { button, h } from "./element";

/** Under which key a tab keeps what is written for a terminal. */
const KEPT_PREFIX = "devtail.draft.";

export class Compose {
  readonly element: HTMLFormElement;
  readonly #field = h("textarea", { rows: "2", "aria-label": "Written and not sent", autocapitalize: "off", spellcheck: "false" });
  readonly #changed: () => void;
  readonly #key: string;

  /** `send`: the person wants this typed into the terminal of this id. `changed`: it takes more or less room now. */
  constructor(id: Uint8Array, send: (text: string) => void, changed: () => void) {
    this.#key = KEPT_PREFIX + toHex(id);
    this.#changed = changed;
    this.#field.addEventListener("input", () => this.#keep());
    const type = h("button", { type: "submit", class: "primary" }, "Type it");
    const drop = button("Discard", () => this.put(""));
    const onsubmit = (event: Event) => {
      event.preventDefault();
      const { text } = this;
      this.put("");
      send(text);
    };
    this.#field.value = sessionStorage.getItem(this.#key) ?? "";
    const isEmpty = this.#field.value === "";
    this.element = h("form", { class: "compose", hidden: isEmpty, onsubmit }, this.#field, h("div", { class: "actions" }, drop, type));
  }

  /** What was written and not sent; empty if the bar is closed. */
  get text(): string {
    return this.element.hidden ? "" : this.#field.value;
  }

  /** Shows this, or goes if it is nothing. */
  put(text: string): void {
    this.#field.value = text;
    this.#keep();
    this.#show(text !== "");
  }

  /** Opens it for writing. */
  open(): void {
    this.#show(true);
    this.#field.focus();
  }

  #keep(): void {
    try {
      if (this.#field.value === "") sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, this.#field.value);
    } catch {
      // Without room it lasts for as long as the page does.
    }
  }

  #show(isShown: boolean): void {
    this.element.hidden = !isShown;
    this.#changed();
  }
}
