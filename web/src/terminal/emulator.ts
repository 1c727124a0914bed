// xterm.js as a reader of a Log: it shows what comes, takes its size from the host's marks, and speaks only for a person.
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";

import { readClipboard } from "./clipboard";
import { type Finished, readFinished } from "./finished";
import { Input } from "./input";
import { encodeNamed, encodeText, type Modifiers } from "./key";
import { MARK_OSC, readMark, readSecret } from "./mark";
import type { Grid } from "./message";
import { type Person, readPeople } from "./people";
import { Prediction } from "./prediction";
import { Preedit } from "./preedit";
import { NO_REFLOW, resize } from "./resize";
import { Scrollback, SCROLLBACK_LINES, type ScrollbackHost } from "./scrollback";
import { TouchSelection } from "./selection";
import { FOCUS_IN, FOCUS_OUT, isFocusReport, silence } from "./silence";
import { type Colours, theme } from "./theme";
import { Touching } from "./touch";
import { Widths } from "./widths";

const FONT = 'ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
const FONT_PX_MIN = 5;
/** Frames within which the end is reached for sure. */
const END_FRAMES = 5;
/** Of a letter to its ground, as WCAG's AA asks, and its AAA. */
const CONTRAST_MIN = 4.5;
const CONTRAST_HIGH = 7;
const OSC_CLIPBOARD = 52;
/** What ends a paste: inside of one it would let the rest be typed. */
const PASTE_END = "\x1b[201~";

/** How it shows what it shows. */
export interface Look extends Colours {
  fontPx: number;
  /** Output is announced, and rows can be read one by one. */
  hasReader: boolean;
  /** How far a finger or a wheel scrolls; 1: as it is. */
  sensitivity: number;
  /** Latin words under composition go out letter by letter. */
  isEager: boolean;
}

/** How something came to be typed. */
export interface Manner {
  /** By an input method, a suggestion or a correction: nobody pressed a key for each letter. */
  composed: boolean;
}

/** The key row's modifiers that wait for a key; `use` takes them. */
export interface Sticky {
  peek(): Modifiers;
  use(): Modifiers;
}

/** Whom an emulator speaks to. */
export interface EmulatorListener {
  /** A person typed, pasted or clicked. */
  typed(bytes: Uint8Array, manner: Manner): void;
  /** The focus came or went, and the program wants to know. */
  reported(bytes: Uint8Array): void;
  titled(title: string): void;
  rang(): void;
  copied(text: string): void;
  /** The host says that a command that took long is over. */
  finished(finished: Finished): void;
  /** The host's grid is another from here on. */
  sized(): void;
  /** These devices are attached from here on. */
  peopled(people: Person[]): void;
  /** A person wants what is selected in the clipboard. */
  selected(text: string): void;
  /** A person wants the clipboard's text here. */
  pasteWanted(): void;
  /** A person followed a link. */
  followed(address: string): void;
  /** Two fingers ask for letters of this size. */
  zoomed(fontPx: number): void;
}

export class Emulator {
  /** The rows above the screen, and the way in for all that is shown. */
  readonly scrollback: Scrollback;
  readonly #terminal: Terminal;
  readonly #listener: EmulatorListener;
  readonly #sticky: Sticky;
  #look: Look;
  #place: HTMLElement | undefined;
  #selection: TouchSelection | undefined;
  #touching: Touching | undefined;
  /** While something composed passes through xterm.js. */
  #isComposed = false;
  #pinchedFrom = 0;
  /** The host says that what is typed is not shown. */
  #isSecret = false;
  #prediction: Prediction | undefined;

  constructor(listener: EmulatorListener, host: ScrollbackHost, grid: Grid, look: Look, sticky: Sticky) {
    this.#listener = listener;
    this.#look = look;
    this.#sticky = sticky;
    this.#terminal = new Terminal({
      cols: grid.cols,
      rows: grid.rows,
      fontFamily: FONT,
      scrollback: SCROLLBACK_LINES,
      ...NO_REFLOW,
      cursorBlink: false,
      cursorInactiveStyle: "outline",
      macOptionIsMeta: true,
      rightClickSelectsWord: true,
      scrollOnUserInput: true,
      linkHandler: { activate: (_, address) => listener.followed(address), allowNonHttpProtocols: true },
      // The widths of characters are a proposed part of its API.
      allowProposedApi: true,
    });
    const widths = new Widths();
    this.#terminal.unicode.register(widths);
    this.#terminal.unicode.activeVersion = widths.version;
    this.scrollback = new Scrollback(this.#terminal, widths, host);
    this.#terminal.loadAddon(new WebLinksAddon((_, address) => listener.followed(address)));
    this.wear(look);
    this.#listen();
  }

  mount(place: HTMLElement): void {
    this.#place = place;
    this.#terminal.open(place);
    // Above the first line there is nothing to scroll to, and xterm.js says nothing of it.
    place.addEventListener("keydown", ({ shiftKey, key }) => shiftKey && (key === "PageUp" || key === "Home") && this.scrollback.pulledUp(this.#terminal.rows), { capture: true });
    place.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && this.scrollback.pulledUp(1), { passive: true, capture: true });
    const { textarea } = this.#terminal;
    const screen = place.querySelector<HTMLElement>(".xterm-screen");
    if (!textarea || !screen) return;
    textarea.addEventListener("focus", () => this.#reportFocus(FOCUS_IN));
    textarea.addEventListener("blur", () => this.#reportFocus(FOCUS_OUT));
    this.#mountInput(place, textarea, new Preedit(this.#terminal, screen));
    this.#mountTouch(place, screen);
    this.#prediction = new Prediction(this.#terminal, screen, () => this.#isSecret);
  }

  /** What typing will show, shown before the host has answered; undefined before `mount`. */
  get prediction(): Prediction | undefined {
    return this.#prediction;
  }

  /** Takes over another look, with letters of its size even where they have no room; `adapt` when that is to end. */
  wear(look: Look): void {
    this.#look = look;
    const { options } = this.#terminal;
    if (options.fontSize !== look.fontPx) options.fontSize = look.fontPx;
    options.theme = theme(look);
    options.minimumContrastRatio = look.hasContrast ? CONTRAST_HIGH : CONTRAST_MIN;
    options.screenReaderMode = look.hasReader;
    options.scrollSensitivity = look.sensitivity;
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
    this.#touching?.still();
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
    const scale = this.#look.fontPx / (this.#terminal.options.fontSize ?? this.#look.fontPx);
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
    const fontSize = ratio === 1 ? this.#look.fontPx : Math.max(FONT_PX_MIN, Math.floor(this.#look.fontPx * ratio * 2) / 2);
    if (fontSize !== this.#terminal.options.fontSize) this.#terminal.options.fontSize = fontSize;
  }

  get grid(): Grid {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Types a text as if a person had, under the modifiers of the key row. */
  type(text: string): void {
    this.#type(encodeText(text, this.#sticky.use()), false);
  }

  /** Presses a key that has a name: "Escape", "ArrowLeft", "F5". */
  press(name: string): void {
    const text = encodeNamed(name, this.#sticky.use(), this.#terminal.modes.applicationCursorKeysMode);
    if (text !== undefined) this.#type(text, false);
  }

  /** Types a text from elsewhere, in the brackets that the program may have asked for. */
  paste(text: string): void {
    const open = text.replaceAll(PASTE_END, "");
    // What is left may be an end itself, if somebody meant it to be.
    this.#terminal.paste(open.includes(PASTE_END) ? open.replaceAll("\x1b", "") : open);
  }

  /** What is selected; empty: nothing is. */
  get selected(): string {
    return this.#terminal.getSelection();
  }

  selectAll(): void {
    if (this.#selection && navigator.maxTouchPoints > 0) this.#selection.selectAll();
    else this.#terminal.selectAll();
  }

  focus(): void {
    this.#terminal.focus();
  }

  dispose(): void {
    this.#prediction?.dispose();
    this.#terminal.dispose();
  }

  #type(text: string, isComposed: boolean): void {
    if (this.#look.hasReader) tellReader(this.#terminal, text);
    this.#isComposed = isComposed;
    this.#terminal.input(text, true);
    this.#isComposed = false;
  }

  #mountInput(place: HTMLElement, textarea: HTMLTextAreaElement, preedit: Preedit): void {
    const listener = {
      type: (text: string, isComposed: boolean) => this.#type(text, isComposed),
      paste: (text: string) => this.paste(text),
      copy: () => this.#listener.selected(this.selected),
      selectAll: () => this.#terminal.selectAll(),
      scroll: (pages: number) => this.#terminal.scrollPages(pages),
      composing: (text: string) => preedit.show(text),
    };
    const isApplicationCursor = () => this.#terminal.modes.applicationCursorKeysMode;
    new Input(place, textarea, listener, { isApplicationCursor, sticky: this.#sticky, isEager: () => this.#look.isEager });
  }

  #mountTouch(place: HTMLElement, screen: HTMLElement): void {
    const listener = { copy: (text: string) => this.#listener.selected(text), paste: () => this.#listener.pasteWanted() };
    const selection = new TouchSelection(this.#terminal, place, screen, listener);
    this.#selection = selection;
    this.#touching = new Touching(place, this.#terminal, {
      pinched: (scale, isFirst) => {
        if (isFirst) this.#pinchedFrom = this.#look.fontPx;
        this.#listener.zoomed(this.#pinchedFrom * scale);
      },
      held: (at) => selection.begin(at),
      dragged: (at) => selection.extend(at),
      dropped: () => undefined,
      tapped: () => selection.end(),
      pulledUp: (rows) => this.scrollback.pulledUp(rows),
      sensitivity: () => this.#look.sensitivity,
    });
  }

  #listen(): void {
    const { parser } = this.#terminal;
    silence(parser);
    parser.registerOscHandler(MARK_OSC, (data) => this.#marked(data));
    parser.registerOscHandler(OSC_CLIPBOARD, (data) => {
      const text = readClipboard(data);
      if (text !== undefined) this.#listener.copied(text);
      return true;
    });
    this.#terminal.onData((data) => {
      if (isFocusReport(data)) return;
      this.#touching?.still();
      this.#listener.typed(new TextEncoder().encode(data), { composed: this.#isComposed });
    });
    this.#terminal.onBinary((data) => this.#listener.typed(Uint8Array.from(data, (letter) => letter.charCodeAt(0)), { composed: false }));
    this.#terminal.onTitleChange((title) => this.#listener.titled(title));
    this.#terminal.onBell(() => this.#listener.rang());
  }

  #marked(data: string): true {
    const grid = readMark(data);
    this.#isSecret = readSecret(data) ?? this.#isSecret;
    const people = readPeople(data);
    if (people) this.#listener.peopled(people);
    const finished = readFinished(data);
    if (finished) this.#listener.finished(finished);
    if (!grid) return true;
    if (grid.cols !== this.#terminal.cols) this.scrollback.rewidened();
    resize(this.#terminal, grid);
    this.#listener.sized();
    return true;
  }

  #reportFocus(report: string): void {
    if (this.#terminal.modes.sendFocusMode) this.#listener.reported(new TextEncoder().encode(report));
  }
}

/**
 * A screen reader says each key by itself; xterm.js must know of them, so that it does not announce their echo as output. It hears
 * of keys only from itself and has no other way in, hence its inner event; without it, echoes are said twice.
 */
function tellReader(terminal: Terminal, text: string): void {
  const { _core } = terminal as unknown as { _core?: { _onKey?: { fire(event: { key: string }): void } } };
  for (const key of text) _core?._onKey?.fire({ key });
}
