// The host's private marks in the Log: ESC ] 8377 ; size=COLSxROWS ESC \ says that the grid has this size from here on.
import type { Grid } from "./message";

export const MARK_OSC = 8377;
const SIZE = /^size=(\d{1,4})x(\d{1,4})$/;
const SIDE_MAX = 1000;

/** The size a mark states; undefined if it is another mark, or none that can be. */
export function readMark(data: string): Grid | undefined {
  const [cols, rows] = (SIZE.exec(data) ?? []).slice(1).map(Number);
  const isGrid = cols !== undefined && rows !== undefined && cols >= 1 && rows >= 1 && cols <= SIDE_MAX && rows <= SIDE_MAX;
  return isGrid ? { cols, rows } : undefined;
}

export function writeMark({ cols, rows }: Grid): string {
  return `\x1b]${MARK_OSC};size=${cols}x${rows}\x1b\\`;
}

/** Whether what is typed is not shown from here on, as the mark "secret=0" or "secret=1" says; undefined if it is another. */
export function readSecret(data: string): boolean | undefined {
  return data === "secret=1" ? true : data === "secret=0" ? false : undefined;
}
