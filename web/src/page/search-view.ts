// What a person sees of the rows above the screen: where they are, the way back, and the search bar.
import type { Match } from "../generated/terminal_pb";
import type { Answer } from "../session/event";
import type { Emulator } from "../terminal/emulator";
import type { ScrollbackHost } from "../terminal/scrollback";
import { readFound, SEARCH_BYTES_MAX, searchQuery } from "../terminal/scrollback-message";
import { button, h, key } from "./element";
import { Sought } from "./search-found";

const FULL_SCREEN = "A full-screen program is open: leave it to look at what is above.";

export class ScrollView {
  readonly search = h("form", { class: "search-bar", role: "search", hidden: true, onsubmit: (event) => (event.preventDefault(), this.#older()) });
  readonly pill = h("div", { class: "scroll-pill", hidden: true });
  readonly #field = h("input", { type: "search", "aria-label": "Search upwards in this terminal", placeholder: "Search", autocapitalize: "off", autocomplete: "off", spellcheck: "false", enterkeyhint: "search", maxlength: String(SEARCH_BYTES_MAX) });
  readonly #said = h("span", { class: "said", role: "status" });
  readonly #where = h("span", {});
  readonly #emulator: Emulator;
  readonly #rows: ScrollbackHost;
  #sought: Sought | undefined;
  #question: number | undefined;
  #isDue = false;

  constructor(emulator: Emulator, rows: ScrollbackHost) {
    this.#emulator = emulator;
    this.#rows = rows;
    this.pill.append(this.#where, key("↓", () => this.#emulator.toEnd(), { "aria-label": "To the end" }));
    this.search.append(
      this.#field,
      this.#said,
      key("↑", () => this.#older(), { "aria-label": "Older" }),
      key("↓", () => this.#newer(), { "aria-label": "Newer" }),
      button("×", () => this.toggle(), { "aria-label": "Close the search" }),
    );
    this.#field.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle());
  }

  /** Opens or closes the search bar. */
  toggle(): void {
    this.search.hidden = !this.search.hidden;
    if (!this.search.hidden) return this.#field.focus(), this.#field.select();
    this.#sought = undefined;
    this.#question = undefined;
    this.#said.textContent = "";
    this.#emulator.clearSelection();
    this.#emulator.focus();
  }

  /** Another part of the buffer is seen: says where, once a frame. */
  moved(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#tell();
    });
  }

  answered(req: number, answer: Answer): void {
    if (req !== this.#question) return;
    this.#question = undefined;
    const found = answer.ok ? readFound(answer.bytes) : undefined;
    if (!found) this.#said.textContent = answer.ok ? "?" : answer.fault.message;
    if (!found || !this.#sought) return;
    this.#sought.take(found);
    this.#older();
  }

  #tell(): void {
    const { seen, isBusy } = this.#emulator.scrollback;
    this.pill.hidden = !seen;
    if (seen) this.#where.textContent = `${isBusy ? "… " : ""}row ${seen.row + 1} of ${seen.of}`;
  }

  #older(): void {
    const text = this.#field.value;
    if (text === "") return;
    if (this.#sought?.text !== text) this.#seek(text);
    const found = this.#sought!.older();
    if (found) this.#show(found);
    else if (this.#sought!.isWanted) this.#ask();
    else this.#said.textContent = this.#sought!.count.of === 0 ? "Not found" : "No older one";
  }

  /** What is on its way is an answer to another text. */
  #seek(text: string): void {
    this.#sought = new Sought(text, undefined);
    this.#question = undefined;
  }

  #newer(): void {
    const found = this.#sought?.newer();
    if (found) this.#show(found);
    else if (this.#sought) this.#said.textContent = "No newer one";
  }

  #ask(): void {
    const question = this.#sought?.question;
    if (!question || this.#question !== undefined) return;
    this.#said.textContent = "…";
    this.#question = this.#rows.fetch(searchQuery(this.#rows.id, this.#sought!.text, question.before));
  }

  #show(found: Match): void {
    if (this.#emulator.isFullScreen) {
      this.#said.textContent = FULL_SCREEN;
      return;
    }
    const { at, of, more } = this.#sought!.count;
    this.#said.textContent = `${at} of ${of}${more ? "+" : ""}`;
    const row = Number(found.row);
    this.#emulator.scrollback.reveal(row, () => this.#emulator.select(row, found.col, found.len));
  }
}
