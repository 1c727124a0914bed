// What is selected: from one cell up to, but without, another. Pure.
import type { Cell } from "./cell";

/** Of rows of `cols` cells; `end` may stand behind the last cell of its row. */
export interface Span {
  start: Cell;
  end: Cell;
}

/** Letters that belong to one word: paths, addresses and options are picked whole. */
const WORD = /[^\s"'`()[\]{}<>|;,]/;

/**
 * The word at a cell of this row's text, one entry a cell: a character, or nothing for the second half of the one before; the
 * cell alone where there is none.
 */
export function wordAt(text: readonly string[], { col, row }: Cell): Span {
  const isWord = (at: number) => WORD.test((text[at] === "" ? text[at - 1] : text[at]) ?? " ");
  let from = col;
  let to = col + 1;
  if (isWord(col)) {
    while (from > 0 && isWord(from - 1)) from -= 1;
    while (to < text.length && isWord(to)) to += 1;
  }
  return { start: { col: from, row }, end: { col: to, row } };
}

/** The span when one of its ends is dragged to a cell: that cell is within. At least one cell stays. */
export function drag(span: Span, which: "start" | "end", to: Cell): Span {
  const last = { col: span.end.col - 1, row: span.end.row };
  if (which === "start") return { start: isBefore(last, to) ? last : to, end: span.end };
  const at = isBefore(to, span.start) ? span.start : to;
  return { start: span.start, end: { col: at.col + 1, row: at.row } };
}

/** How many cells that is. */
export function lengthOf({ start, end }: Span, cols: number): number {
  return (end.row - start.row) * cols + end.col - start.col;
}

function isBefore(a: Cell, b: Cell): boolean {
  return a.row < b.row || (a.row === b.row && a.col < b.col);
}
