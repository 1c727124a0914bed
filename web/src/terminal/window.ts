// xterm.js's screen as the predictor sees it, and how its cells look.
import type { IBufferCell, Terminal } from "@xterm/xterm";

import { BLANK, type Cell, type Extent, OTHER, type Shown, type Spot } from "../predict/shown";

/** A colour as a program names it. */
export type Colour = { name: "default" } | { name: "palette"; index: number } | { name: "rgb"; value: number };

/** How a cell looks. */
export interface Style {
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
  readonly isInverse: boolean;
  readonly isHidden: boolean;
  readonly isStruck: boolean;
  readonly foreground: Colour;
  readonly background: Colour;
}

const DEFAULT: Colour = { name: "default" };

export const PLAIN: Style = {
  isBold: false,
  isDim: false,
  isItalic: false,
  isUnderlined: false,
  isInverse: false,
  isHidden: false,
  isStruck: false,
  foreground: DEFAULT,
  background: DEFAULT,
};

/** The part of xterm.js that is read; its headless twin has the same. */
export type Readable = Pick<Terminal, "rows" | "cols" | "buffer">;

export class Window implements Shown<Style> {
  readonly plain = PLAIN;
  readonly #terminal: Readable;
  readonly #secret: () => boolean;

  constructor(terminal: Readable, secret: () => boolean) {
    this.#terminal = terminal;
    this.#secret = secret;
  }

  get extent(): Extent {
    return { rows: this.#terminal.rows, cols: this.#terminal.cols };
  }

  get cursor(): Spot | undefined {
    const { cursorX: col, cursorY: row } = this.#terminal.buffer.active;
    return col < this.#terminal.cols ? { row, col } : undefined;
  }

  get isAlternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  get isSecret(): boolean {
    return this.#secret();
  }

  cell({ row, col }: Spot): Cell<Style> {
    const { active } = this.#terminal.buffer;
    const cell = active.getLine(active.baseY + row)?.getCell(col);
    if (!cell) return { glyph: BLANK, isDim: false, style: PLAIN };
    const style = styleOf(cell);
    return { glyph: glyphOf(cell), isDim: isDim(style), style };
  }
}

function glyphOf(cell: IBufferCell): string {
  const chars = cell.getChars();
  if (cell.getWidth() !== 1) return OTHER;
  if (chars === "" || chars === " ") return BLANK;
  return [...chars].length === 1 ? chars : OTHER;
}

function styleOf(cell: IBufferCell): Style {
  return {
    isBold: cell.isBold() !== 0,
    isDim: cell.isDim() !== 0,
    isItalic: cell.isItalic() !== 0,
    isUnderlined: cell.isUnderline() !== 0,
    isInverse: cell.isInverse() !== 0,
    isHidden: cell.isInvisible() !== 0,
    isStruck: cell.isStrikethrough() !== 0,
    foreground: colourOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    background: colourOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
  };
}

function colourOf(isDefault: boolean, isRgb: boolean, value: number): Colour {
  if (isDefault) return DEFAULT;
  return isRgb ? { name: "rgb", value } : { name: "palette", index: value };
}

/** Whether shells show suggestions like this: faint, or in a grey that is neither black nor white. */
function isDim({ isDim, foreground }: Style): boolean {
  if (isDim) return true;
  switch (foreground.name) {
    case "default":
      return false;
    case "palette":
      return foreground.index === 8 || (foreground.index >= 236 && foreground.index <= 248);
    case "rgb": {
      const channels = [foreground.value >> 16, (foreground.value >> 8) & 255, foreground.value & 255];
      const [least, most] = [Math.min(...channels), Math.max(...channels)];
      return most - least <= 16 && most >= 0x30 && most <= 0xb0;
    }
  }
}
