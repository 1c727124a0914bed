// The bounds of predictive echo, as in client/src/limits.rs.

/** Bytes typed at once above which they are a paste, and not predicted: nobody types so fast. */
export const PREDICTED_INPUT_MAX = 100;
/** Cells guessed at a time: fifty lines of text. Above it all guesses are dropped. */
export const GUESSES_MAX = 4096;
/** What one cell showed, remembered so that showing it again proves nothing. */
export const CELL_PASTS_MAX = 8;
/** Answers of the host that wait for their offset to be parsed; the newest says all that the others say. */
export const ECHOES_WAITING_MAX = 64;
/** Keys on their way that are kept: more than anybody types in a round trip. The oldest go first. */
export const STROKES_MAX = 256;
/** Prompts remembered: a shell, what runs in it, and some more. */
export const PROMPTS_MAX = 8;
/** Cells of a prompt; a longer one is text. */
export const PROMPT_CELLS_MAX = 200;
