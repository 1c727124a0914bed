// Modifiers that are tapped instead of held: once for the next key, twice for all keys until the next tap. Pure.
import type { Modifiers } from "../terminal/key";

export type Modifier = keyof Modifiers;
export type Stuck = "off" | "once" | "locked";

/** A second tap within this is a double tap. */
const DOUBLE_MS = 400;

export class StickyKeys {
  readonly #stuck: Record<Modifier, Stuck> = { shift: "off", alt: "off", ctrl: "off" };
  readonly #tappedAt: Record<Modifier, number> = { shift: -Infinity, alt: -Infinity, ctrl: -Infinity };
  readonly #changed: () => void;

  /** `changed` is called after each change. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  tap(now: number, modifier: Modifier): void {
    const isDouble = now - this.#tappedAt[modifier] <= DOUBLE_MS;
    this.#tappedAt[modifier] = now;
    this.#stuck[modifier] = next(this.#stuck[modifier], isDouble);
    this.#changed();
  }

  stuck(modifier: Modifier): Stuck {
    return this.#stuck[modifier];
  }

  peek(): Modifiers {
    const { shift, alt, ctrl } = this.#stuck;
    return { shift: shift !== "off", alt: alt !== "off", ctrl: ctrl !== "off" };
  }

  /** For one key: those that were tapped once are used up. */
  use(): Modifiers {
    const modifiers = this.peek();
    for (const name of ["shift", "alt", "ctrl"] as const) if (this.#stuck[name] === "once") this.#stuck[name] = "off";
    if (modifiers.shift || modifiers.alt || modifiers.ctrl) this.#changed();
    return modifiers;
  }
}

function next(stuck: Stuck, isDouble: boolean): Stuck {
  switch (stuck) {
    case "off":
      return "once";
    case "once":
      return isDouble ? "locked" : "off";
    case "locked":
      return "off";
  }
}
