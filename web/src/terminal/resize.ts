// Resizing as the host's screen does: nothing is wrapped anew, rows come and go at the bottom, or leave at the top.
import type { ITerminalOptions, Terminal } from "@xterm/xterm";

import type { Grid } from "./message";

/**
 * What makes xterm.js wrap nothing anew and bring no row back from above: what it does for a terminal of Windows that says
 * it draws anew by itself. With this backend it guesses nothing else (conpty's old builds have it guess which lines run on).
 */
export const NO_REFLOW: Pick<ITerminalOptions, "windowsPty"> = { windowsPty: { backend: "winpty", buildNumber: 1 } };

interface Line {
  length: number;
  getWidth(col: number): number;
  resize(cols: number, fill: unknown): void;
  replaceCells(from: number, to: number, fill: unknown): void;
}

interface Buffer {
  ybase: number;
  lines: { get(line: number): Line | undefined };
  getNullCell(): unknown;
}

/** The parts of xterm.js that are not public; a test notices if they go. */
interface Core {
  _core: { buffers: { normal: Buffer; alt: Buffer } };
}

/** Gives the terminal another size. */
export function resize(terminal: Pick<Terminal, "resize" | "cols" | "rows">, { cols, rows }: Grid): void {
  const isNarrower = cols < terminal.cols;
  terminal.resize(cols, rows);
  if (!isNarrower) return;
  // It keeps what is out of sight, and would show it again once there is room; the host's screen does not. Lines above the
  // screen keep it: there it is what the host has.
  const { normal, alt } = (terminal as unknown as Core)._core.buffers;
  for (const buffer of [normal, alt]) {
    for (let row = 0; row < terminal.rows; row++) cut(buffer.lines.get(buffer.ybase + row), terminal.cols, buffer.getNullCell());
  }
}

function cut(line: Line | undefined, cols: number, blank: unknown): void {
  if (!line || line.length <= cols) return;
  line.resize(cols, blank);
  if (line.getWidth(cols - 1) === 2) line.replaceCells(cols - 1, cols, blank);
}
