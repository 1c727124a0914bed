// Prompts behind which typing was echoed: text left of the cursor that is known to begin a line.
// The twin of client/src/predict/prompts.rs.
import { PROMPT_CELLS_MAX, PROMPTS_MAX } from "./limits";
import type { Shown, Spot } from "./shown";

/** Where typing began, and what stood left of it. */
export interface Line {
  readonly row: number;
  /** The epoch that began here. */
  readonly epoch: number;
  /** Whether Enter or ^C brought the cursor here, so that what stands left of it is a prompt. */
  readonly isFresh: boolean;
  /** One entry a cell. */
  readonly before: readonly string[];
  /** Whether an echo in it proves anything. */
  isSafe: boolean;
  /** Columns of the known prompt that it begins with. */
  readonly promptCols: number | undefined;
}

/** The prompts known. */
export class Prompts {
  /** The newest last. */
  #known: (readonly string[])[] = [];
  /** A key was typed that may change what keys mean, or a guess behind a prompt was false; until the next proof. */
  #isDoubtful = false;
  /** Of the keys whose effects are there the last was Enter or ^C. */
  isFresh = true;

  /** Whether typing behind this text can be shown at once. */
  trusts(line: Line): boolean {
    return !this.#isDoubtful && line.promptCols !== undefined;
  }

  /** The line that begins at the cursor. */
  line(view: Shown<unknown>, at: Spot, epoch: number): Line {
    const before = Array.from({ length: at.col }, (_, col) => view.cell({ row: at.row, col }).glyph);
    const known = this.#known.filter((prompt) => prompt.every((glyph, col) => before[col] === glyph));
    const promptCols = known.length === 0 ? undefined : Math.max(...known.map((prompt) => prompt.length));
    return { row: at.row, epoch, isFresh: this.isFresh, before, isSafe: false, promptCols };
  }

  /** Typing in this line was echoed. */
  learn(line: Line): void {
    this.#isDoubtful = false;
    const isPrompt = line.isFresh && line.promptCols === undefined;
    if (!isPrompt || line.before.join("").trim() === "" || line.before.length > PROMPT_CELLS_MAX) return;
    if (this.#known.length === PROMPTS_MAX) this.#known.shift();
    this.#known.push(line.before);
  }

  /** Keys may mean something else now. */
  doubt(): void {
    this.#isDoubtful = true;
  }
}
