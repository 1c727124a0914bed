// Where a finger is on the grid.
import type { Terminal } from "@xterm/xterm";

/** A cell: `row` counts from the first row that the emulator still holds, scrolled away or not. */
export interface Cell {
  col: number;
  row: number;
}

/** A point on the page. */
export interface Point {
  x: number;
  y: number;
}

/** The size of a cell in CSS pixels, and where the grid begins. */
interface Layout {
  left: number;
  top: number;
  width: number;
  height: number;
}

export class Cells {
  readonly #terminal: Terminal;
  readonly #screen: HTMLElement;

  constructor(terminal: Terminal, screen: HTMLElement) {
    this.#terminal = terminal;
    this.#screen = screen;
  }

  /** The cell under a point, or the nearest. */
  at({ x, y }: Point): Cell {
    const { left, top, width, height } = this.layout;
    const within = (value: number, max: number) => Math.min(max, Math.max(0, value));
    const col = within(Math.floor((x - left) / width), this.#terminal.cols - 1);
    const row = within(Math.floor((y - top) / height), this.#terminal.rows - 1);
    return { col, row: row + this.#terminal.buffer.active.viewportY };
  }

  /** The lower left corner of a cell. */
  foot({ col, row }: Cell): Point {
    const { left, top, width, height } = this.layout;
    return { x: left + col * width, y: top + (row - this.#terminal.buffer.active.viewportY + 1) * height };
  }

  get layout(): Layout {
    const { left, top, width, height } = this.#screen.getBoundingClientRect();
    return { left, top, width: width / this.#terminal.cols || 1, height: height / this.#terminal.rows || 1 };
  }
}
