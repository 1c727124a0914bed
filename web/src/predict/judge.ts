// What the real screen says of the guesses: credit as early as it can be given, blame only where it is certain.
// The twin of client/src/predict/judge.rs.
import type { Guess, Place } from "./guess";
import { Prompts } from "./prompts";
import { type Cell, isSame, type Shown } from "./shown";
import type { State } from "./state";

/** Compares every guess with the screen. */
export function judge<S>(state: State<S>, now: number, view: Shown<S>): void {
  meet(state, view);
  if (judgeCells(state, now, view)) judgeCursors(state, view);
  state.display.adapt(state.isActive);
}

/** Drops everything where the screen is not the one that was guessed at. */
function meet<S>(state: State<S>, view: Shown<S>): void {
  const { rows, cols } = view.extent;
  const isResized = state.extent?.rows !== rows || state.extent.cols !== cols;
  const isSwitched = (state.shelved !== undefined) !== view.isAlternate;
  state.extent = { rows, cols };
  if (isSwitched) {
    // A full-screen program proves its own prompts, and those behind it stay what they are.
    const { shelved, prompts } = state;
    state.shelved = shelved ? undefined : prompts;
    state.prompts = shelved ?? new Prompts();
  }
  if (isResized || isSwitched || (view.isSecret && state.isActive)) state.reset();
}

/** Whether the cursors still count. */
function judgeCells<S>(state: State<S>, now: number, view: Shown<S>): boolean {
  for (const { spot } of state.guesses) {
    const guess = state.guessAt(spot);
    if (!guess) continue;
    const real = view.cell(spot);
    switch (guess.verdict(real, state.echoes.hasSettled(guess.seq))) {
      case "pending":
        state.display.pending(now, guess.made);
        break;
      case "over":
        state.drop(guess);
        break;
      case "true":
        state.display.confirmed(now, guess.made);
        state.drop(guess);
        credit(state, view, guess, real);
        break;
      case "false":
        blame(state, guess.epoch);
        if (state.isProven(guess.epoch)) {
          state.reset();
          return false;
        }
        kill(state, view, guess.epoch);
        break;
    }
  }
  return true;
}

/**
 * What came true proves its epoch, if the cursor stands behind it: an output that only happens to put this letter here
 * leaves the cursor elsewhere.
 */
function credit<S>(state: State<S>, view: Shown<S>, guess: Guess<S>, real: Cell<S>): void {
  const { row, col } = guess.spot;
  const { cursor } = view;
  const isReached = (place: Place) =>
    place.epoch >= guess.epoch && place.spot.row === row && cursor?.row === row && cursor.col > col && cursor.col <= place.spot.col;
  if (guess.isTyped && state.cursors.some(isReached)) {
    state.proven = Math.max(state.proven, guess.epoch);
    const { line } = state;
    if (line?.epoch === guess.epoch && line.row === row) state.prompts.learn(line);
  }
  const later = state.guesses.filter(({ spot }) => spot.row === row && spot.col > col);
  for (const next of later) {
    if (!next.isTyped) break;
    if (next.cell) next.cell = { ...next.cell, style: real.style };
  }
}

/** A guess of the epoch that began this line was false: what the keys mean here is not known any more. */
function blame<S>(state: State<S>, epoch: number): void {
  if (state.line?.epoch === epoch) state.prompts.doubt();
}

/** Drops an epoch that nobody saw, and what was typed after it. */
function kill<S>(state: State<S>, view: Shown<S>, epoch: number): void {
  for (const guess of state.guesses) if (guess.epoch >= epoch) state.drop(guess);
  state.cursors = state.cursors.filter((place) => place.epoch < epoch);
  if (view.cursor) state.cursors.push({ spot: view.cursor, epoch: state.epoch, seq: state.newest });
  state.becomeTentative();
}

function judgeCursors<S>(state: State<S>, view: Shown<S>): void {
  const last = state.cursors.at(-1);
  if (!last) return;
  if (state.echoes.hasSettled(last.seq) && !isSame(last.spot, view.cursor)) return state.reset();
  state.cursors = state.cursors.filter((place) => {
    // Where the cursor already was, and from where newer keys have taken it, it is not to be seen again.
    const isPast =
      place.epoch < last.epoch &&
      isSame(place.spot, view.cursor) &&
      state.guesses.every((guess) => guess.epoch > place.epoch || guess.isSeen(view.cell(guess.spot)));
    return !isPast && !state.echoes.hasSettled(place.seq);
  });
}
