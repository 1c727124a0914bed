// What the real screen shows: all that the predictor may ask of it. The twin of client/src/predict/shown.rs.

/** A place in the grid; counts from 0. */
export interface Spot {
  readonly row: number;
  readonly col: number;
}

/** How large the grid is. */
export interface Extent {
  readonly rows: number;
  readonly cols: number;
}

/** Nothing or a space. */
export const BLANK = " ";
/** Half of a wide character, or several characters in one cell. */
export const OTHER = "\ufffd";

/** One cell. */
export interface Cell<S> {
  /** One character of one cell's width, BLANK or OTHER. */
  readonly glyph: string;
  /** Whether it looks as suggestions do: faint, or grey. */
  readonly isDim: boolean;
  /** How it looks, for the overlay. */
  readonly style: S;
}

/** The real screen, as far as the Log was parsed. */
export interface Shown<S> {
  readonly extent: Extent;
  /** Where the next character goes; undefined while the last column is written and the next character wraps first. */
  readonly cursor: Spot | undefined;
  /** Whether the alternate screen is shown: a full-screen program. */
  readonly isAlternate: boolean;
  /** Whether the host says that what is typed is not echoed. */
  readonly isSecret: boolean;
  /** How a cell looks that nothing was said about. */
  readonly plain: S;
  /** The cell at a spot inside the grid. */
  cell(spot: Spot): Cell<S>;
}

export function isSame(one: Spot | undefined, other: Spot | undefined): boolean {
  return one?.row === other?.row && one?.col === other?.col;
}
