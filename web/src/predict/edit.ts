// What a key does to a line, as line editors do it: the guesses it makes. The twin of client/src/predict/edit.rs.
import { Guess } from "./guess";
import type { Key } from "./keys";
import { GUESSES_MAX } from "./limits";
import type { Line } from "./prompts";
import { BLANK, type Cell, OTHER, type Shown, type Spot } from "./shown";
import type { State } from "./state";
import type { Stroke } from "./strokes";

/** One key, on one screen. */
export class Edit<S> {
  readonly #state: State<S>;
  readonly #view: Shown<S>;
  readonly #stroke: Stroke;
  readonly #cols: number;

  constructor(state: State<S>, view: Shown<S>, stroke: Stroke) {
    this.#state = state;
    this.#view = view;
    this.#stroke = stroke;
    this.#cols = view.extent.cols;
  }

  /** `isSettled`: all that was typed before it is there. */
  act(isSettled: boolean): void {
    const { key } = this.#stroke;
    if (!["text", "backspace", "left", "right"].includes(key.name)) this.#state.rowBegun = undefined;
    switch (key.name) {
      case "text":
      case "backspace":
      case "left":
      case "right":
        if (this.#begin(isSettled)) this.#edit(key);
        break;
      case "enter":
        this.#state.becomeTentative();
        if (!this.#begin(false)) break;
        this.#state.line = undefined;
        this.#newLine();
        break;
      case "interrupt":
      case "edit":
        this.#state.becomeTentative();
        break;
      case "other":
        this.#state.becomeTentative();
        this.#state.prompts.doubt();
        break;
    }
    if (this.#state.count > GUESSES_MAX) this.#state.reset();
  }

  #edit(key: Key): void {
    if (key.name === "text") this.#insert(key.char);
    if (key.name === "backspace") this.#erase();
    if (key.name === "left") this.#left();
    if (key.name === "right") this.#right();
  }

  /** Sees to it that the last of `cursors` is of this epoch; false if nobody knows where the cursor is. */
  #begin(isSettled: boolean): boolean {
    const { cursors, epoch } = this.#state;
    const last = cursors.at(-1);
    if (!last) return this.#beginLine(isSettled);
    if (last.epoch !== epoch) cursors.push({ spot: last.spot, epoch, seq: this.#stroke.seq });
    return true;
  }

  #beginLine(isSettled: boolean): boolean {
    const state = this.#state;
    const spot = this.#view.cursor;
    if (!spot) {
      state.becomeTentative();
      return false;
    }
    const line = state.prompts.line(this.#view, spot, state.epoch);
    if (isSettled && state.count === 0 && state.prompts.trusts(line)) state.proven = state.epoch;
    line.isSafe = this.#isSafe(line);
    state.rowBegun = line.isSafe ? undefined : spot.row;
    state.line = line;
    state.anchor = spot.row;
    state.hasLeftRow = false;
    state.cursors.push({ spot, epoch: state.epoch, seq: this.#stroke.seq });
    return true;
  }

  /**
   * Whether an echo in this line says how a program reads: in a full-screen program, behind a known prompt, or where a program
   * put the cursor. From the beginning of a row on it may be the driver's, of keys that nobody reads yet.
   */
  #isSafe(line: Line): boolean {
    const isPut = line.before.length > 0 && this.#state.rowBegun !== line.row;
    return this.#view.isAlternate || line.promptCols !== undefined || isPut;
  }

  #insert(char: string): void {
    const at = this.#place;
    // In the last column some programs wrap, some write a mark, some scroll.
    if (at.col + 1 >= this.#cols) this.#state.becomeTentative();
    if (!this.#state.hasLeftRow && !this.#hasSuggestion(at)) this.#makeRoom(at);
    this.#guess(at, { glyph: char, isDim: false, style: this.#styleLeftOf(at) }, true);
    if (at.col + 1 < this.#cols) return this.#moveTo({ row: at.row, col: at.col + 1 });
    this.#state.becomeTentative();
    this.#begin(false);
    this.#newLine();
  }

  /** Moves what stands from here to the next gap by one to the right. */
  #makeRoom({ row, col }: Spot): void {
    for (let from = Math.min(this.#runEnd({ row, col }), this.#cols - 1) - 1; from >= col; from--) {
      const isKnown = from + 2 < this.#cols;
      this.#guess({ row, col: from + 1 }, isKnown ? movable(this.#at({ row, col: from })) : undefined);
    }
  }

  #erase(): void {
    const from = this.#place;
    if (from.col === 0 || this.#isWall(from)) return;
    const at = { row: from.row, col: from.col - 1 };
    const isEnd = this.#state.hasLeftRow || this.#hasSuggestion(from);
    const end = isEnd ? from.col : this.#runEnd(from);
    for (let col = at.col; col < end; col++) {
      const to = { row: at.row, col };
      const blank = () => ({ glyph: BLANK, isDim: false, style: this.#view.cell(to).style });
      const cell = col + 1 < end ? this.#at({ row: at.row, col: col + 1 }) : blank();
      const isKnown = end < this.#cols || col + 2 < this.#cols;
      this.#guess(to, isKnown ? movable(cell) : undefined);
    }
    this.#moveTo(at);
  }

  #left(): void {
    const at = this.#place;
    if (at.col > 0 && !this.#isWall(at)) this.#moveTo({ row: at.row, col: at.col - 1 });
  }

  /** Not beyond the end of the line: there the key may take a suggestion, ring, or do nothing. */
  #right(): void {
    const at = this.#place;
    const isEnd = at.col + 1 >= this.#cols || this.#runEnd(at) === at.col || this.#hasSuggestion(at);
    if (isEnd) this.#state.becomeTentative();
    else this.#moveTo({ row: at.row, col: at.col + 1 });
  }

  /** On the last row the line is guessed to become blank; that the rest scrolls is not guessed. */
  #newLine(): void {
    this.#state.hasLeftRow = true;
    const at = this.#place;
    if (at.row + 1 < this.#view.extent.rows) return this.#moveTo({ row: at.row + 1, col: 0 });
    for (let col = 0; col < this.#cols; col++) {
      const spot = { row: at.row, col };
      if (this.#at(spot)?.glyph !== BLANK) this.#guess(spot, { glyph: BLANK, isDim: false, style: this.#view.plain });
    }
    this.#moveTo({ row: at.row, col: 0 });
  }

  /** The column of the next gap: two blanks, or blanks to the end of the row. */
  #runEnd({ row, col }: Spot): number {
    const isBlank = (col: number) => this.#at({ row, col })?.glyph === BLANK;
    for (let end = col; end < this.#cols; end++) {
      if (isBlank(end) && (end + 1 === this.#cols || isBlank(end + 1))) return end;
    }
    return this.#cols;
  }

  /** Whether what stands behind the cursor is no text, but what a shell suggests. */
  #hasSuggestion({ row, col }: Spot): boolean {
    for (let at = col; at < this.#cols; at++) {
      const cell = this.#at({ row, col: at });
      if (cell && cell.glyph !== BLANK) return cell.isDim;
    }
    return false;
  }

  /** Whether the prompt ends here. */
  #isWall(at: Spot): boolean {
    const { line } = this.#state;
    return line?.row === at.row && line.promptCols !== undefined && at.col <= line.promptCols;
  }

  #styleLeftOf({ row, col }: Spot): S {
    if (col === 0) return this.#view.plain;
    const left = { row, col: col - 1 };
    return (this.#at(left) ?? this.#view.cell(left)).style;
  }

  /** What a cell shows by the newest guess; undefined if that is unknown. */
  #at(spot: Spot): Cell<S> | undefined {
    const guess = this.#state.guessAt(spot);
    return guess ? guess.cell : this.#view.cell(spot);
  }

  #guess(spot: Spot, cell: Cell<S> | undefined, isTyped = false): void {
    const { seq, made } = this.#stroke;
    const { epoch } = this.#state;
    const old = this.#state.guessAt(spot);
    this.#state.keep(new Guess(old, this.#view.cell(spot), { cell, isTyped, spot, epoch, seq, made }));
  }

  /** Where the next key acts. */
  get #place(): Spot {
    return this.#state.cursors.at(-1)!.spot;
  }

  #moveTo(spot: Spot): void {
    const { epoch } = this.#state.cursors.pop()!;
    this.#state.cursors.push({ spot, epoch, seq: this.#stroke.seq });
  }
}

/** Half of a wide character, or several characters in one cell, become unknown when they move. */
function movable<S>(cell: Cell<S> | undefined): Cell<S> | undefined {
  return cell?.glyph === OTHER ? undefined : cell;
}
