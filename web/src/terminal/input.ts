// The ears of a terminal. They stand around xterm.js's own text field and hear everything first, because what it makes of
// a phone's keyboard loses letters and doubles others; it keeps the focus, the mouse and the screen.
import { Draft, type Habits, type Typed } from "./draft";
import { encodeText, type Modifiers } from "./key";
import { IN_COMPOSITION, type KeyDown, press } from "./press";

/** Whom the ears tell. */
export interface InputListener {
  /** Text or a key's sequence, as the program is to have it. */
  type(text: string, isComposed: boolean): void;
  paste(text: string): void;
  copy(): void;
  selectAll(): void;
  /** By so many pages, upwards if negative. */
  scroll(pages: number): void;
  /** Being composed, to be shown at the cursor; empty: nothing. */
  composing(text: string): void;
}

/** What the ears ask. */
export interface InputSurroundings {
  isApplicationCursor(): boolean;
  /** The key row's modifiers that wait for a key; `use` takes them. */
  sticky: { peek(): Modifiers; use(): Modifiers };
  /** Latin words under composition go out letter by letter. */
  isEager(): boolean;
}

/** Enough for a phone's keyboard to delete; blanks, which no keyboard takes for a word to correct. */
const FILLER = " ".repeat(16);
const DELETIONS: Record<string, string> = { deleteWordBackward: "\x17", deleteSoftLineBackward: "\x15", deleteHardLineBackward: "\x15", deleteContentForward: "\x1b[3~" };
const UNWANTED = ["historyUndo", "historyRedo", "insertFromYank"];

export class Input {
  readonly #field: HTMLTextAreaElement;
  readonly #listener: InputListener;
  readonly #around: InputSurroundings;
  readonly #draft: Draft;
  /** What the field held when a keyboard, or this, last wrote into it. */
  #written = "";
  /** The field holds what is in no word any more. */
  #isStale = false;
  readonly #filler = navigator.maxTouchPoints > 0 ? FILLER : "";

  /** `ears`: an element around the field, where events are heard before the field's own listeners. */
  constructor(ears: HTMLElement, field: HTMLTextAreaElement, listener: InputListener, around: InputSurroundings) {
    this.#field = field;
    this.#listener = listener;
    this.#around = around;
    const habits = (): Habits => ({ filler: this.#filler, isEager: around.isEager() });
    this.#draft = new Draft(habits);
    this.#hear(ears, "keydown", (event) => this.#keyDown(event));
    this.#hear(ears, "keypress", () => undefined);
    this.#hear(ears, "beforeinput", (event) => this.#beforeInput(event));
    this.#hear(ears, "input", () => this.#changed());
    this.#hear(ears, "compositionstart", () => this.#draft.compositionStarted(this.#kept));
    this.#hear(ears, "compositionupdate", () => undefined);
    this.#hear(ears, "compositionend", () => this.#say(this.#draft.compositionEnded(field.value)));
    this.#hear(ears, "paste", (event) => this.#paste(event, event.clipboardData));
    field.addEventListener("focus", () => this.#reset());
    field.addEventListener("blur", () => this.#reset());
    describe(field);
  }

  #hear<K extends keyof HTMLElementEventMap>(ears: HTMLElement, name: K, act: (event: HTMLElementEventMap[K]) => void): void {
    const heard = (event: HTMLElementEventMap[K]) => {
      if (event.target !== this.#field) return;
      event.stopPropagation();
      act(event);
    };
    ears.addEventListener(name, heard, { capture: true });
  }

  #keyDown(event: KeyboardEvent): void {
    const keyboard = { isMac: IS_MAC, isApplicationCursor: this.#around.isApplicationCursor(), sticky: this.#around.sticky.peek() };
    const done = press(downOf(event), keyboard);
    this.#draft.before(this.#kept, event.key);
    if (!done) return this.#standAtEnd(event);
    event.preventDefault();
    // A key that the input method has no use for ends what it was composing.
    if (this.#draft.isComposing) this.#say(this.#draft.compositionEnded(this.#field.value));
    switch (done.name) {
      case "send":
        this.#around.sticky.use();
        this.#reset();
        return this.#listener.type(done.text, false);
      case "scroll":
        return this.#listener.scroll(done.pages);
      case "copy":
        return this.#listener.copy();
      case "selectAll":
        return this.#listener.selectAll();
    }
  }

  /** A field can have the focus and no cursor, after a dialog for one; what is typed then would go nowhere. */
  #standAtEnd({ keyCode }: KeyboardEvent): void {
    const { length } = this.#field.value;
    if (keyCode !== IN_COMPOSITION && !this.#draft.isComposing) this.#field.setSelectionRange(length, length);
  }

  #beforeInput(event: InputEvent): void {
    this.#draft.before(this.#kept);
    if (event.inputType === "insertFromDrop") return this.#paste(event, event.dataTransfer);
    if (UNWANTED.includes(event.inputType)) return event.preventDefault();
    const deletion = this.#draft.isComposing ? undefined : DELETIONS[event.inputType];
    if (deletion === undefined) return;
    event.preventDefault();
    this.#reset();
    this.#listener.type(deletion, false);
  }

  #changed(): void {
    const { shift, alt, ctrl } = this.#around.sticky.peek();
    this.#say(this.#draft.changed(this.#field.value, shift || alt || ctrl));
  }

  /**
   * What the field holds that can still be changed by typing: nothing where xterm.js put in what a person selects on the
   * screen, itself selected, for the browser to copy. What is typed takes its place, and deletes nothing of the program's.
   */
  get #kept(): string {
    const { value, selectionStart, selectionEnd } = this.#field;
    return value !== this.#written && selectionStart === 0 && selectionEnd === value.length ? "" : value;
  }

  #say(typed: Typed | undefined): void {
    this.#written = this.#field.value;
    this.#listener.composing(this.#draft.preview);
    if (typed) {
      const modifiers = this.#around.sticky.use();
      const text = encodeText(typed.text, modifiers);
      // A letter under Ctrl stands in no word. A keyboard that still composes it must not be disturbed: it would say it again.
      this.#isStale ||= text !== typed.text || text.includes("\r");
      this.#listener.type(text, typed.isComposed);
    }
    if (!this.#draft.isComposing && (this.#isStale || this.#draft.isWorn(this.#field.value))) this.#reset();
  }

  #paste(event: Event, data: DataTransfer | null): void {
    event.preventDefault();
    const text = data?.getData("text/plain") ?? "";
    if (text !== "") this.#listener.paste(text);
  }

  #reset(): void {
    if (this.#field.value !== this.#filler) this.#field.value = this.#filler;
    if (document.activeElement === this.#field) this.#field.setSelectionRange(this.#filler.length, this.#filler.length);
    this.#written = this.#filler;
    this.#draft.reset(this.#filler);
    this.#isStale = false;
    this.#listener.composing("");
  }
}

const IS_MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");

function downOf(event: KeyboardEvent): KeyDown {
  const { key, code, keyCode, shiftKey, altKey, ctrlKey, metaKey } = event;
  return { key, code, keyCode, shift: shiftKey, alt: altKey, ctrl: ctrlKey, meta: metaKey, isAltGraph: event.getModifierState("AltGraph") };
}

/** Asks keyboards to leave alone what is typed. */
function describe(field: HTMLTextAreaElement): void {
  const wishes = { autocomplete: "off", autocorrect: "off", autocapitalize: "off", spellcheck: "false", inputmode: "text", "data-gramm": "false" };
  for (const [name, value] of Object.entries(wishes)) field.setAttribute(name, value);
  field.setAttribute("aria-label", "Terminal");
}
