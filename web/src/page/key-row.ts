// The keys a phone's keyboard lacks. Ctrl sticks for one key.
import { h, key } from "./element";

/** What a key row types into. */
export interface Keyboard {
  type(data: string): void;
  hasApplicationCursor(): boolean;
}

const ARROWS = { "←": "D", "↓": "B", "↑": "A", "→": "C" } as const;
const ARROW_NAMES = { "←": "Left", "↓": "Down", "↑": "Up", "→": "Right" } as const;
const REPEAT_AFTER_MS = 400;
const REPEAT_EVERY_MS = 60;

export class KeyRow {
  readonly element = h("div", { class: "key-row", role: "toolbar", "aria-label": "Extra keys" });
  readonly #keyboard: Keyboard;
  readonly #control: HTMLButtonElement;

  constructor(keyboard: Keyboard) {
    this.#keyboard = keyboard;
    this.#control = this.#key("Ctrl", "Control, for the next key", () => this.#stick(!this.isSticky));
    this.element.append(
      this.#key("Esc", "Escape", () => this.#type("\x1b")),
      this.#key("Tab", "Tab", () => this.#type("\t")),
      this.#control,
      this.#key("^C", "Control C", () => this.#type("\x03")),
      ...Object.entries(ARROWS).map(([label, letter]) => {
        const name = ARROW_NAMES[label as keyof typeof ARROW_NAMES];
        return repeating(this.#key(label, name, () => this.#type(this.#arrow(letter))));
      }),
    );
    this.#stick(false);
  }

  get isSticky(): boolean {
    return this.#control.getAttribute("aria-pressed") === "true";
  }

  /** What a typed text becomes under a sticky Ctrl, which it uses up. */
  transform(bytes: Uint8Array): Uint8Array {
    if (!this.isSticky) return bytes;
    this.#stick(false);
    const [byte] = bytes;
    const isLetter = byte !== undefined && bytes.length === 1 && byte >= 0x40 && byte < 0x7f;
    return isLetter ? Uint8Array.of(byte & 0x1f) : bytes;
  }

  #type(data: string): void {
    this.#stick(false);
    this.#keyboard.type(data);
  }

  #stick(isSticky: boolean): void {
    this.#control.setAttribute("aria-pressed", String(isSticky));
  }

  #arrow(letter: string): string {
    return `\x1b${this.#keyboard.hasApplicationCursor() ? "O" : "["}${letter}`;
  }

  #key(label: string, name: string, act: () => void): HTMLButtonElement {
    return key(label, act, { "aria-label": name });
  }
}

/** Repeats a key while it is held down. */
function repeating(held: HTMLButtonElement): HTMLButtonElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const press = () => {
    held.click();
    timer = setTimeout(press, REPEAT_EVERY_MS);
  };
  held.addEventListener("pointerdown", () => (timer = setTimeout(press, REPEAT_AFTER_MS)));
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) held.addEventListener(end, () => clearTimeout(timer));
  return held;
}
