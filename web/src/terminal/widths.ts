// How many cells a character takes: as the host has it, so that both put the next one into the same cell.
import type { IUnicodeVersionProvider } from "@xterm/xterm";

import { WIDTHS } from "../generated/widths";

/** Code points below this are looked up at once. */
const COMMON = 0x300;

/** The host's widths for xterm.js; a character of no width joins the one before it, as there. */
export class Widths implements IUnicodeVersionProvider {
  readonly version = "host";
  readonly #common = Uint8Array.from({ length: COMMON }, (_, codepoint) => widthOf(codepoint));

  wcwidth(codepoint: number): 0 | 1 | 2 {
    return (this.#common[codepoint] as 0 | 1 | 2 | undefined) ?? widthOf(codepoint);
  }

  /** What xterm.js keeps of a character: bit 0 whether it joins the one before, bits 1 and 2 how wide both are then. */
  charProperties(codepoint: number, preceding: number): number {
    const width = this.wcwidth(codepoint);
    const before = (preceding >> 1) & 3;
    if (width > 0 || before === 0) return width << 1;
    return (before << 1) | 1;
  }
}

/** How many cells a character takes. */
export function widthOf(codepoint: number): 0 | 1 | 2 {
  const wanted = (codepoint << 2) | 3;
  let low = 0;
  for (let high = WIDTHS.length; low + 1 < high; ) {
    const middle = (low + high) >> 1;
    if (WIDTHS[middle]! <= wanted) low = middle;
    else high = middle;
  }
  return (WIDTHS[low]! & 3) as 0 | 1 | 2;
}
