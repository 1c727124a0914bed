// Predictive echo on the page: it feeds the predictor with what a pane types and xterm.js parses, and shows what it guesses.
import type { Terminal } from "@xterm/xterm";

import { Predictor } from "../predict/predictor";
import { Overlay } from "./overlay";
import { type Style, Window } from "./window";

export class Prediction {
  readonly #view: Window;
  readonly #overlay: Overlay;
  readonly #predictor = new Predictor<Style>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `screen`: the element of xterm.js that has the size of the grid; `isSecret`: the host says that typing is not shown. */
  constructor(terminal: Terminal, screen: HTMLElement, isSecret: () => boolean) {
    this.#view = new Window(terminal, isSecret);
    this.#overlay = new Overlay(terminal, this.#view, screen);
    // It scrolled, its letters have another size, or its cursor came or went.
    terminal.onScroll(() => this.#show());
    terminal.onRender(() => this.#redraw());
  }

  /**
   * These bytes are the channel's input number `seq`; undefined: they wait, and when they are sent nobody knows. `srtt`: a
   * round trip's length in milliseconds. What was composed is not guessed.
   */
  typed(seq: bigint | undefined, bytes: Uint8Array, isComposed: boolean, srtt: number | undefined): void {
    this.#predictor.measured(srtt);
    if (seq === undefined) this.#predictor.reset();
    else this.#predictor.typed(performance.now(), this.#view, seq, isComposed ? { name: "composed" } : { name: "keys", bytes });
    this.#show();
  }

  /** xterm.js has parsed the Log up to here. */
  parsed(offset: bigint): void {
    this.#predictor.parsed(performance.now(), this.#view, offset);
    this.#show();
  }

  /** xterm.js has parsed a Snapshot, which is bound to this offset. */
  restored(offset: bigint): void {
    this.#predictor.restored(offset);
    this.#show();
  }

  /** What the inputs up to `seq` bring about at once stands in the Log before `at`. */
  echoed(seq: bigint, at: bigint): void {
    this.#predictor.echoed(performance.now(), this.#view, seq, at);
    this.#show();
  }

  /** What was typed does nothing. */
  forget(): void {
    this.#predictor.reset();
    this.#show();
  }

  /** Nothing is guessed any more. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#predictor.reset();
  }

  #show(): void {
    this.#overlay.show(this.#predictor.overlay(this.#view));
    clearTimeout(this.#timer);
    const due = this.#predictor.pollTimeout();
    if (due === undefined) return;
    this.#timer = setTimeout(() => {
      this.#predictor.handleTimeout(performance.now(), this.#view);
      this.#show();
    }, Math.max(0, due - performance.now()));
  }

  #redraw(): void {
    if (this.#predictor.isActive) this.#overlay.show(this.#predictor.overlay(this.#view));
  }
}
