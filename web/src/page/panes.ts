// The terminals that this page has open: which one is looked at, and which are left when they are too many.
import { toHex } from "../wire/hex";
import { tooMany } from "./crowd";
import type { Pane } from "./pane";

/** Terminals kept attached at once, as long as nothing typed waits in them. */
const PANES_MAX = 6;

export class Panes {
  /** By id in hex, the one looked at last at the end. */
  readonly #byId = new Map<string, Pane>();
  #current: Pane | undefined;

  get current(): Pane | undefined {
    return this.#current;
  }

  /** All of them, the one looked at last at the end. */
  get all(): readonly Pane[] {
    return [...this.#byId.values()];
  }

  get(id: Uint8Array): Pane | undefined {
    return this.#byId.get(toHex(id));
  }

  /** Keeps one that is not shown yet. */
  add(pane: Pane): void {
    this.#byId.set(toHex(pane.id), pane);
  }

  /** Shows one instead of another, and leaves those that are too many. */
  show(pane: Pane): void {
    if (this.#current !== pane) this.#current?.hide();
    this.#current = pane;
    this.#byId.delete(toHex(pane.id));
    this.add(pane);
    for (const spare of tooMany(this.all, PANES_MAX)) this.drop(spare);
    pane.show();
  }

  /** Leaves one; whether it was looked at. */
  drop(pane: Pane): boolean {
    this.#byId.delete(toHex(pane.id));
    pane.close();
    if (this.#current !== pane) return false;
    this.#current = undefined;
    return true;
  }

  /** Keys typed in any of them and not settled. */
  get waiting(): number {
    return this.all.reduce((sum, pane) => sum + pane.waiting, 0);
  }
}
