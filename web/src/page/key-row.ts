// The keys a phone's keyboard lacks, in a row that scrolls sideways. Ctrl, Alt and Shift stick: see sticky.ts.
import { h, key } from "./element";
import type { Modifier, StickyKeys } from "./sticky";

/** What a key row types into. */
export interface Keyboard {
  /** A text, under the modifiers that stick. */
  type(text: string): void;
  /** A key that has a name. */
  press(name: string): void;
  paste(): void;
}

const MODIFIERS: Record<Modifier, [label: string, name: string]> = { ctrl: ["Ctrl", "Control"], alt: ["Alt", "Alt"], shift: ["Shift", "Shift"] };
/** Keys with a name: what stands on them, what they are called, and whether they repeat while they are held. */
const NAMED: Record<string, [label: string, name: string, repeats: boolean]> = {
  Escape: ["Esc", "Escape", false],
  Tab: ["Tab", "Tab", false],
  ArrowLeft: ["←", "Left", true],
  ArrowDown: ["↓", "Down", true],
  ArrowUp: ["↑", "Up", true],
  ArrowRight: ["→", "Right", true],
  Home: ["Home", "Home", false],
  End: ["End", "End", false],
  PageUp: ["PgUp", "Page up", true],
  PageDown: ["PgDn", "Page down", true],
  Insert: ["Ins", "Insert", false],
  Delete: ["Del", "Delete", true],
};
const LETTERS: Record<string, string> = {
  "|": "Pipe",
  "~": "Tilde",
  "/": "Slash",
  "-": "Hyphen",
  _: "Underscore",
  "\\": "Backslash",
  "`": "Backquote",
  "$": "Dollar",
  "&": "Ampersand",
  "*": "Star",
};
const FIRST = ["Escape", "Tab", "ctrl", "alt", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowRight"];
const SECOND = ["^C", "paste", "|", "~", "/", "-", "_", "shift"];
const THIRD = ["Home", "End", "PageUp", "PageDown", "Insert", "Delete", "\\", "`", "$", "&", "*"];
const FUNCTIONS = Array.from({ length: 12 }, (_, index) => `F${index + 1}`);
const REPEAT_AFTER_MS = 400;
const REPEAT_EVERY_MS = 60;
/** Long enough to be felt, short enough not to be heard. */
const TICK_MS = 8;

export class KeyRow {
  readonly element = h("div", { class: "key-row", role: "toolbar", "aria-label": "Extra keys" });
  readonly #keyboard: Keyboard;
  readonly #sticky: StickyKeys;
  readonly #modifiers = new Map<Modifier, HTMLButtonElement>();

  constructor(keyboard: Keyboard, sticky: StickyKeys) {
    this.#keyboard = keyboard;
    this.#sticky = sticky;
    this.element.append(...[...FIRST, ...SECOND, ...THIRD, ...FUNCTIONS].map((name) => this.#make(name)));
    this.refresh();
  }

  /** Shows which modifiers stick. */
  refresh(): void {
    for (const [modifier, element] of this.#modifiers) {
      const stuck = this.#sticky.stuck(modifier);
      element.setAttribute("aria-pressed", String(stuck !== "off"));
      element.dataset["stuck"] = stuck;
      const [label, name] = MODIFIERS[modifier];
      element.setAttribute("aria-label", spoken(label, `${name}, ${stuck === "locked" ? "locked" : "for the next key"}`));
    }
  }

  #make(name: string): HTMLButtonElement {
    if (name === "ctrl" || name === "alt" || name === "shift") return this.#modifier(name);
    if (name === "^C") return this.#key("^C", "Control C", () => this.#keyboard.type("\x03"));
    if (name === "paste") return this.#key("Paste", "Paste", () => this.#keyboard.paste());
    const letter = LETTERS[name];
    if (letter !== undefined) return this.#key(name, letter, () => this.#keyboard.type(name));
    const [label, word, repeats] = NAMED[name] ?? [name, name, false];
    const made = this.#key(label, word, () => this.#keyboard.press(name));
    return repeats ? repeating(made) : made;
  }

  #modifier(modifier: Modifier): HTMLButtonElement {
    const [label, name] = MODIFIERS[modifier];
    const made = this.#key(label, name, () => this.#sticky.tap(performance.now(), modifier));
    this.#modifiers.set(modifier, made);
    return made;
  }

  #key(label: string, name: string, act: () => void): HTMLButtonElement {
    const felt = () => {
      navigator.vibrate?.(TICK_MS);
      act();
    };
    return key(label, felt, { "aria-label": spoken(label, name), class: label.length > 3 ? "small" : "" });
  }
}

/** What a key is called. Letters that stand on it are in its name as well: who speaks to the page says what they see. */
function spoken(label: string, name: string): string {
  return /^[A-Z]/.test(label) && !name.split(/[ ,]/).includes(label) ? `${name}, ${label}` : name;
}

/** Repeats a key while it is held down. */
function repeating(held: HTMLButtonElement): HTMLButtonElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasRepeated = false;
  const press = () => {
    hasRepeated = true;
    held.click();
    timer = setTimeout(press, REPEAT_EVERY_MS);
  };
  held.addEventListener("pointerdown", () => {
    hasRepeated = false;
    timer = setTimeout(press, REPEAT_AFTER_MS);
  });
  // The finger that leaves clicks, and what it meant has been done.
  held.addEventListener("click", (event) => event.isTrusted && hasRepeated && event.stopImmediatePropagation(), { capture: true });
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) held.addEventListener(end, () => clearTimeout(timer));
  return held;
}
