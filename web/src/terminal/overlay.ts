// Guessed cells over xterm.js's screen. Its buffer is never touched: these are elements above it, each as opaque as a cell is.
import type { ITheme, Terminal } from "@xterm/xterm";

import type { Overlay as Guesses } from "../predict/predictor";
import { isSame, type Spot } from "../predict/shown";
import { type Colour, type Style, type Window } from "./window";

/** The names of a theme's first sixteen colours. */
const NAMES = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
  "brightBlack",
  "brightRed",
  "brightGreen",
  "brightYellow",
  "brightBlue",
  "brightMagenta",
  "brightCyan",
  "brightWhite",
] as const;
/** The steps of a channel in the palette's cube of colours. */
const CUBE = [0, 95, 135, 175, 215, 255];
/** How strong a faint letter is, as xterm.js has it. */
const FAINT = "50%";

/** One cell as it is drawn. */
interface Drawn {
  spot: Spot;
  char: string;
  style: Style;
  isUnderlined: boolean;
  isCursor: boolean;
}

export class Overlay {
  readonly #terminal: Terminal;
  readonly #view: Window;
  readonly #screen: HTMLElement;
  readonly #element = document.createElement("div");

  /** `screen`: the element of xterm.js that has the size of the grid. */
  constructor(terminal: Terminal, view: Window, screen: HTMLElement) {
    this.#terminal = terminal;
    this.#view = view;
    this.#screen = screen;
    this.#element.className = "guesses";
    this.#element.setAttribute("aria-hidden", "true");
    Object.assign(this.#element.style, { position: "absolute", inset: "0", zIndex: "4", pointerEvents: "none", overflow: "hidden" });
    screen.append(this.#element);
  }

  /** Shows these and nothing else; where somebody scrolled back, nothing. */
  show(guesses: Guesses<Style>): void {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    const isEmpty = guesses.cells.length === 0 && !guesses.cursor;
    if (isEmpty || viewportY !== baseY) {
      if (this.#element.firstChild) this.#element.replaceChildren();
      return;
    }
    const { fontFamily, fontSize } = this.#terminal.options;
    const { clientWidth, clientHeight } = this.#screen;
    const cell = { width: clientWidth / this.#terminal.cols, height: clientHeight / this.#terminal.rows };
    Object.assign(this.#element.style, { font: `${fontSize}px/${cell.height}px ${fontFamily}` });
    this.#element.replaceChildren(...this.#drawn(guesses).map((drawn) => this.#paint(drawn, cell)));
  }

  /** The cells to draw: guesses, and both places of the cursor where it is guessed to be elsewhere. */
  #drawn({ cells, cursor }: Guesses<Style>): Drawn[] {
    const drawn: Drawn[] = cells.map(({ spot, char, style, isUnderlined }) => {
      return { spot, char: char ?? this.#view.cell(spot).glyph, style, isUnderlined, isCursor: false };
    });
    const real = this.#view.cursor;
    if (!cursor || !real || !this.#screen.querySelector(".xterm-cursor")) return drawn;
    for (const spot of [real, cursor]) {
      const { glyph: char, style } = this.#view.cell(spot);
      if (!drawn.some((other) => isSame(other.spot, spot))) drawn.push({ spot, char, style, isUnderlined: false, isCursor: false });
    }
    return drawn.map((one) => ({ ...one, isCursor: isSame(one.spot, cursor) }));
  }

  #paint({ spot, char, style, isUnderlined, isCursor }: Drawn, cell: { width: number; height: number }): HTMLElement {
    const element = document.createElement("span");
    const theme = this.#terminal.options.theme ?? {};
    const ink = colourOf(style.isInverse ? style.background : style.foreground, theme, style.isInverse ? theme.background : theme.foreground);
    const ground = colourOf(style.isInverse ? style.foreground : style.background, theme, style.isInverse ? theme.foreground : theme.background);
    const hasFocus = document.activeElement === this.#terminal.textarea;
    const isBlock = isCursor && hasFocus;
    element.textContent = style.isHidden ? " " : char;
    Object.assign(element.style, {
      position: "absolute",
      left: `${spot.col * cell.width}px`,
      top: `${spot.row * cell.height}px`,
      // A hair wider, so that nothing of what is below shines through between two cells.
      width: `${Math.ceil(cell.width)}px`,
      height: `${cell.height}px`,
      overflow: "hidden",
      whiteSpace: "pre",
      color: isBlock ? theme.cursorAccent : style.isDim ? `color-mix(in srgb, ${ink} ${FAINT}, ${ground})` : ink,
      background: isBlock ? theme.cursor : ground,
      outline: isCursor && !hasFocus ? `1px solid ${theme.cursor}` : "none",
      outlineOffset: "-1px",
      fontWeight: style.isBold ? "bold" : "normal",
      fontStyle: style.isItalic ? "italic" : "normal",
      textDecoration: [style.isUnderlined || isUnderlined ? "underline" : "", style.isStruck ? "line-through" : ""].join(" ").trim() || "none",
    });
    return element;
  }
}

function colourOf(colour: Colour, theme: ITheme, fallback: string | undefined): string {
  switch (colour.name) {
    case "default":
      return fallback ?? "currentColor";
    case "rgb":
      return `#${colour.value.toString(16).padStart(6, "0")}`;
    case "palette":
      return paletteOf(colour.index, theme);
  }
}

/** The sixteen of the theme, a cube of 6 × 6 × 6, and a ramp of greys, as xterm has them. */
function paletteOf(index: number, theme: ITheme): string {
  const name = NAMES[index];
  if (name) return theme[name] ?? "currentColor";
  if (index >= 232) return `rgb(${[0, 0, 0].map(() => 8 + (index - 232) * 10).join(" ")})`;
  const cube = index - 16;
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => CUBE[step]).join(" ")})`;
}
