// What a pane and the page around it say to each other.
import type { Grid } from "../terminal/message";

/** What a pane tells the page around it. */
export interface PaneListener {
  /** The title changed, something was typed, or something came while nobody looked. */
  changed(): void;
  /** A program wants this in the clipboard. */
  copied(text: string): void;
  /** A person wants what is selected in the clipboard. */
  selected(text: string): void;
  pasteWanted(): void;
  followed(address: string): void;
  /** A command that took long is over; what to say of it. */
  finished(words: string): void;
  /** The terminal is over; the pane can go. */
  over(): void;
}

/** How a pane comes to its channel. */
export type Start =
  | { name: "create"; spec?: (grid: Grid) => Uint8Array }
  | { name: "attach" }
  | { name: "watch" }
  | { name: "resume"; ch: number };
