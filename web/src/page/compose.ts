// Something written before it is typed: it stays here until the person sends it, and goes along to another device.
import { button, h } from "./element";

export class Compose {
  readonly element: HTMLFormElement;
  readonly #field = h("textarea", { rows: "2", "aria-label": "Written and not sent", autocapitalize: "off", spellcheck: "false" });
  readonly #changed: () => void;

  /** `send`: the person wants this typed. `changed`: it takes more or less room now. */
  constructor(send: (text: string) => void, changed: () => void) {
    this.#changed = changed;
    const type = h("button", { type: "submit", class: "primary" }, "Type it");
    const drop = button("Discard", () => this.put(""));
    const onsubmit = (event: Event) => {
      event.preventDefault();
      const { text } = this;
      this.put("");
      send(text);
    };
    this.element = h("form", { class: "compose", hidden: true, onsubmit }, this.#field, h("div", { class: "actions" }, drop, type));
  }

  /** What was written and not sent; empty if the bar is closed. */
  get text(): string {
    return this.element.hidden ? "" : this.#field.value;
  }

  /** Shows this, or goes if it is nothing. */
  put(text: string): void {
    this.#field.value = text;
    this.#show(text !== "");
  }

  /** Opens it for writing. */
  open(): void {
    this.#show(true);
    this.#field.focus();
  }

  #show(isShown: boolean): void {
    this.element.hidden = !isShown;
    this.#changed();
  }
}
