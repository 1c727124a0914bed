// What the real screen says of the guesses: credit as early as it can be given, blame only where it is certain.
// The twin of client/src/predict/judge.rs.
import { Edit } from "./edit";
import type { Guess, Place } from "./guess";
import { Prompts } from "./prompts";
import { type Cell, isSame, type Shown } from "./shown";
import type { State } from "./state";

/** Keys behind which a prompt stands. */
const FRESH = ["enter", "interrupt"];

/** Compares every guess with the screen. */
export function judge<S>(state: State<S>, now: number, view: Shown<S>): void {
  meet(state, view);
  settle(state);
  if (judgeCells(state, now, view) || !judgeCursors(state, view)) beginAnew(state, view);
  state.display.adapt(state.isActive);
}

/** What was false takes everything down. Keys on their way are guessed anew, hidden, from where the cursor is now. */
export function beginAnew<S>(state: State<S>, view: Shown<S>): void {
  state.clear();
  for (const stroke of state.strokes.waiting) new Edit(state, view, stroke).act(false);
}

/** Whether the cursor is in a row where no key can have taken it: the program moved what was typed in. */
export function isAstray<S>(state: State<S>, view: Shown<S>): boolean {
  const last = state.cursors.at(-1)?.spot.row;
  const real = view.cursor?.row;
  if (last === undefined || real === undefined) return false;
  return real < Math.min(state.anchor, last) || real > Math.max(state.anchor, last);
}

function settle<S>(state: State<S>): void {
  const next = () => state.strokes.settled((seq) => state.echoes.hasSettled(seq));
  for (let stroke = next(); stroke; stroke = next()) state.prompts.isFresh = FRESH.includes(stroke.key.name);
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

/** Whether one was false. */
function judgeCells<S>(state: State<S>, now: number, view: Shown<S>): boolean {
  let isFalse = false;
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
        isFalse = true;
        break;
    }
  }
  return isFalse;
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
  if (guess.isTyped && (view.isAlternate || state.line?.isSafe) && state.cursors.some(isReached)) {
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

/** Whether the cursor is where it was guessed to be, once that is certain. */
function judgeCursors<S>(state: State<S>, view: Shown<S>): boolean {
  const last = state.cursors.at(-1);
  if (!last) return true;
  if (state.echoes.hasSettled(last.seq) && !isSame(last.spot, view.cursor)) return false;
  state.cursors = state.cursors.filter((place) => {
    // Where the cursor already was, and from where newer keys have taken it, it is not to be seen again.
    const isPast =
      place.epoch < last.epoch &&
      isSame(place.spot, view.cursor) &&
      state.guesses.every((guess) => guess.epoch > place.epoch || guess.isSeen(view.cell(guess.spot)));
    return !isPast && !state.echoes.hasSettled(place.seq);
  });
  return true;
}
