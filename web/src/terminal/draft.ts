// What stands in the text field behind a terminal, and how much of it the program has. Keyboards of phones do not tell what
// they do, they only do it: they replace a word, take a letter back, join two syllables. So nothing is read from
// their events but that the field changed: the difference to what the program has is what was typed.

/** What a change comes to. */
export interface Typed {
  text: string;
  /** An input method, a suggestion or a correction wrote it; nobody pressed a key for each letter. */
  isComposed: boolean;
}

/** Which compositions are sent letter by letter. */
export interface Habits {
  /** Blanks that the field begins with, so that a phone's keyboard has something to delete. */
  filler: string;
  /** Latin letters under composition go out at once: on Android every word is one, and vim waits for its "j". */
  isEager: boolean;
}

/** From this length on an idle field is emptied. */
const LONG = 256;
const DELETE = "\x7f";
/** Latin, with all its accents. */
const LATIN = /^[\u0000-\u024f\u1e00-\u1eff\u2018-\u201d\u2026]*$/;
/** What a phone makes of two blanks. */
const PERIOD_SHORTCUT = ". ";
/** What a phone makes of quotes and dashes, by the key that was pressed. */
const SMART: Record<string, string> = { "'": "‘’‚", '"': "“”„«»", "-": "–—", ".": "…" };

export class Draft {
  readonly #habits: () => Habits;
  /** What the field held when the program had everything of it. */
  #known = "";
  #isComposing = false;
  #isHeld = false;
  #preview = "";
  #key = "";

  constructor(habits: () => Habits) {
    this.#habits = habits;
  }

  get isComposing(): boolean {
    return this.#isComposing;
  }

  /** What is being composed and was not sent; empty most of the time. */
  get preview(): string {
    return this.#preview;
  }

  /** A key goes down, or something is about to change: whatever else wrote into the field meanwhile was no typing. */
  before(value: string, key = this.#key): void {
    this.#key = key;
    if (!this.#isComposing) this.#known = value;
  }

  compositionStarted(value: string): void {
    this.before(value);
    this.#isComposing = true;
    this.#isHeld = false;
    this.#preview = "";
  }

  /** The field holds this now. `hasChord`: a modifier of the key row waits, so that nothing is held back. */
  changed(value: string, hasChord = false): Typed | undefined {
    if (this.#isComposing && !hasChord && this.#holds(value)) {
      this.#isHeld = true;
      this.#preview = difference(this.#known, value).text;
      return undefined;
    }
    return this.#settle(value);
  }

  compositionEnded(value: string): Typed | undefined {
    this.#isComposing = false;
    return this.#settle(value);
  }

  /** The field was emptied to this. */
  reset(value: string): void {
    this.#known = value;
    this.#isComposing = false;
    this.#isHeld = false;
    this.#preview = "";
  }

  /** Whether the field should be emptied now: it grew long, or its filler is nearly eaten up. */
  isWorn(value: string): boolean {
    const { filler } = this.#habits();
    return !this.#isComposing && (value.length > LONG || value.length * 2 < filler.length);
  }

  #holds(value: string): boolean {
    return this.#isHeld || !this.#habits().isEager || !LATIN.test(difference(this.#known, value).text);
  }

  #settle(value: string): Typed | undefined {
    const change = difference(this.#known, value);
    const isComposed = this.#isHeld || [...change.text].length > 1 || (change.deleted > 0 && change.text !== "");
    this.#known = value;
    this.#isHeld = false;
    this.#preview = "";
    if (change.deleted === 0 && change.text === "") return undefined;
    if (change.gone === " " && change.text === PERIOD_SHORTCUT) return { text: " ", isComposed: false };
    return { text: DELETE.repeat(change.deleted) + this.#plain(change), isComposed };
  }

  /** Line ends as Enter types them, and what was pressed instead of what a phone made of it: two hyphens, not a dash. */
  #plain({ text, deleted }: Change): string {
    const isSmart = text !== "" && SMART[this.#key]?.includes(text);
    return isSmart ? this.#key.repeat(deleted + 1) : text.replace(/\r?\n/g, "\r");
  }
}

/** What makes one text of another, at its end. */
interface Change {
  /** Characters to delete. */
  deleted: number;
  /** What they are. */
  gone: string;
  /** What to type then. */
  text: string;
}

function difference(from: string, to: string): Change {
  const old = [...from];
  const now = [...to];
  let same = 0;
  while (same < old.length && same < now.length && old[same] === now[same]) same += 1;
  return { deleted: old.length - same, gone: old.slice(same).join(""), text: now.slice(same).join("") };
}
