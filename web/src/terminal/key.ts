// What keys say to a program: the sequences that xterm taught them all. Hardware keys, the key row and sticky modifiers
// share this one table.

/** The modifiers that a program hears of. */
export interface Modifiers {
  shift: boolean;
  alt: boolean;
  ctrl: boolean;
}

export const PLAIN: Modifiers = { shift: false, alt: false, ctrl: false };

/** Keys that end in a letter: CSI A, or SS3 A where the program asked for it, or CSI 1;5A with modifiers. */
const LETTERED: Record<string, string> = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F" };
const FIRST_FUNCTIONS: Record<string, string> = { F1: "P", F2: "Q", F3: "R", F4: "S" };
/** Keys that have a number: CSI 5~, or CSI 5;5~ with modifiers. */
const NUMBERED: Record<string, number> = {
  Insert: 2,
  Delete: 3,
  PageUp: 5,
  PageDown: 6,
  F5: 15,
  F6: 17,
  F7: 18,
  F8: 19,
  F9: 20,
  F10: 21,
  F11: 23,
  F12: 24,
};
/** Digits that stand for a control character, because the one that yields it needs Shift on most keyboards. */
const DIGIT_CONTROLS: Record<string, string> = { "2": "\0", "3": "\x1b", "4": "\x1c", "5": "\x1d", "6": "\x1e", "7": "\x1f", "8": "\x7f" };

/** What a key with a name types ("ArrowLeft", "F5", "Enter"); undefined if it types nothing. */
export function encodeNamed(name: string, modifiers: Modifiers, isApplicationCursor: boolean): string | undefined {
  const { shift, alt, ctrl } = modifiers;
  const meta = alt ? "\x1b" : "";
  if (name === "Enter") return `${meta}\r`;
  if (name === "Escape") return `${meta}\x1b`;
  if (name === "Tab") return shift ? "\x1b[Z" : `${meta}\t`;
  if (name === "Backspace") return meta + (ctrl ? "\b" : "\x7f");
  const code = 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0);
  const letter = LETTERED[name] ?? FIRST_FUNCTIONS[name];
  if (letter !== undefined && code > 1) return `\x1b[1;${code}${letter}`;
  if (letter !== undefined) return `\x1b${name in FIRST_FUNCTIONS || isApplicationCursor ? "O" : "["}${letter}`;
  const number = NUMBERED[name];
  if (number === undefined) return undefined;
  return code > 1 ? `\x1b[${number};${code}~` : `\x1b[${number}~`;
}

/** What a text becomes under these modifiers: they are for its first character. */
export function encodeText(text: string, { shift, alt, ctrl }: Modifiers): string {
  const [first, ...rest] = text;
  if (first === undefined || !(shift || alt || ctrl)) return text;
  const shifted = shift ? first.toUpperCase() : first;
  const controlled = ctrl ? (control(shifted) ?? shifted) : shifted;
  return (alt ? "\x1b" : "") + controlled + rest.join("");
}

/** The control character of a character: ^C of "c"; undefined if it has none. */
export function control(character: string): string | undefined {
  if (/^[@-_a-z]$/.test(character)) return String.fromCharCode(character.charCodeAt(0) & 0x1f);
  if (character === " ") return "\0";
  if (character === "/") return "\x1f";
  return character === "?" ? "\x7f" : DIGIT_CONTROLS[character];
}
