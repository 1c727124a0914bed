// Where rows come to stand in a grid of another width: a row that is too wide takes several lines, and rows that run on
// into each other flow as one. It counts as xterm.js wraps, so nothing has to be asked of it afterwards.
import type { Row } from "./scrollback-message";

const ESC = 0x1b;
/** Widths of characters; see widths.ts. */
export interface WidthOf {
  wcwidth(codepoint: number): 0 | 1 | 2;
}

/** Where a row begins: a line from the first row's on, and a column, which is not 0 where it goes on behind another. */
export interface Start {
  line: number;
  col: number;
}

export interface Layout {
  /** Of each row. */
  starts: Start[];
  /** Lines that all rows take. */
  lines: number;
  /** What writes them, the cursor at the beginning of a line; it ends at the beginning of the next. */
  vt: Uint8Array;
}

/** Lays rows out in so many columns. */
export function layOut(rows: readonly Row[], cols: number, widths: WidthOf): Layout {
  const starts: Start[] = [];
  const parts: Uint8Array[] = [];
  let line = 0;
  let col = 0;
  rows.forEach(({ vt, wraps }, index) => {
    starts.push(col === cols ? { line: line + 1, col: 0 } : { line, col });
    for (const width of cells(vt, widths)) {
      if (col + width > cols) {
        line += 1;
        col = 0;
      }
      col += width;
    }
    parts.push(vt);
    if (wraps && index < rows.length - 1) return;
    parts.push(NEXT);
    line += 1;
    col = 0;
  });
  return { starts, lines: line, vt: join(parts) };
}

const NEXT = new TextEncoder().encode("\r\n");

/** The widths of a row's characters, its looks left out. */
function* cells(vt: Uint8Array, widths: WidthOf): Generator<number> {
  let from = 0;
  while (from < vt.length) {
    const escape = vt.indexOf(ESC, from);
    const end = escape < 0 ? vt.length : escape;
    for (const char of new TextDecoder().decode(vt.subarray(from, end))) yield widths.wcwidth(char.codePointAt(0)!);
    from = end;
    if (escape >= 0) {
      const last = vt.indexOf(0x6d, escape);
      from = last < 0 ? vt.length : last + 1;
    }
  }
}

/** Bytes behind each other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
