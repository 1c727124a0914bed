// xterm.js as a reader of a Log: it shows what comes, takes its size from the host's marks, and speaks only for a person.
import { Terminal } from "@xterm/xterm";

import { readClipboard } from "./clipboard";
import { MARK_OSC, readMark } from "./mark";
import type { Grid } from "./message";
import { NO_REFLOW, resize } from "./resize";
import { Scrollback, SCROLLBACK_LINES, type ScrollbackHost } from "./scrollback";
import { scrollByTouch } from "./touch";
import { FOCUS_IN, FOCUS_OUT, isFocusReport, silence } from "./silence";
import { onThemeChange, theme } from "./theme";
import { Widths } from "./widths";

const FONT = 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
const FONT_PX_MIN = 5;
/** Frames within which the end is reached for sure. */
const END_FRAMES = 5;
/** Of a letter to its ground, as WCAG's AA asks. */
const CONTRAST_MIN = 4.5;
const OSC_CLIPBOARD = 52;

/** Whom an emulator speaks to. */
export interface EmulatorListener {
  /** A person typed, pasted or clicked. */
  typed(bytes: Uint8Array): void;
  /** The focus came or went, and the program wants to know. */
  reported(bytes: Uint8Array): void;
  titled(title: string): void;
  rang(): void;
  copied(text: string): void;
  /** The host's grid is this from here on. */
  sized(grid: Grid): void;
}

export class Emulator {
  /** The rows above the screen, and the way in for all that is shown. */
  readonly scrollback: Scrollback;
  readonly #terminal: Terminal;
  readonly #listener: EmulatorListener;
  readonly #fontPx: number;
  readonly #forgetTheme: () => void;
  #place: HTMLElement | undefined;

  constructor(listener: EmulatorListener, host: ScrollbackHost, grid: Grid, fontPx: number) {
    this.#listener = listener;
    this.#fontPx = fontPx;
    this.#terminal = new Terminal({
      cols: grid.cols,
      rows: grid.rows,
      fontFamily: FONT,
      fontSize: fontPx,
      scrollback: SCROLLBACK_LINES,
      ...NO_REFLOW,
      cursorBlink: false,
      minimumContrastRatio: CONTRAST_MIN,
      cursorInactiveStyle: "outline",
      macOptionIsMeta: true,
      rightClickSelectsWord: true,
      scrollOnUserInput: true,
      theme: theme(),
      // The widths of characters are a proposed part of its API.
      allowProposedApi: true,
    });
    const widths = new Widths();
    this.#terminal.unicode.register(widths);
    this.#terminal.unicode.activeVersion = widths.version;
    this.scrollback = new Scrollback(this.#terminal, widths, host);
    this.#listen();
    this.#forgetTheme = onThemeChange(() => (this.#terminal.options.theme = theme()));
  }

  mount(place: HTMLElement): void {
    this.#place = place;
    this.#terminal.open(place);
    scrollByTouch(place, this.#terminal, (rows) => this.scrollback.pulledUp(rows));
    // Above the first line there is nothing to scroll to, and xterm.js says nothing of it.
    place.addEventListener("keydown", ({ shiftKey, key }) => shiftKey && (key === "PageUp" || key === "Home") && this.scrollback.pulledUp(this.#terminal.rows), { capture: true });
    place.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && this.scrollback.pulledUp(1), { passive: true, capture: true });
    const { textarea } = this.#terminal;
    textarea?.addEventListener("focus", () => this.#reportFocus(FOCUS_IN));
    textarea?.addEventListener("blur", () => this.#reportFocus(FOCUS_OUT));
    textarea?.setAttribute("aria-label", "Terminal");
  }

  /** Marks cells, for a person to see and to copy. */
  select(row: number, col: number, cells: number): void {
    const place = this.scrollback.place(row, col);
    if (place) this.#terminal.select(place.col, place.line, cells);
  }

  clearSelection(): void {
    this.#terminal.clearSelection();
  }

  /** Whether a program has the alternate screen, above which there is nothing. */
  get isFullScreen(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** Shows the screen again. */
  toEnd(): void {
    this.scrollback.letGo();
    this.#scrollToEnd(END_FRAMES);
  }

  /** xterm.js scrolls by what it has drawn: where the letters have just changed their size, that ends short of the end. */
  #scrollToEnd(frames: number): void {
    this.#terminal.scrollToBottom();
    if (frames > 0) requestAnimationFrame(() => this.scrollback.seen && this.#scrollToEnd(frames - 1));
  }

  /** The grid that would fill the place at the full font size; undefined while it is not shown. */
  fit(): Grid | undefined {
    const screen = this.#place?.querySelector<HTMLElement>(".xterm-screen");
    const place = this.#place;
    if (!screen || !place || place.clientWidth === 0 || screen.clientWidth === 0) return undefined;
    const scale = this.#fontPx / (this.#terminal.options.fontSize ?? this.#fontPx);
    const box = screen.getBoundingClientRect();
    const style = getComputedStyle(place);
    const width = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const height = place.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    return {
      cols: Math.max(2, Math.floor(width / ((box.width / this.#terminal.cols) * scale))),
      rows: Math.max(1, Math.floor(height / ((box.height / this.#terminal.rows) * scale))),
    };
  }

  /** Shrinks the letters when another device's grid is larger than this one has room for. */
  adapt(): void {
    const room = this.fit();
    if (!room) return;
    const ratio = Math.min(1, room.cols / this.#terminal.cols, room.rows / this.#terminal.rows);
    const fontSize = ratio === 1 ? this.#fontPx : Math.max(FONT_PX_MIN, Math.floor(this.#fontPx * ratio * 2) / 2);
    if (fontSize !== this.#terminal.options.fontSize) this.#terminal.options.fontSize = fontSize;
  }

  get grid(): Grid {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Types as if a person had: a key of the page's own key row, a paste. */
  type(data: string): void {
    this.#terminal.input(data, true);
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  get hasApplicationCursor(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode;
  }

  focus(): void {
    this.#terminal.focus();
  }

  dispose(): void {
    this.#forgetTheme();
    this.#terminal.dispose();
  }

  #listen(): void {
    const { parser } = this.#terminal;
    silence(parser);
    parser.registerOscHandler(MARK_OSC, (data) => this.#sized(readMark(data)));
    parser.registerOscHandler(OSC_CLIPBOARD, (data) => {
      const text = readClipboard(data);
      if (text !== undefined) this.#listener.copied(text);
      return true;
    });
    this.#terminal.onData((data) => {
      if (!isFocusReport(data)) this.#listener.typed(new TextEncoder().encode(data));
    });
    this.#terminal.onBinary((data) => this.#listener.typed(Uint8Array.from(data, (letter) => letter.charCodeAt(0))));
    this.#terminal.onTitleChange((title) => this.#listener.titled(title));
    this.#terminal.onBell(() => this.#listener.rang());
  }

  #sized(grid: Grid | undefined): true {
    if (!grid) return true;
    if (grid.cols !== this.#terminal.cols) this.scrollback.rewidened();
    resize(this.#terminal, grid);
    this.#listener.sized(grid);
    return true;
  }

  #reportFocus(report: string): void {
    if (this.#terminal.modes.sendFocusMode) this.#listener.reported(new TextEncoder().encode(report));
  }
}
