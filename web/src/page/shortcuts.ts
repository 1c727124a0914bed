// Keys of the page itself: those that browsers leave free and programs hardly hear of.

export interface Shortcuts {
  create(): void;
  /** The next terminal, or with -1 the one before. */
  step(by: 1 | -1): void;
  /** The terminal at this place, from 0. */
  go(place: number): void;
  list(): void;
}

export const SHORTCUT_WORDS: readonly (readonly [string, string])[] = [
  ["Ctrl Shift Enter", "New terminal"],
  ["Ctrl Shift ← →", "Other terminal"],
  ["Ctrl Shift 1 … 9", "Terminal by its place"],
  ["Ctrl Shift Space", "All terminals"],
];

/** Listens on the whole page, before any terminal does. */
export function listenForShortcuts(shortcuts: Shortcuts): void {
  const heard = (event: KeyboardEvent) => {
    const { ctrlKey, shiftKey, altKey, metaKey, isComposing } = event;
    if (!ctrlKey || !shiftKey || altKey || metaKey || isComposing || document.querySelector("dialog[open]")) return;
    const act = actOf(event.code, shortcuts);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  addEventListener("keydown", heard, { capture: true });
}

function actOf(code: string, shortcuts: Shortcuts): (() => void) | undefined {
  if (code === "Enter") return () => shortcuts.create();
  if (code === "ArrowLeft") return () => shortcuts.step(-1);
  if (code === "ArrowRight") return () => shortcuts.step(1);
  if (code === "Space") return () => shortcuts.list();
  const digit = /^Digit([1-9])$/.exec(code)?.[1];
  return digit === undefined ? undefined : () => shortcuts.go(Number(digit) - 1);
}
