// Selecting with a finger: a word where it stayed, a handle at each end, and what to do with it above.
import type { Terminal } from "@xterm/xterm";

import { type Cell, Cells, type Point } from "./cell";
import { drag, lengthOf, type Span, wordAt } from "./span";

/** What the bar above a selection offers. */
export interface SelectionListener {
  copy(text: string): void;
  /** Asks the browser for the clipboard's text. */
  paste(): void;
}

type End = "start" | "end";

/** Above the finger, so that it does not hide what the handle points at. */
const HANDLE_ABOVE_PX = 22;
const BAR_PX = 52;

export class TouchSelection {
  readonly #terminal: Terminal;
  readonly #place: HTMLElement;
  readonly #cells: Cells;
  readonly #listener: SelectionListener;
  readonly #handles: Record<End, HTMLElement>;
  readonly #bar = document.createElement("div");
  #span: Span | undefined;
  /** The word that the finger held: what is dragged from there keeps it. */
  #word: Span | undefined;
  #isOwn = false;

  constructor(terminal: Terminal, place: HTMLElement, screen: HTMLElement, listener: SelectionListener) {
    this.#terminal = terminal;
    this.#place = place;
    this.#cells = new Cells(terminal, screen);
    this.#listener = listener;
    this.#handles = { start: this.#handle("start"), end: this.#handle("end") };
    this.#makeBar();
    this.end();
    terminal.onSelectionChange(() => this.#isOwn || this.#span === undefined || this.end());
    terminal.onRender(() => this.#draw());
  }

  get isActive(): boolean {
    return this.#span !== undefined;
  }

  /** Selects the word at a point; on blank ground only the bar comes up, to paste. */
  begin(at: Point): void {
    const cell = this.#cells.at(at);
    this.#word = wordAt(this.#rowText(cell.row), cell);
    this.#select(this.#word);
  }

  /** The finger that began moves on: the selection grows to it, in either direction. */
  extend(at: Point): void {
    const cell = this.#cells.at(at);
    const word = this.#word;
    if (!word) return;
    const isBack = cell.row < word.start.row || (cell.row === word.start.row && cell.col < word.start.col);
    const isWithin = cell.row === word.start.row && !isBack && cell.col < word.end.col;
    this.#select(isWithin ? word : drag(word, isBack ? "start" : "end", cell));
  }

  selectAll(): void {
    const { length } = this.#terminal.buffer.active;
    this.#select({ start: { col: 0, row: 0 }, end: { col: this.#terminal.cols, row: length - 1 } });
  }

  end(): void {
    const wasActive = this.#span !== undefined;
    this.#span = undefined;
    this.#word = undefined;
    for (const element of [this.#handles.start, this.#handles.end, this.#bar]) element.hidden = true;
    if (wasActive) this.#terminal.clearSelection();
  }

  #select(span: Span): void {
    this.#span = span;
    this.#isOwn = true;
    this.#terminal.select(span.start.col, span.start.row, lengthOf(span, this.#terminal.cols));
    this.#isOwn = false;
    this.#draw();
  }

  /** The characters of a row, one a cell; nothing for the second half of a wide one. */
  #rowText(row: number): string[] {
    const line = this.#terminal.buffer.active.getLine(row);
    const cells = Array.from({ length: this.#terminal.cols }, (_, col) => line?.getCell(col));
    return cells.map((cell) => (cell?.getWidth() === 0 ? "" : cell?.getChars() || " "));
  }

  #draw(): void {
    if (!this.#span) return;
    // Rows that fall off the far end move it, and xterm.js keeps count.
    const held = this.#terminal.getSelectionPosition();
    if (!held) return this.end();
    const span = { start: { col: held.start.x, row: held.start.y }, end: { col: held.end.x, row: held.end.y } };
    this.#span = span;
    const place = this.#place.getBoundingClientRect();
    const set = (element: HTMLElement, { x, y }: Point) => Object.assign(element.style, { left: `${x}px`, top: `${y}px` });
    const onPlace = (cell: Cell): Point => {
      const { x, y } = this.#cells.foot(cell);
      return { x: x - place.left, y: y - place.top };
    };
    const [start, end] = [onPlace(span.start), onPlace(span.end)];
    const isSeen = ({ y }: Point) => y > 0 && y <= place.height;
    this.#handles.start.hidden = !isSeen(start);
    this.#handles.end.hidden = !isSeen(end);
    set(this.#handles.start, start);
    set(this.#handles.end, end);
    this.#bar.hidden = false;
    const { height } = this.#cells.layout;
    const above = start.y - height - BAR_PX;
    const below = Math.min(end.y + BAR_PX, place.height - BAR_PX);
    const middle = start.y === end.y ? (start.x + end.x) / 2 : place.width / 2;
    const half = this.#bar.offsetWidth / 2;
    set(this.#bar, { x: Math.max(8 + half, Math.min(middle, place.width - half - 8)), y: Math.max(6, above > 6 ? above : below) });
  }

  #handle(which: End): HTMLElement {
    const handle = document.createElement("div");
    handle.className = `handle ${which}`;
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (event) => {
      if (!this.#span || !handle.hasPointerCapture(event.pointerId)) return;
      const cell = this.#cells.at({ x: event.clientX, y: event.clientY - HANDLE_ABOVE_PX });
      this.#select(drag(this.#span, which, cell));
    });
    for (const name of ["touchstart", "touchmove", "touchend"]) handle.addEventListener(name, stop, { passive: false });
    this.#place.append(handle);
    return handle;
  }

  #makeBar(): void {
    this.#bar.className = "selection-bar";
    this.#bar.setAttribute("role", "toolbar");
    this.#bar.setAttribute("aria-label", "Selection");
    const acts: [string, () => void][] = [
      ["Copy", () => (this.#listener.copy(this.#terminal.getSelection()), this.end())],
      ["Paste", () => (this.end(), this.#listener.paste())],
      ["Select all", () => this.selectAll()],
      ["Done", () => this.end()],
    ];
    for (const [label, act] of acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("click", act);
      this.#bar.append(button);
    }
    for (const name of ["touchstart", "touchmove", "touchend"]) this.#bar.addEventListener(name, (event) => event.stopPropagation());
    this.#place.append(this.#bar);
  }
}

function stop(event: Event): void {
  event.stopPropagation();
  if (event.cancelable) event.preventDefault();
}
