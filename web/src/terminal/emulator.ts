// xterm.js as a reader of a Log: it shows what comes, takes its size from the host's marks, and speaks only for a person.
import { Terminal } from "@xterm/xterm";

import { readClipboard } from "./clipboard";
import { MARK_OSC, readMark, writeMark } from "./mark";
import type { Grid } from "./message";
import { scrollByTouch } from "./touch";
import { FOCUS_IN, FOCUS_OUT, isFocusReport, silence } from "./silence";
import { onThemeChange, theme } from "./theme";
import { Widths } from "./widths";

const SCROLLBACK_ROWS = 5_000;
const FONT = 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
const FONT_PX_MIN = 5;
/** Of a letter to its ground, as WCAG's AA asks. */
const CONTRAST_MIN = 4.5;
/** Cancels whatever sequence the parser stands in. */
const CANCEL = "\x18";
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
  readonly #terminal: Terminal;
  readonly #listener: EmulatorListener;
  readonly #fontPx: number;
  readonly #forgetTheme: () => void;
  #place: HTMLElement | undefined;

  constructor(listener: EmulatorListener, grid: Grid, fontPx: number) {
    this.#listener = listener;
    this.#fontPx = fontPx;
    this.#terminal = new Terminal({
      cols: grid.cols,
      rows: grid.rows,
      fontFamily: FONT,
      fontSize: fontPx,
      scrollback: SCROLLBACK_ROWS,
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
    this.#listen();
    this.#forgetTheme = onThemeChange(() => (this.#terminal.options.theme = theme()));
  }

  mount(place: HTMLElement): void {
    this.#place = place;
    this.#terminal.open(place);
    scrollByTouch(place, this.#terminal);
    const { textarea } = this.#terminal;
    textarea?.addEventListener("focus", () => this.#reportFocus(FOCUS_IN));
    textarea?.addEventListener("blur", () => this.#reportFocus(FOCUS_OUT));
    textarea?.setAttribute("aria-label", "Terminal");
  }

  /** Shows what came next; `parsed` is called once it is parsed. */
  write(bytes: Uint8Array, parsed: () => void): void {
    this.#terminal.write(bytes, parsed);
  }

  /** Replaces the screen by a Snapshot's, in one piece: xterm.js parses a chunk whole before it draws. Scrollback stays. */
  restore(grid: Grid, vt: Uint8Array, parsed: () => void): void {
    const head = new TextEncoder().encode(CANCEL + writeMark(grid));
    const whole = new Uint8Array(head.length + vt.length);
    whole.set(head);
    whole.set(vt, head.length);
    this.#terminal.write(whole, parsed);
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

  /** The first row in sight, counted back from the newest screen's; undefined if that is in sight. */
  get firstRow(): bigint | undefined {
    const { baseY, viewportY } = this.#terminal.buffer.active;
    return baseY === viewportY ? undefined : BigInt(baseY - viewportY);
  }

  /** Scrolls to a row that `firstRow` named. */
  showRow(row: bigint): void {
    const { baseY } = this.#terminal.buffer.active;
    this.#terminal.scrollToLine(Math.max(0, baseY - Number(row)));
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
    this.#terminal.resize(grid.cols, grid.rows);
    this.#listener.sized(grid);
    return true;
  }

  #reportFocus(report: string): void {
    if (this.#terminal.modes.sendFocusMode) this.#listener.reported(new TextEncoder().encode(report));
  }
}
